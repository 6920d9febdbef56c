import ExactJSON

/// The body of POST /v1/customers/{id}/cards.
struct CardRequest: Sendable {
    let token: String
    let methodID: String?
    let issuerID: Int64?

    /// `payment_method_id` and `issuer_id`, or the objects `payment_method` and `issuer` with an `id`.
    init(_ body: JSONObject) throws(Refusal) {
        guard let value = body["token"], !value.isNull else {
            throw .card(code: "119", "Card token required")
        }
        guard let token = value.string else { throw .card(code: "121", "Card invalid") }
        self.token = token
        let method = body["payment_method_id"] ?? body["payment_method"]?["id"]
        methodID = try method.flatMap { $0.isNull ? JSON?.none : $0 }.map { value throws(Refusal) in
            guard let id = value.string else { throw .card(code: "125", "Invalid payment_method_id") }
            return id
        }
        let issuer = body["issuer_id"] ?? body["issuer"]?["id"]
        issuerID = try issuer.flatMap { $0.isNull ? JSON?.none : $0 }.map { value throws(Refusal) in
            guard let id = value.text.flatMap({ Int64(digits: $0) }) else {
                throw .card(code: "108", "Invalid issuer id")
            }
            return id
        }
    }

    /// Whether these two tell which card it is, as far as its number doesn't.
    func check(_ details: CardDetails, ambiguous prefixes: Set<String>) throws(Refusal) -> CardBrand {
        let isAmbiguous = prefixes.contains { details.number.digits.hasPrefix($0) }
        switch (isAmbiguous, methodID, issuerID) {
        case (true, nil, nil): throw Self.unresolved
        case (true, nil, _): throw .card(code: "123", "payment_method_id required")
        case (true, _, nil): throw .card(code: "124", "issuer_id required")
        case (true, let id?, _):
            guard let brand = CardBrand.named(id) else { throw Self.unresolved }
            return brand
        case (false, let id, _):
            guard let brand = details.brand, id == nil || id == brand.id else { throw Self.unresolved }
            return brand
        }
    }

    private static let unresolved = Refusal.card(code: "127", "The payment method could not be resolved")
}

/// The body of PUT /v1/customers/{id}/cards/{id}: what is to change, or a token to take it all from.
struct CardUpdate: Sendable {
    let token: String?
    private let month: Int64?
    private let year: Int64?
    private let holder: String?
    private let document: JSONObject?

    init(_ body: JSONObject) throws(Refusal) {
        token = body["token"]?.string
        if let value = body["token"], !value.isNull, token == nil { throw Self.invalid("token") }
        month = try Self.number(body["expiration_month"], 1...12, "expiration_month")
        year = try Self.number(body["expiration_year"], 0...9_999, "expiration_year").map {
            $0 < 100 ? $0 + 2_000 : $0
        }
        let cardholder = try Self.object(body["cardholder"], "cardholder")
        holder = try Self.text(cardholder?["name"], "cardholder.name")
        document = try Self.object(cardholder?["identification"], "cardholder.identification")
        for name in ["type", "number"] { _ = try Self.text(document?[name], "identification.\(name)") }
    }

    /// The card with the changes; what isn't named stays.
    func applied(to card: CardDetails, now: Instant) throws(Refusal) -> CardDetails {
        var card = card
        card.month = month ?? card.month
        card.year = year ?? card.year
        card.holder = holder ?? card.holder
        card.identification.type = document?["type"]?.string ?? card.identification.type
        card.identification.number = document?["number"]?.text ?? card.identification.number
        let today = now.month
        if month != nil || year != nil, (card.year, card.month) < (today.year, today.month) {
            throw Self.invalid("expiration_year")
        }
        return card
    }

    private static func invalid(_ name: String) -> Refusal {
        .card(code: "122", "Card data invalid: \(name)")
    }

    private static func number(
        _ value: JSON?, _ range: ClosedRange<Int64>, _ name: String
    ) throws(Refusal) -> Int64? {
        guard let value, !value.isNull else { return nil }
        guard let number = value.text.flatMap({ Int64(digits: $0) }), range.contains(number) else {
            throw invalid(name)
        }
        return number
    }

    private static func object(_ value: JSON?, _ name: String) throws(Refusal) -> JSONObject? {
        guard let value, !value.isNull else { return nil }
        guard let object = value.object else { throw invalid(name) }
        return object
    }

    private static func text(_ value: JSON?, _ name: String) throws(Refusal) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.text, text.count <= 100 else { throw invalid(name) }
        return text
    }
}
