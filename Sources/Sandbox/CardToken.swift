import ExactJSON

/// A card token: one use, of any kind, within its time.
struct CardToken: Sendable {
    enum Source: Sendable {
        /// Made from a number that the payer typed.
        case raw(CardDetails)
        /// Made from a saved card.
        case saved(SavedCard)
    }

    enum State: Sendable {
        /// → saved (it added a card) or spent (it made a payment, whatever became of that).
        case active
        /// → spent, where the configuration lets a token pay after it saved a card.
        case saved
        /// Final.
        case spent
    }

    let id: String
    let source: Source
    let hasSecurityCode: Bool
    let created: Instant
    let publicKey: String?
    let isLive: Bool
    var state = State.active

    /// Eight days in three recordings, although the documentation promises seven.
    var due: Instant { created.advanced(by: .seconds(8 * 86_400)) }

    func isExpired(at now: Instant) -> Bool { now >= due }

    var details: CardDetails {
        switch source {
        case .raw(let details): details
        case .saved(let card): card.details
        }
    }

    var json: JSON {
        var object: JSONObject = [
            "id": .string(id), "public_key": JSON(publicKey), "status": .string(status),
            "date_created": .string(created.iso), "date_last_updated": .string(created.iso),
            "date_due": .string(due.iso), "luhn_validation": true, "live_mode": .bool(isLive),
            "require_esc": false,
        ]
        if let length = details.brand?.securityCodeLength { object["security_code_length"] = JSON(length) }
        switch source {
        case .saved(let card): object["card_id"] = .string(card.id)
        case .raw(let details): object["card_number_length"] = JSON(details.number.digits.count)
        }
        object["first_six_digits"] = .string(details.number.firstSix)
        object["last_four_digits"] = .string(details.number.lastFour)
        object["expiration_month"] = JSON(details.month)
        object["expiration_year"] = JSON(details.year)
        object["cardholder"] = ["name": .string(details.holder), "identification": document]
        return .object(object)
    }

    /// An empty object where no document was given (fixture card_token_get).
    private var document: JSON {
        let identification = details.identification
        return identification.type == nil && identification.number == nil ? [:] : identification.json
    }

    private var status: String {
        switch state {
        case .active: "active"
        case .saved, .spent: "used"
        }
    }
}
