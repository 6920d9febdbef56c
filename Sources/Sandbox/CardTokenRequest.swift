import ExactJSON

/// The body of POST /v1/card_tokens: a card that was typed, or a saved one.
enum CardTokenRequest: Sendable {
    case raw(CardDetails, hasSecurityCode: Bool)
    case saved(cardID: String, customerID: String?, securityCode: String?)

    init(_ body: JSONObject, now: Instant) throws(Refusal) {
        if let card = body["card_id"], !card.isNull {
            guard let id = card.string ?? card.int64.map(String.init) else {
                throw .token(code: "E301", "invalid parameter card_id")
            }
            let code = try Self.digits(body["security_code"], 3...4, code: "E302", "security_code")
            self = .saved(cardID: id, customerID: body["customer_id"]?.string, securityCode: code)
            return
        }
        let number = try Self.number(body["card_number"])
        let (month, year) = try Self.expiry(body, now: now)
        let holder = try Self.holder(body["cardholder"])
        let document = body["cardholder"]?["identification"]
        let details = CardDetails(
            number: number, month: month, year: year, holder: holder,
            identification: Identification(type: document?["type"]?.string, number: document?["number"]?.text)
        )
        let length = details.brand?.securityCodeLength ?? 3
        let code = try Self.digits(body["security_code"], length...length, code: "E302", "security_code")
        self = .raw(details, hasSecurityCode: code != nil)
    }

    private static func number(_ value: JSON?) throws(Refusal) -> CardNumber {
        guard let text = value?.text else {
            throw .token(code: "205", "parameter card_number can not be null/empty")
        }
        let number = CardNumber(text.filter { $0 != " " })
        // Naranja's numbers carry no such check digit: its published test card hasn't one either.
        guard let number, number.isLuhnValid || CardBrand.of(number)?.id == "naranja" else {
            throw .token(code: "E301", "invalid parameter card_number")
        }
        return number
    }

    private static func expiry(_ body: JSONObject, now: Instant) throws(Refusal) -> (Int64, Int64) {
        guard let month = body["expiration_month"]?.text else {
            throw .token(code: "208", "parameter expiration_month can not be null/empty")
        }
        guard let year = body["expiration_year"]?.text else {
            throw .token(code: "209", "parameter expiration_year can not be null/empty")
        }
        guard let month = Int64(month), (1...12).contains(month) else {
            throw .token(code: "325", "invalid parameter expiration_month")
        }
        guard var year = Int64(year), (0...9_999).contains(year) else {
            throw .token(code: "326", "invalid parameter expiration_year")
        }
        if year < 100 { year += 2_000 }
        let today = now.month
        guard (year, month) >= (today.year, today.month) else {
            throw .token(code: "326", "invalid parameter expiration_year")
        }
        return (month, year)
    }

    private static func holder(_ value: JSON?) throws(Refusal) -> String {
        guard let name = value?["name"]?.string, !name.isEmpty else {
            throw .token(code: "221", "parameter cardholder.name can not be null/empty")
        }
        guard name.count <= 100 else { throw .token(code: "316", "invalid parameter cardholder.name") }
        return name
    }

    private static func digits(
        _ value: JSON?, _ length: ClosedRange<Int>, code: String, _ name: String
    ) throws(Refusal) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.text, length.contains(text.count), text.allSatisfy(\.isNumber) else {
            throw .token(code: code, "invalid parameter \(name)")
        }
        return text
    }
}

extension JSON {
    /// A string, or a number as it was written: the API takes both where it wants digits.
    var text: String? {
        guard let text = string ?? number?.literal, !text.isEmpty else { return nil }
        return text
    }
}
