import ExactJSON
import PaymentJobs
import Testing

/// One field set to one literal, and what the decoder says; no problem means that it takes it.
struct FieldCase: Sendable, CustomTestStringConvertible {
    var field: String
    var literal: String?
    var problem: String?

    init(_ field: String, _ literal: String?, _ problem: String?) {
        self.field = field
        self.literal = literal
        self.problem = problem
    }

    /// The same problem for each of several literals.
    static func each(_ field: String, _ literals: [String?], _ problem: String?) -> [FieldCase] {
        literals.map { FieldCase(field, $0, problem) }
    }

    var testDescription: String { "\(field)=\((literal ?? "absent").prefix(40))" }

    func check(in base: String) throws {
        let message = try Sample.message(base, with: field, literal)
        guard let problem else {
            #expect(throws: Never.self) { try JobDecoder().decode(message) }
            return
        }
        let refusal = try refusal(of: message)
        #expect(refusal.reason == .invalid)
        #expect(refusal.problems == [JobRefusal.Problem(field, problem)])
        let keepsID = field != "job_id"
        #expect((refusal.jobID != nil) == keepsID)
    }
}

/// JSON literals of texts.
enum Literal {
    static func text(_ count: Int, of character: String = "x") -> String {
        "\"" + String(repeating: character, count: count) + "\""
    }

    static let noStrings = ["1", "true", "[]", "{}"]
    static let controls = [#""a\nb""#, #""\u0000""#, "\"a\u{7F}\"", "\"\u{85}\""]
}

@Suite("Fields of a charge") struct ChargeFieldTests {
    static let identityRule = "must be a string of 1 to 64 characters without control characters"
    static let customerRule =
        "must be a customer's id as the gateway writes it: letters, digits and dashes"
    static let tokenRule = "must be a card token: letters, digits and dashes"
    static let accountRule = "must be 1 to 64 letters, digits, dots, dashes or underscores"

    static let names: [FieldCase] = [
        FieldCase.each("job_id", [nil, "null"], "is required"),
        FieldCase.each("job_id", Literal.noStrings + Literal.controls, identityRule),
        FieldCase.each("job_id", [#""""#, Literal.text(65), Literal.text(65, of: "é")], identityRule),
        FieldCase.each("job_id", [Literal.text(1), Literal.text(64), Literal.text(64, of: "💳")], nil),
        FieldCase.each("customer_id", [nil, "null"], "is required"),
        FieldCase.each("customer_id", Literal.noStrings + Literal.controls, customerRule),
        FieldCase.each(
            "customer_id", [#""""#, Literal.text(65), #""a/b""#, #""a b""#, #""é""#, #""../x""#],
            customerRule),
        FieldCase.each("customer_id", [Literal.text(1), Literal.text(64), #""1-a_B""#], nil),
        FieldCase.each("token", [nil, "null"], "either token or card_id is required"),
        FieldCase.each("token", Literal.noStrings + Literal.controls, tokenRule),
        FieldCase.each("token", [#""""#, Literal.text(129), #""a?b""#, #""a.b""#], tokenRule),
        FieldCase.each("token", [Literal.text(1), Literal.text(128)], nil),
        FieldCase.each("account", Literal.noStrings + Literal.controls, accountRule),
        FieldCase.each("account", [#""""#, Literal.text(65), #""a b""#, #""ñ""#], accountRule),
        FieldCase.each("account", [nil, "null", Literal.text(64), #""tienda.mx_1-a""#], nil),
    ].flatMap(\.self)

    static let texts: [FieldCase] = [
        ("payment_method_id", 64), ("description", 600), ("external_reference", 256),
        ("statement_descriptor", 64), ("issuer_id", 32),
    ].flatMap { text($0, longest: $1) }

    private static func text(_ field: String, longest: Int) -> [FieldCase] {
        [
            FieldCase.each(field, ["true", "[]", "{}", "1.5"], "must be a string"),
            FieldCase.each(field, Literal.controls, "must hold no control characters"),
            FieldCase.each(
                field, [#""""#, Literal.text(longest + 1)], "must be 1 to \(longest) characters"),
            FieldCase.each(field, [nil, "null", Literal.text(1), Literal.text(longest, of: "é")], nil),
        ].flatMap(\.self)
    }

    static let addressRule = "must be an http or https address of at most 248 characters"
    static let others: [FieldCase] = [
        FieldCase.each(
            "currency_id", ["1", #""""#, #""BR""#, #""brl""#, #""BRLX""#, #""ÑÑÑ""#],
            "must be one of ARS, BRL, CLP, COP, MXN, PEN, UYU"),
        FieldCase.each("currency_id", [nil, "null", #""ARS""#, #""BRL""#], nil),
        FieldCase.each(
            "installments", ["0", "-1", "100", "1.5", #""3""#, "true", "1e30", "[]"],
            "must be a whole number from 1 to 99"),
        FieldCase.each("installments", [nil, "null", "1", "99", "12.0", "1e1"], nil),
        FieldCase.each(
            "notification_url",
            [
                "1", #""""#, #""ftp://x.mx""#, #""https://""#, #""https://a b""#, #""https://a\nb""#,
                #""https://é.mx""#, #""javascript:1""#, address(length: 249),
            ], addressRule),
        FieldCase.each(
            "notification_url", [nil, "null", #""http://x.mx/a?b=c""#, address(length: 248)], nil),
        FieldCase.each("issuer_id", ["-1"], "must be a string"),
        FieldCase.each("issuer_id", ["0", "25", "25.0"], nil),
    ].flatMap(\.self)

    private static func address(length: Int) -> String {
        "\"https://" + String(repeating: "x", count: length - 8) + "\""
    }

    @Test("flags", arguments: ["capture", "binary_mode"]) func flag(field: String) throws {
        let wrong = FieldCase.each(field, ["0", "1", #""false""#, "[]"], "must be true or false")
        let right = FieldCase.each(field, [nil, "null", "true", "false"], nil)
        for row in wrong + right { try row.check(in: Sample.charge) }
    }

    @Test("objects", arguments: ["metadata", "additional_info", "point_of_interaction"])
    func object(field: String) throws {
        let wrong = FieldCase.each(field, ["1", #""x""#, "[]", "true"], "must be an object")
        let right = FieldCase.each(field, [nil, "null", "{}", #"{"a":{"b":[1.50]}}"#], nil)
        for row in wrong + right { try row.check(in: Sample.charge) }
    }

    @Test("identities", arguments: names) func identity(_ row: FieldCase) throws {
        try row.check(in: Sample.charge)
    }

    @Test("texts", arguments: texts) func text(_ row: FieldCase) throws { try row.check(in: Sample.charge) }

    @Test("the other fields", arguments: others) func other(_ row: FieldCase) throws {
        try row.check(in: Sample.charge)
    }
}

@Suite("Fields of a registration") struct RegisterFieldTests {
    static let rows: [FieldCase] = [
        FieldCase.each("job_id", [nil, "null"], "is required"),
        FieldCase.each("token", [nil, "null"], "is required"),
        FieldCase.each("token", Literal.noStrings + Literal.controls, ChargeFieldTests.tokenRule),
        FieldCase.each("account", Literal.noStrings, ChargeFieldTests.accountRule),
        FieldCase.each("customer", ["1", #""x""#, "[]"], "must be an object"),
        FieldCase.each("payment_method_id", [#""""#], "must be 1 to 64 characters"),
        FieldCase.each("issuer_id", ["12", #""12""#, nil], nil),
    ].flatMap(\.self)

    @Test("each rule", arguments: rows) func rule(_ row: FieldCase) throws {
        try row.check(in: Sample.register)
    }
}
