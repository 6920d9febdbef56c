import ExactJSON

/// The body of POST and PUT /v1/customers.
struct CustomerRequest: Sendable {
    /// What a caller may set, by name, checked; names that nobody knows are left out.
    let fields: JSONObject
    /// `nil` on an update that doesn't name it.
    let email: String?

    /// What each name's refusal is called in Mercado Pago's list of codes.
    private static let texts = [
        ("first_name", "107"), ("last_name", "108"), ("description", "116"), ("default_card", "125"),
        ("default_address", "125"), ("date_registered", "115"),
    ]

    /// Throws the first refusal in the order of this function; which of several the API names is unknown.
    init(_ body: JSONObject, onlyTestEmails: Bool) throws(Refusal) {
        email = try body["email"].map { value throws(Refusal) in
            try Self.email(value, onlyTestEmails: onlyTestEmails)
        }
        var fields = JSONObject()
        for (name, code) in Self.texts {
            guard let value = body[name], !value.isNull else { continue }
            fields[name] = .string(try Self.text(value, code: code, name))
        }
        if let date = fields["date_registered"]?.string, !DateText.isDate(date) {
            throw .customer(code: "115", "date_registered is not a valid date")
        }
        for (name, codes) in Self.objects {
            guard let value = body[name], !value.isNull else { continue }
            fields[name] = .object(try Self.members(try Self.object(value, name), of: name, codes))
        }
        if let city = body["address"]?["city"], !city.isNull {
            let object = try Self.object(city, "address.city")
            var address = fields["address"]?.object ?? [:]
            address["city"] = .object(try Self.members(object, of: "city", [("name", "125")]))
            fields["address"] = .object(address)
        }
        if let metadata = body["metadata"], !metadata.isNull {
            guard metadata.object != nil else { throw .customer(code: "117", "metadata is invalid") }
            fields["metadata"] = metadata
        }
        self.fields = fields
    }

    private static let objects: [(String, [(String, String)])] = [
        ("phone", [("area_code", "109"), ("number", "110")]),
        ("identification", [("type", "111"), ("number", "112")]),
        ("address", [("id", "125"), ("zip_code", "113"), ("street_name", "114"), ("street_number", "125")]),
    ]

    private static func object(_ value: JSON, _ name: String) throws(Refusal) -> JSONObject {
        guard let object = value.object else {
            throw .customer(code: "103", "parameter \(name) must be an object")
        }
        return object
    }

    private static func members(
        _ object: JSONObject, of name: String, _ codes: [(String, String)]
    ) throws(Refusal) -> JSONObject {
        var members = JSONObject()
        for (member, code) in codes {
            guard let value = object[member], !value.isNull else { continue }
            // The one number among them: it may be written as either (Mercado Pago's API reference).
            let isNumber = member == "street_number" && value.number != nil
            members[member] =
                isNumber ? JSON(value.text) : .string(try text(value, code: code, "\(name).\(member)"))
        }
        return members
    }

    private static func text(_ value: JSON, code: String, _ name: String) throws(Refusal) -> String {
        guard let text = value.string else { throw .customer(code: code, "\(name) must be a string") }
        guard text.count <= 255 else { throw .customer(code: "104", "parameter \(name) is too long") }
        return text
    }

    private static func email(_ value: JSON, onlyTestEmails: Bool) throws(Refusal) -> String {
        guard let text = value.string else {
            throw .customer(code: "106", "the email format is invalid")
        }
        guard text.utf8.count <= Email.bytesMax else {
            throw .customer(code: "104", "parameter email is too long")
        }
        guard Email.isValid(text) else { throw .customer(code: "106", "the email format is invalid") }
        guard !onlyTestEmails || Email.isTest(text) else {
            throw .customer(code: "128", "the email must match test_payer_[0-9]{1,10}@testuser.com")
        }
        return text
    }
}

/// What both APIs take for an e-mail address.
enum Email {
    static let bytesMax = 254

    /// Something, an at sign, something with a dot; no white space, no control character; at most 254 bytes.
    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, text.utf8.count <= bytesMax,
            !text.contains(where: \.isWhitespace),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
    }

    /// What test credentials are documented to ask for: `test_payer_[0-9]{1,10}@testuser.com`.
    static func isTest(_ text: String) -> Bool {
        let (prefix, suffix) = ("test_payer_", "@testuser.com")
        guard text.hasPrefix(prefix), text.hasSuffix(suffix) else { return false }
        let digits = text.dropFirst(prefix.count).dropLast(suffix.count)
        return (1...10).contains(digits.count) && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
