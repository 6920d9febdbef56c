import ExactJSON

/// The body of POST /v1/card_tokens: a card that was typed, or a saved one.
///
/// Refused with the codes and words of Mercado Pago's lists for its browser library. The lists don't say
/// which of several mistakes is named; here it is the first in the order of the form.
enum CardTokenRequest: Sendable {
    case raw(CardDetails)
    case saved(cardID: String, customerID: String?, securityCode: String?)

    init(_ body: JSONObject, site: SandboxSite, now: Instant) throws(Refusal) {
        if let card = body["card_id"], !card.isNull {
            guard let id = card.text else { throw Self.invalid("E301", "cardId") }
            // The brand's own length is checked where the card is known.
            let code = try Self.securityCode(body["security_code"], 3...4)
            self = .saved(cardID: id, customerID: body["customer_id"]?.string, securityCode: code)
            return
        }
        let number = try Self.number(body["card_number"])
        let (month, year) = try Self.expiry(body, now: now)
        if let issuer = body["issuer_id"], issuer.text == nil { throw Self.missing("220", "cardIssuerId") }
        let holder = try Self.holder(body["cardholder"])
        let document = try Self.identification(body["cardholder"]?["identification"], site)
        let lengths = CardBrand.of(number).map { $0.securityCodeLength...$0.securityCodeLength } ?? 3...4
        guard try Self.securityCode(body["security_code"], lengths) != nil else {
            throw Self.missing("224", "securityCode")
        }
        self = .raw(
            CardDetails(number: number, month: month, year: year, holder: holder, identification: document))
    }

    private static func missing(_ code: String, _ name: String) -> Refusal {
        .token(code: code, "parameter \(name) can not be null/empty")
    }

    private static func invalid(_ code: String, _ name: String) -> Refusal {
        .token(code: code, "invalid parameter \(name)")
    }

    private static func number(_ value: JSON?) throws(Refusal) -> CardNumber {
        guard let text = value?.text else { throw missing("205", "cardNumber") }
        guard let number = CardNumber(text.filter { $0 != " " }),
            number.isLuhnValid || CardBrand.of(number)?.hasCheckDigit == false
        else { throw invalid("E301", "cardNumber") }
        return number
    }

    private static func expiry(_ body: JSONObject, now: Instant) throws(Refusal) -> (Int64, Int64) {
        guard let month = body["expiration_month"]?.text else { throw missing("208", "expirationMonth") }
        guard let year = body["expiration_year"]?.text else { throw missing("209", "expirationYear") }
        guard let month = Int64(digits: month), (1...12).contains(month) else {
            throw invalid("325", "expirationMonth")
        }
        guard var year = Int64(digits: year), (0...9_999).contains(year) else {
            throw invalid("326", "expirationYear")
        }
        if year < 100 { year += 2_000 }
        let today = now.month
        guard (year, month) >= (today.year, today.month) else { throw invalid("326", "expirationYear") }
        return (month, year)
    }

    private static func holder(_ value: JSON?) throws(Refusal) -> String {
        guard let value = value?["name"], !value.isNull, value.string != "" else {
            throw missing("221", "cardholderName")
        }
        guard let name = value.string, name.count <= 100 else { throw invalid("316", "cardholderName") }
        return name
    }

    /// A document may be left out altogether (fixture card_token_get), not in half.
    private static func identification(
        _ value: JSON?, _ site: SandboxSite
    ) throws(Refusal) -> Identification {
        if let subtype = value?["subtype"] {
            guard let text = subtype.text else { throw missing("213", "cardholder.document.subtype") }
            guard subtype.string == text else { throw invalid("323", "cardholder.document.subtype") }
        }
        let (type, number) = (value?["type"]?.text, value?["number"]?.text)
        if type == nil, number == nil { return Identification(type: nil, number: nil) }
        guard let type else { throw missing("212", "docType") }
        guard let number else { throw missing("214", "docNumber") }
        guard !site.identificationTypes.isEmpty else { return Identification(type: type, number: number) }
        let kinds = IdentificationType.named(type, at: site)
        guard !kinds.isEmpty else { throw invalid("322", "docType") }
        guard kinds.contains(where: { $0.takes(number) }) else { throw invalid("324", "docNumber") }
        return Identification(type: type, number: number)
    }

    private static func securityCode(
        _ value: JSON?, _ lengths: ClosedRange<Int>
    ) throws(Refusal) -> String? {
        guard let value, !value.isNull, value.string != "" else { return nil }
        guard let text = value.text, lengths.contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { throw invalid("E302", "securityCode") }
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
