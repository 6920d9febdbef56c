import ExactJSON

/// A customer of one seller.
struct Customer: Sendable {
    let id: String
    let userID: Int64
    let email: String
    var fields: JSONObject
    let created: Instant
    var updated: Instant
    var cardIDs: [String] = []
    var defaultCard: String?
    var address: CustomerAddress?

    /// The e-mail as it is compared: letters of either case are alike.
    var emailKey: String { Self.key(ofEmail: email) }

    static func key(ofEmail email: String) -> String { email.lowercased() }

    /// Whether an id looks like a customer's: the user id, a hyphen, letters and digits.
    static func isWellFormed(id: String) -> Bool {
        let parts = id.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && parts[0].utf8.allSatisfy { (0x30...0x39).contains($0) }
            && parts[1].unicodeScalars.allSatisfy { $0.isASCII && $0.properties.isAlphanumeric }
    }

    /// The customer object of a recorded answer, field for field (fixture customer_base).
    func json(cards: [SavedCard], seller: SandboxAccount, isLive: Bool) -> JSON {
        [
            "id": .string(id),
            "email": .string(email),
            "first_name": fields["first_name"] ?? nil,
            "last_name": fields["last_name"] ?? nil,
            "phone": members("phone", ["area_code", "number"]),
            "identification": members("identification", ["type", "number"]),
            "address": address.map(\.short) ?? CustomerAddress.none,
            "date_registered": fields["date_registered"] ?? nil,
            "description": fields["description"] ?? nil,
            "date_created": .string(created.iso),
            "date_last_updated": .string(updated.iso),
            "metadata": fields["metadata"] ?? [:],
            "default_card": JSON(defaultCard),
            "default_address": fields["default_address"] ?? JSON(address?.id),
            "cards": .array(cards.map(\.json)),
            "addresses": .array(
                address.map { [$0.json(site: seller.site, phone: fields["phone"]?["number"])] } ?? []),
            "live_mode": .bool(isLive),
            "user_id": JSON(userID),
            "merchant_id": JSON(seller.collectorID),
            "client_id": 558_881_221_729_581,
            "status": "active",
        ]
    }

    /// Never absent: an object whose unset members are null (the seed's search result).
    private func members(_ name: String, _ names: [String]) -> JSON {
        let object = fields[name]?.object
        var members = JSONObject()
        for name in names { members[name] = object?[name] ?? .null }
        return .object(members)
    }
}

extension Unicode.Scalar.Properties {
    /// A letter or a digit.
    fileprivate var isAlphanumeric: Bool { isAlphabetic || numericType == .decimal }
}
