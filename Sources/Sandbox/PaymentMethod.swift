import ExactJSON

/// A way to pay at one site, as `GET /v1/payment_methods` lists it; the sandbox has cards only.
struct PaymentMethod: Sendable {
    let brand: CardBrand
    let site: SandboxSite

    /// The least and the most that one payment may be, in the site's currency.
    var amounts: ClosedRange<ExactDecimal> { site.amountRange(brandID: brand.id) }

    /// Whether a payment may be authorised now and captured later.
    var allowsDeferredCapture: Bool { brand.typeID == "credit_card" && site.allowsDeferredCapture }

    /// The object of a recorded answer, field for field (fixture payment_method_get).
    var json: JSON {
        let logo = "org-img/MP3/API/logos/\(brand.id).gif"
        return [
            "id": .string(brand.id), "name": .string(brand.name), "payment_type_id": .string(brand.typeID),
            "status": "active",
            "secure_thumbnail": .string("https://www.mercadopago.com/" + logo),
            "thumbnail": .string("http://img.mlstatic.com/" + logo),
            "deferred_capture": allowsDeferredCapture ? "supported" : "unsupported",
            "settings": [settings],
            "additional_info_needed": .array(neededInformation.map(JSON.string)),
            "min_allowed_amount": amounts.lowerBound.asJSON,
            "max_allowed_amount": amounts.upperBound.asJSON,
            "accreditation_time": 2_880, "financial_institutions": [], "processing_modes": ["aggregator"],
        ]
    }

    private var settings: JSON {
        let pattern = Self.pattern(brand.prefixes)
        return [
            "card_number": [
                "validation": brand.hasCheckDigit ? "standard" : "none", "length": JSON(brand.numberLength),
            ],
            "bin": [
                "pattern": JSON(pattern), "installments_pattern": JSON(pattern),
                "exclusion_pattern": JSON(Self.pattern(excluded)),
            ],
            "security_code": [
                "length": JSON(brand.securityCodeLength),
                "card_location": .string(brand.securityCodeLocation), "mode": "mandatory",
            ],
        ]
    }

    /// What other brands have taken out of this one's numbers.
    private var excluded: [String] {
        let others = CardBrand.catalogue.filter { $0.id != brand.id }
        return others.flatMap { $0.prefixes }.filter { taken in
            brand.prefixes.contains { taken.hasPrefix($0) }
        }
    }

    private static func pattern(_ prefixes: [String]) -> String? {
        prefixes.isEmpty ? nil : "^(\(prefixes.joined(separator: "|")))"
    }

    private var neededInformation: [String] {
        let document = ["cardholder_identification_type", "cardholder_identification_number"]
        return (site.identificationTypes.isEmpty ? [] : document) + ["cardholder_name"]
    }
}

extension SandboxSite {
    /// The site's card methods (documentation of 2022), in that order.
    var paymentMethods: [PaymentMethod] {
        methodIDs.compactMap { id in
            CardBrand.named(id).map { PaymentMethod(brand: $0, site: self) }
        }
    }

    var methodIDs: [String] {
        switch self {
        case .argentina:
            [
                "visa", "master", "amex", "diners", "naranja", "nativa", "shopping", "cencosud", "cmr_master",
                "argencard", "cordial", "cordobesa", "cabal", "debvisa", "debmaster", "maestro", "debcabal",
            ]
        case .brazil:
            [
                "visa", "master", "amex", "hipercard", "diners", "elo", "melicard", "debelo", "debvisa",
                "debmaster",
            ]
        case .chile:
            [
                "visa", "master", "amex", "diners", "cmr", "magna", "presto", "debvisa", "debmaster",
                "redcompra",
            ]
        case .colombia: ["visa", "master", "amex", "diners", "codensa", "debvisa", "debmaster"]
        case .mexico: ["visa", "master", "amex", "debvisa", "debmaster", "mercadopagocard"]
        case .peru: ["visa", "master", "amex", "diners", "debvisa", "debmaster"]
        case .uruguay: ["visa", "master", "diners", "oca", "lider"]
        }
    }
}
