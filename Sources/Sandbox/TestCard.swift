import ExactJSON

/// A test card that Mercado Pago publishes; it is nobody's.
struct TestCard: Sendable, Hashable {
    let methodID: String
    let number: String

    init(_ methodID: String, _ number: String) {
        self.methodID = methodID
        self.number = number
    }

    var json: JSON {
        let length = CardBrand.named(methodID)?.securityCodeLength ?? 3
        return [
            "payment_method_id": .string(methodID), "card_number": .string(number),
            "security_code": length == 4 ? "1234" : "123", "expiration_month": 11, "expiration_year": 2_030,
        ]
    }
}

extension SandboxSite {
    /// The site's test cards, the one that seeding takes first.
    ///
    /// From Mercado Pago's test-cards pages, older numbers of the same pages included.
    var testCards: [TestCard] {
        switch self {
        case .argentina:
            [
                TestCard("master", "5031755734530604"), TestCard("visa", "4509953566233704"),
                TestCard("amex", "371180303257522"), TestCard("debmaster", "5287338310253304"),
                TestCard("naranja", "5895627823453005"), TestCard("cabal", "6035227716427021"),
            ]
        case .brazil:
            [
                TestCard("master", "5031433215406351"), TestCard("visa", "4235647728025682"),
                TestCard("amex", "375365153556885"), TestCard("debelo", "5067766783888311"),
                TestCard("elo", "5067268650517446"), TestCard("hipercard", "6062826786276634"),
                TestCard("master", "5480832801033311"), TestCard("master", "5483928164574623"),
                TestCard("visa", "4074090000000004"),
            ]
        case .chile:
            [
                TestCard("master", "5416752602582580"), TestCard("visa", "4168818844447115"),
                TestCard("amex", "375778174461804"),
            ]
        case .colombia:
            [
                TestCard("master", "5254133674403564"), TestCard("visa", "4013540682746260"),
                TestCard("amex", "374378187755283"),
            ]
        case .mexico:
            [
                TestCard("master", "5474925432670366"), TestCard("visa", "4075595716483764"),
                TestCard("amex", "371180303257522"), TestCard("debmaster", "5579053461482647"),
                TestCard("debvisa", "4189141221267633"),
            ]
        case .peru:
            [
                TestCard("master", "5031755734530604"), TestCard("visa", "4009175332806176"),
                TestCard("amex", "371180303257522"),
            ]
        case .uruguay:
            [
                TestCard("master", "5031755734530604"), TestCard("visa", "4509953566233704"),
                TestCard("master", "5808887774641586"), TestCard("visa", "4157236211736486"),
            ]
        }
    }

    /// What GET /_sandbox/test-cards shows: the cards, a document, and what each holder's name leads to.
    var testCardsJSON: JSON {
        [
            "site_id": .string(rawValue), "cards": .array(testCards.map(\.json)),
            "identification": testIdentification.json, "holders": CardOutcome.holdersJSON,
        ]
    }
}

extension CardOutcome {
    /// What GET /_sandbox/test-cards shows: every name that a test-cards page has, and what it leads to.
    static var holdersJSON: JSON {
        let outcomes =
            [("APRO", "approved", "accredited"), ("CONT", "in_process", "pending_contingency")]
            + rejections.sorted { $0.key < $1.key }.map { ($0.key, "rejected", $0.value) }
        return .array(
            outcomes.map { name, status, detail in
                ["name": .string(name), "status": .string(status), "status_detail": .string(detail)]
            })
    }
}
