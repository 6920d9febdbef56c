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

    /// The customer object of a recorded answer, field for field (fixture customer_base).
    func json(cards: [SavedCard], seller: SandboxAccount, isLive: Bool) -> JSON {
        [
            "id": .string(id),
            "email": .string(email),
            "first_name": fields["first_name"] ?? nil,
            "last_name": fields["last_name"] ?? nil,
            "phone": members("phone", ["area_code", "number"]),
            "identification": members("identification", ["type", "number"]),
            "address": members("address", ["id", "zip_code", "street_name", "street_number"]),
            "date_registered": fields["date_registered"] ?? nil,
            "description": fields["description"] ?? nil,
            "date_created": .string(created.iso),
            "date_last_updated": .string(updated.iso),
            "metadata": fields["metadata"] ?? [:],
            "default_card": JSON(defaultCard),
            "default_address": fields["default_address"] ?? nil,
            "cards": .array(cards.map(\.json)),
            "addresses": [],
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
