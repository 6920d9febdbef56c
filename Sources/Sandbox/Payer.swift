import ExactJSON

/// Who pays: a saved customer, a Mercado Pago user, or nobody in particular.
struct Payer: Sendable {
    enum Kind: String {
        case customer, registered, guest
    }

    let kind: Kind
    let id: String?
    let email: String?
    let object: JSONObject

    init(_ value: JSON?, site: SandboxSite) throws(Refusal) {
        guard let object = value?.object else { throw .payment(code: 4_006, "payer is malformed") }
        let type = object["type"].flatMap { $0.isNull ? JSON?.none : $0 }
        id = object["id"]?.text
        switch (type, id) {
        case (nil, .some): throw .payment(code: 4_013, "payer.type can't be null")
        case (nil, nil): kind = .guest
        case (let type?, _):
            guard let kind = type.string.flatMap(Kind.init(rawValue:)) else {
                throw .payment(code: 4_029, "payer.type is invalid")
            }
            self.kind = kind
        }
        if kind != .guest, id == nil { throw .payment(code: 4_012, "payer.id can't be null") }
        email = try Self.email(object["email"], isNeeded: kind == .guest)
        let document = object["identification"]
        let identification = Identification(type: document?["type"]?.text, number: document?["number"]?.text)
        guard site.isValid(identification) else {
            throw .payment(code: 2_067, "Invalid user identification number")
        }
        self.object = object
    }

    private static func email(_ value: JSON?, isNeeded: Bool) throws(Refusal) -> String? {
        guard let value, !value.isNull else {
            if isNeeded { throw .payment(code: 4_050, "payer.email must be a valid email") }
            return nil
        }
        guard let text = value.string else {
            throw .payment(code: 4_050, "payer.email must be a valid email")
        }
        guard text.utf8.count <= 254 else {
            throw .payment(code: 4_051, "payer.email must be shorter than 254 chars")
        }
        guard Email.isValid(text) else { throw .payment(code: 4_050, "payer.email must be a valid email") }
        return text
    }
}
