import ExactJSON

/// A document of identity: `CPF 12345678909`.
struct Identification: Sendable, Hashable {
    var type: String?
    var number: String?

    var json: JSON { ["number": JSON(number), "type": JSON(type)] }
}

/// A card, however it came: in a token, or saved.
struct CardDetails: Sendable, Hashable {
    let number: CardNumber
    var month: Int64
    var year: Int64
    var holder: String
    var identification: Identification

    var brand: CardBrand? { CardBrand.of(number) }

    var holderJSON: JSON { ["name": .string(holder), "identification": identification.json] }

    /// The same plastic: what makes a second saving of it return the first card.
    func isSameCard(as other: CardDetails) -> Bool {
        number == other.number && month == other.month && year == other.year
    }
}

/// A card of a customer.
struct SavedCard: Sendable {
    let id: String
    let customerID: String
    let userID: Int64
    var details: CardDetails
    var brand: CardBrand
    var issuerID: Int64
    let created: Instant
    var updated: Instant
    let isLive: Bool

    /// The card object of the seed, field for field.
    var json: JSON {
        [
            "id": .string(id),
            "expiration_month": JSON(details.month),
            "expiration_year": JSON(details.year),
            "first_six_digits": .string(details.number.firstSix),
            "last_four_digits": .string(details.number.lastFour),
            "payment_method": methodJSON,
            "security_code": [
                "length": JSON(brand.securityCodeLength),
                "card_location": .string(brand.securityCodeLocation),
            ],
            "issuer": ["id": JSON(issuerID), "name": .string(brand.name)],
            "cardholder": details.holderJSON,
            "date_created": .string(created.iso),
            "date_last_updated": .string(updated.iso),
            "customer_id": .string(customerID),
            "user_id": .string(String(userID)),
            "live_mode": .bool(isLive),
            "card_number_id": nil,
            "additional_info": [
                "request_public": "true", "api_client_application": "sandbox", "api_client_scope": "sandbox",
            ],
        ]
    }

    private var methodJSON: JSON {
        let logo = "https://www.mercadopago.com/org-img/MP3/API/logos/\(brand.id).gif"
        return [
            "id": .string(brand.id), "name": .string(brand.name), "payment_type_id": .string(brand.typeID),
            "thumbnail": .string(logo), "secure_thumbnail": .string(logo),
        ]
    }
}
