import ExactJSON

/// The one address that a customer may be given; it appears twice, short and in full.
struct CustomerAddress: Sendable {
    let id: String
    /// What the caller sent, checked.
    let fields: JSONObject
    let created: Instant
    /// `nil` until it is replaced.
    let updated: Instant?

    /// `address` of a customer that has none: an object whose members are null.
    static let none: JSON = ["id": nil, "zip_code": nil, "street_name": nil, "street_number": nil]

    /// `address` of a customer, where the street number is a string (fixture customer_base).
    var short: JSON {
        [
            "id": .string(id), "zip_code": fields["zip_code"] ?? nil,
            "street_name": fields["street_name"] ?? nil, "street_number": fields["street_number"] ?? nil,
        ]
    }

    /// The element of `addresses`, where the street number is a number (fixture customer_base).
    ///
    /// Mercado Pago looks places up and fills in what it finds; the sandbox knows no places and leaves them
    /// null, which `normalized` says.
    func json(site: SandboxSite, phone: JSON?) -> JSON {
        let street = fields["street_number"]
        let unknown: JSON = ["id": nil, "name": nil]
        return [
            "apartment": nil,
            "city": ["id": nil, "name": fields["city"]?["name"] ?? nil],
            "comments": nil,
            "country": ["id": .string(site.countryID), "name": .string(site.countryName)],
            "date_created": .string(created.iso),
            "date_last_updated": JSON(updated?.iso),
            "floor": nil,
            "id": .string(id),
            "municipality": unknown,
            "name": nil,
            "neighborhood": unknown,
            "normalized": false,
            "phone": phone ?? nil,
            "state": unknown,
            "street_name": fields["street_name"] ?? nil,
            "street_number": street?.string.flatMap { Int64($0) }.map { JSON($0) } ?? street ?? nil,
            "verifications": ["shipment": ["errors": [], "success": true]],
            "zip_code": fields["zip_code"] ?? nil,
        ]
    }
}
