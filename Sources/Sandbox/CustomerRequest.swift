import ExactJSON

/// The body of POST and PUT /v1/customers.
struct CustomerRequest: Sendable {
    /// What a caller may set, by name, checked.
    let fields: JSONObject
    /// `nil` on an update that doesn't name it.
    let email: String?

    /// What each name's refusal is called in Mercado Pago's list of codes.
    private static let texts = [
        ("first_name", "107"), ("last_name", "108"), ("description", "116"), ("default_card", "125"),
        ("default_address", "125"), ("date_registered", "115"),
    ]

    init(_ body: JSONObject) throws(Refusal) {
        var fields = JSONObject()
        for (name, code) in Self.texts {
            guard let value = body[name], !value.isNull else { continue }
            fields[name] = .string(try Self.text(value, code: code, name))
        }
        for (name, codes) in Self.objects {
            guard let value = body[name], !value.isNull else { continue }
            guard let object = value.object else {
                throw .customer(code: "103", "parameter \(name) must be an object")
            }
            fields[name] = .object(try Self.members(object, of: name, codes))
        }
        if let metadata = body["metadata"], !metadata.isNull {
            guard metadata.object != nil else { throw .customer(code: "117", "metadata is invalid") }
            fields["metadata"] = metadata
        }
        self.fields = fields
        email = try body["email"].map { value throws(Refusal) in try Self.email(value) }
    }

    private static let objects: [(String, [(String, String)])] = [
        ("phone", [("area_code", "109"), ("number", "110")]),
        ("identification", [("type", "111"), ("number", "112")]),
        ("address", [("id", "125"), ("zip_code", "113"), ("street_name", "114"), ("street_number", "125")]),
    ]

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

    private static func email(_ value: JSON) throws(Refusal) -> String {
        guard let text = value.string, Email.isValid(text) else {
            throw .customer(code: "106", "the email format is invalid")
        }
        return text
    }
}

/// What both APIs take for an e-mail address.
enum Email {
    /// Something, an at sign, something with a dot; no white space; at most 254 bytes.
    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, text.utf8.count <= 254,
            !text.contains(where: \.isWhitespace)
        else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
    }
}
