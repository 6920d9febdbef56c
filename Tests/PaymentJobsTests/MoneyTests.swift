import ExactJSON
import PaymentJobs
import TestSupport
import Testing

@Suite("Money") struct MoneyTests {
    @Test(
        "an amount is what the producer wrote, as a number and as a string",
        arguments: [
            ("0.1", "0.1"), ("1e2", "100"), ("100.50", "100.50"), ("100.5", "100.5"), ("1", "1"),
            ("123456789012345678", "123456789012345678"), ("1234567890123456.78", "1234567890123456.78"),
            ("1.5E-1", "0.15"), ("1e17", "1" + zeros(17)), ("0.10", "0.10"), ("2.67000", "2.67000"),
            ("9007199254740993", "9007199254740993"), ("90071992547409.93", "90071992547409.93"),
            ("00.1", nil), ("1E+2", "100"),
        ] as [(String, String?)])
    func exact(literal: String, expected: String?) throws {
        for form in [literal, "\"\(literal)\""] {
            guard let expected else {
                if form.hasPrefix("\"") {
                    try FieldCase("transaction_amount", form, Self.rule).check(in: Sample.charge)
                }
                continue
            }
            let job = try Sample.charge(with: "transaction_amount", form)
            #expect(job.fields["transaction_amount"]?.number?.literal == expected)
        }
    }

    private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
    private static let rule = "must be a decimal number of at most 18 digits, such as 100.50 or \"100.50\""

    static let refused: [FieldCase] =
        FieldCase.each("transaction_amount", [nil, "null"], "is required")
        + FieldCase.each(
            "transaction_amount",
            [
                "0", "0.00", "-0", "0e9", #""0""#, "-1", "-0.01", #""-5""#,
            ], "must be more than zero")
        + FieldCase.each(
            "transaction_amount",
            [
                "1234567890123456789", "0.1234567890123456789", "1e18", "1e-19", "1e999999999999999999",
                #""1234567890123456789""#, #""NaN""#, #""nan""#, #""Infinity""#, #""inf""#, #""1,50""#,
                #""1.""#, #"".5""#, #""+1""#, #""0x10""#, #"" 1""#, #""1 ""#, #""$1""#, #""1_000""#,
                #""١""#, #""""#, "true", "[]", "{}", #""1e""#, #""--1""#,
            ], rule)

    static let fractions = FieldCase.each(
        "transaction_amount",
        ["0.001", "2.675", "1.5E-3", #""0.30000000000000004""#, "0.000000000000000001"],
        "must have at most 2 digits behind the point")

    @Test("what no currency can pay is refused", arguments: fractions)
    func tooFine(_ row: FieldCase) throws { try row.check(in: Sample.charge) }

    @Test("what isn't more than zero and exact is refused", arguments: refused)
    func refuses(_ row: FieldCase) throws { try row.check(in: Sample.charge) }

    @Test("a fee is between nothing and the amount", arguments: ["0", "0.00", "100.50", #""100.5""#, "1e2"])
    func fee(literal: String) throws {
        try FieldCase("application_fee", literal, nil).check(in: Sample.charge)
    }

    @Test("a fee that is negative or more than the amount is refused")
    func badFee() throws {
        let tooMuch = "must not be more than transaction_amount"
        try FieldCase("application_fee", "100.51", tooMuch).check(in: Sample.charge)
        try FieldCase("application_fee", "-0.01", "must not be negative").check(in: Sample.charge)
        try FieldCase("application_fee", #""x""#, Self.rule).check(in: Sample.charge)
    }

    @Test("every amount of up to 18 digits comes back unchanged, digit for digit")
    func property() throws {
        var random = SeededGenerator(18, for: "amounts come back unchanged")
        for _ in 0..<3_000 {
            let digits = (0..<Int.random(in: 1...18, using: &random)).map { index in
                String(Int.random(in: (index == 0 ? 1 : 0)...9, using: &random))
            }.joined()
            let point = digits.count - Int.random(in: 0...min(2, digits.count), using: &random)
            let whole = point == 0 ? "0" : String(digits.prefix(point))
            let literal = point == digits.count ? digits : "\(whole).\(digits.dropFirst(point))"
            let form = Bool.random(using: &random) ? literal : "\"\(literal)\""
            // About one in a hundred of such large amounts looks like a card's number.
            if !CardDataGuard.findings(inText: Array(literal.utf8)).isEmpty { continue }
            let job = try Sample.charge(with: "transaction_amount", form)
            let again = try decodeCharge(Job.charge(job).message)
            #expect(job.fields["transaction_amount"]?.number?.literal == literal)
            #expect(again.fields["transaction_amount"]?.number?.literal == literal)
            #expect(again == job && again.digest == job.digest)
        }
    }
}
