import Testing

/// A kind of value that honest jobs hold, in the field that it stands in.
struct RandomValue: Sendable, CustomTestStringConvertible {
    var kind: String
    /// How many of these may be taken for card data; 0 means never.
    var rate: Double
    var make: @Sendable (inout RandomCards) -> String

    var testDescription: String { kind }

    static let all = ids + opaque + references + people + inherent

    private static let ids = [
        field("payment ids, 11–12 digits", "payment_id") { "\"\($0.digits(11 + ($0.flip() ? 1 : 0)))\"" },
        field("card ids, 10–13 digits", "card_id") { "\"\($0.digits($0.pick([10, 11, 12, 13])))\"" },
        field("any id, 10–19 digits, as a number", "id") { "1" + $0.digits($0.pick(Array(9...17))) },
        field("any id, 10–19 digits, as text", "merchant_id") { "\"\($0.digits($0.pick(Array(10...19))))\"" },
        field("references of 16 digits", "external_reference") { "\"\($0.digits(16))\"" },
        field("job ids of 16 digits", "job_id") { "\"\($0.digits(16))\"" },
        field("item ids, GTIN-13 and GTIN-14", "additional_info") {
            "{\"items\":[{\"id\":\"\($0.digits($0.pick([13, 14])))\"}]}"
        },
        field("CPF, CNPJ, DNI, CUIT without separators", "payer") {
            "{\"identification\":{\"number\":\"\($0.digits($0.pick([7, 8, 11, 14])))\"}}"
        },
    ]

    private static let opaque = [
        field("UUIDs as job id", "job_id") { "\"\(uuid(&$0))\"" },
        field("UUIDs in a text", "description") { "\"order \(uuid(&$0)) of \(uuid(&$0))\"" },
        field("ULIDs", "job_id") { "\"01\($0.text(24, of: "0123456789ABCDEFGHJKMNPQRSTVWXYZ"))\"" },
        field("card tokens, 32 hexadecimal digits", "token", rate: 1e-6) { "\"\(hex(32, &$0))\"" },
        field("customer ids", "customer_id", rate: 5e-6) {
            "\"\($0.digits($0.pick([8, 9, 10])))-\($0.text(14, of: alphanumeric))\""
        },
        field("21 random letters and digits", "external_reference") {
            "\"\($0.text(21, of: alphanumeric + "_-"))\""
        },
        field("trace contexts", "traceparent") { "\"00-\(hex(32, &$0))-\(hex(16, &$0))-01\"" },
    ]

    private static let references = [
        field("references such as ORD-20260131-000123", "external_reference") {
            "\"ORD-\(date(&$0).filter { $0 != "-" })-\($0.digits(6))\""
        },
        field("references such as 2026/01/000123", "external_reference") {
            "\"\(date(&$0).prefix(7).replacing("-", with: "/"))/\($0.digits(6))\""
        },
        field("date, time and a number in a text", "description") {
            "\"\(date(&$0)) \(time(&$0)) \($0.digits(4))\""
        },
        field("times with offset", "date_created") { "\"\(date(&$0))T\(time(&$0)).\($0.digits(3))-04:00\"" },
        field("times in milliseconds, as numbers", "created_at") {
            "1\($0.pick(["7", "8"]))\($0.digits(11))"
        },
        field("amounts", "transaction_amount") { "\(Int($0.digits(9)) ?? 1).\($0.digits(2))" },
        field("picture addresses", "picture_url") {
            "\"https://http2.mlstatic.com/D_NQ_NP_\($0.digits(6))-MLA\($0.digits(11))_\($0.digits(6))-F.jpg\""
        },
    ]

    private static let people = [
        field("telephones with separators", "description") {
            let area = $0.digits(2)
            return
                "\"+\($0.pick(["54 9", "55", "52 1", "57", "598"])) \(area) \($0.digits(4))-\($0.digits(4))\""
        },
        field("telephones without separators", "number") {
            "\"\($0.pick(["549", "55", "521", "57", "598"]))\($0.digits(10))\""
        },
        field("e-mail addresses", "email") { "\"\($0.text(6, of: "abcdefgh"))\($0.digits(4))@example.com\"" },
        field("CPF and CNPJ with separators", "description") {
            let cpf = "\($0.digits(3)).\($0.digits(3)).\($0.digits(3))-\($0.digits(2))"
            let cnpj = "\($0.digits(2)).\($0.digits(3)).\($0.digits(3))/\($0.digits(4))-\($0.digits(2))"
            return "\"\($0.flip() ? cpf : cnpj)\""
        },
    ]

    /// What only the check digit tells from a card number: nine in ten of those that have an issuer's prefix.
    private static let inherent = [
        field("payment ids in a text", "description", rate: 5e-5) {
            "\"pago \($0.digits($0.pick([11, 12])))\""
        },
        field("13 random digits outside of id fields", "sku", rate: 1.03e-2) { "\"\($0.digits(13))\"" },
        field("14 random digits outside of id fields", "sku", rate: 3.7e-3) { "\"\($0.digits(14))\"" },
        field("16 random digits outside of id fields", "sku", rate: 2.9e-2) { "\"\($0.digits(16))\"" },
        field("19 random digits outside of id fields", "sku", rate: 1.9e-2) { "\"\($0.digits(19))\"" },
        field("references of eight and eight digits", "external_reference", rate: 2.9e-2) {
            "\"\($0.digits(8))-\($0.digits(8))\""
        },
    ]

    private static let alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    private static func field(
        _ kind: String, _ name: String, rate: Double = 0,
        _ value: @escaping @Sendable (inout RandomCards) -> String
    ) -> RandomValue {
        RandomValue(kind: kind, rate: rate) { "{\"\(name)\":\(value(&$0))}" }
    }

    private static func hex(_ count: Int, _ cards: inout RandomCards) -> String {
        cards.text(count, of: "0123456789abcdef")
    }

    private static func uuid(_ cards: inout RandomCards) -> String {
        let tail = cards.pick(["8", "9", "a", "b"]) + hex(3, &cards)
        return "\(hex(8, &cards))-\(hex(4, &cards))-4\(hex(3, &cards))-\(tail)-\(hex(12, &cards))"
    }

    private static func date(_ cards: inout RandomCards) -> String {
        let (year, month) = (Int.random(in: 2020...2035, using: &cards.random), cards.pick(Array(101...112)))
        return "\(year)-\("\(month)".dropFirst())-\("\(cards.pick(Array(101...131)))".dropFirst())"
    }

    private static func time(_ cards: inout RandomCards) -> String {
        let parts = [23, 59, 59].map {
            "\(Int.random(in: 100...(100 + $0), using: &cards.random))".dropFirst()
        }
        return parts.joined(separator: ":")
    }
}
