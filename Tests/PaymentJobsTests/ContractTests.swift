import ExactJSON
import PaymentJobs
import Testing

@Suite("What is charged") struct ChargeSourceTests {
    @Test("a charge by card_id is another job than one by token")
    func card() throws {
        let text = #"{"job_id":"job-1","customer_id":"c-1","card_id":"1490022319978","transaction_amount":1}"#
        let job = try decodeCharge(Sample.message(text))
        #expect(job.source == .card(try #require(CardID("1490022319978"))))
        #expect(job.fields["card_id"] == "1490022319978" && job.fields["token"] == nil)
    }

    @Test("exactly one of token and card_id")
    func both() throws {
        try FieldCase("card_id", #""1490022319978""#, "give either token or card_id, not both")
            .check(in: Sample.charge)
        try FieldCase("card_id", "null", nil).check(in: Sample.charge)
    }

    static let rule = "must be a saved card's id: letters, digits and dashes"

    @Test("a card's id can't be another address", arguments: ["1", #""../x""#, #""a/b""#, #""""#, #""1?2""#])
    func cardID(literal: String) throws {
        let base = #"{"job_id":"job-1","customer_id":"c-1","transaction_amount":1}"#
        try FieldCase("card_id", literal, Self.rule).check(in: base)
    }
}

@Suite("When a job's time is over") struct ExpiryTests {
    @Test(
        "moments of RFC 3339",
        arguments: [
            ("2026-01-31T12:00:00Z", 1_769_860_800_000), ("2026-01-31T09:00:00-03:00", 1_769_860_800_000),
            ("2026-01-31T12:00:00.250Z", 1_769_860_800_250),
            ("2026-01-31T12:00:00.2509Z", 1_769_860_800_250), ("1970-01-01T00:00:00+00:00", 0),
            ("2024-02-29T23:59:59Z", 1_709_251_199_000),
        ] as [(String, Int64)])
    func moments(text: String, milliseconds: Int64) throws {
        let job = try Sample.charge(with: "expires_at", "\"\(text)\"")
        #expect(job.expiresAt?.milliseconds == milliseconds)
        let again = try decodeCharge(Job.charge(job).message)
        #expect(again == job && again.digest == job.digest)
    }

    static let rule = "must be a date with time and offset, such as 2026-01-31T12:00:00Z"

    @Test(
        "what isn't one moment everywhere is refused",
        arguments: [
            "2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-02-29T12:00:00Z",
            "2026-01-31T24:00:00Z", "2026-01-31T12:00:00-0300", "2026-01-31T12:00:00.Z", "1769860800", "",
            "2026-01-31T12:00:00Zx", "tomorrow",
        ])
    func notMoments(text: String) throws {
        try FieldCase("expires_at", "\"\(text)\"", Self.rule).check(in: Sample.charge)
        try FieldCase("expires_at", "\"\(text)\"", Self.rule).check(in: Sample.register)
    }

    @Test("a number is no moment") func number() throws {
        try FieldCase("expires_at", "1769860800000", Self.rule).check(in: Sample.charge)
    }
}

@Suite("Conditions of a registration") struct RegisterConditionTests {
    @Test("after_payment_id as a number and as a string", arguments: ["123456789012", #""123456789012""#])
    func payment(literal: String) throws {
        let job = try decodeRegister(try Sample.message(Sample.register, with: "after_payment_id", literal))
        #expect(job.afterPaymentID?.rawValue == 123_456_789_012)
        #expect(!job.makeDefault && job.fields["make_default"] == nil)
    }

    @Test(
        "what is no payment's id",
        arguments: ["0", #""-1""#, #""+1""#, #""1x""#, #""9223372036854775808""#])
    func noPayment(literal: String) throws {
        try FieldCase("after_payment_id", literal, "must be a payment's id: a whole number")
            .check(in: Sample.register)
    }

    @Test("make_default") func makeDefault() throws {
        let job = try decodeRegister(try Sample.message(Sample.register, with: "make_default", "true"))
        #expect(job.makeDefault)
        try FieldCase("make_default", "1", "must be true or false").check(in: Sample.register)
    }
}

@Suite("Jobs for a payment") struct OperationTests {
    private func decode(_ text: String, _ kind: JobKind) throws -> PaymentOperation {
        guard case .operation(let job) = try JobDecoder().decode(Sample.message(text, kind: kind)).job else {
            return try #require(nil, "no job for a payment")
        }
        return job
    }

    @Test("each kind, with and without an amount")
    func kinds() throws {
        let bare = #"{"job_id":"op-1","payment_id":123456789012}"#
        let some = #"{"job_id":"op-1","payment_id":"123456789012","amount":"10.50"}"#
        let amount = try #require(ExactDecimal("10.50"))
        #expect(try decode(bare, .refundPayment).action == .refund(amount: nil))
        #expect(try decode(some, .refundPayment).action == .refund(amount: amount))
        #expect(try decode(bare, .capturePayment).action == .capture(amount: nil))
        #expect(try decode(some, .capturePayment).action == .capture(amount: amount))
        let cancel = try decode(bare, .cancelPayment)
        #expect(cancel.action == .cancel && cancel.account == .standard)
        #expect(cancel.paymentID.rawValue == 123_456_789_012)
        #expect(Job.operation(cancel).messageKey == Secret("123456789012"))
    }

    @Test(
        "what they need and what they don't know",
        arguments: [
            JobKind.refundPayment, .cancelPayment, .capturePayment,
        ])
    func rules(kind: JobKind) throws {
        let missing = try refusal(of: Sample.message("{}", kind: kind)).problems
        #expect(missing.map(\.description) == ["job_id: is required", "payment_id: is required"])
        let odd = #"{"job_id":"op-1","payment_id":1,"transaction_amount":5}"#
        let unknown = try refusal(of: Sample.message(odd, kind: kind)).problems
        #expect(unknown.map(\.field) == ["transaction_amount"])
    }

    @Test("a cancellation has no amount: it would seem to be one of a part")
    func cancelAmount() throws {
        let text = #"{"job_id":"op-1","payment_id":1,"amount":5}"#
        let problems = try refusal(of: Sample.message(text, kind: .cancelPayment)).problems
        #expect(problems.map(\.description) == ["amount: is not a field of this job"])
    }

    @Test(
        "a wrong amount is refused, and never means all of it",
        arguments: [
            "0", "-1", #""x""#, "0.001", "true",
        ])
    func amounts(literal: String) throws {
        for kind in [JobKind.refundPayment, .capturePayment] {
            let text = #"{"job_id":"op-1","payment_id":1,"amount":"# + literal + "}"
            let problems = try refusal(of: Sample.message(text, kind: kind)).problems
            #expect(problems.map(\.field) == ["amount"])
        }
    }

    @Test("ce_type chooses the kind, whatever the topic's is", arguments: JobKind.allCases)
    func eventType(kind: JobKind) throws {
        let text = #"{"job_id":"op-1","payment_id":1}"#
        let message = Sample.message(
            text, kind: kind,
            headers: ["ce_specversion": "1.0", "ce_type": "cancel-payment"])
        #expect(try JobDecoder().decode(message).job.kind == .cancelPayment)
        let structured = Sample.message(
            #"{"specversion":"1.0","type":"cancel-payment","id":"e-1","data":\#(text)}"#, kind: kind,
            headers: ["content-type": "application/cloudevents+json"])
        #expect(try JobDecoder().decode(structured).job.kind == .cancelPayment)
    }
}

@Suite("Currencies and countries") struct CurrencyTests {
    static let digits: [(Site, String, Int)] = [
        (.argentina, "ARS", 2), (.brazil, "BRL", 2), (.chile, "CLP", 0), (.colombia, "COP", 0),
        (.mexico, "MXN", 2), (.peru, "PEN", 2), (.uruguay, "UYU", 2),
    ]

    private func decide(_ site: Site?, _ amount: String, _ currency: String?) -> String? {
        var fields = #"{"job_id":"j","customer_id":"c","token":"t","transaction_amount":"# + amount
        if let currency { fields += #","currency_id":"\#(currency)""# }
        let decoder = JobDecoder(sites: site.map { [.standard: $0] } ?? [:])
        do throws(JobRefusal) {
            _ = try decoder.decode(Sample.message(fields + "}"))
            return nil
        } catch {
            return error.detail
        }
    }

    @Test("each country's currency and decimals, by currency_id and by the account", arguments: digits)
    func each(site: Site, code: String, digits: Int) {
        #expect(site.currency.rawValue == code)
        let tooFine = "transaction_amount: must have no more digits behind the point than \(code) has"
        for (account, currency) in [(nil, code), (site, nil), (site, code)] as [(Site?, String?)] {
            #expect(decide(account, "1500", currency) == nil)
            #expect(decide(account, "1500.00", currency) == nil)
            #expect(decide(account, "1500.50", currency) == (digits == 2 ? nil : tooFine))
        }
    }

    @Test("a currency that isn't the account's is refused")
    func other() {
        #expect(decide(.chile, "1500", "BRL") == "currency_id: must be CLP, the currency of the account")
        #expect(decide(nil, "1500", "USD")?.hasPrefix("currency_id: must be one of") == true)
    }

    @Test("a refund's amount follows the account's currency")
    func refund() throws {
        let text = #"{"job_id":"op-1","payment_id":1,"amount":10.5}"#
        let decoder = JobDecoder(sites: [.standard: .colombia])
        let problems = try refusal(of: Sample.message(text, kind: .refundPayment), by: decoder).problems
        #expect(problems.map(\.field) == ["amount"])
    }

    @Test("a country that another account has says nothing")
    func otherAccount() throws {
        let decoder = JobDecoder(sites: [try #require(AccountName("tienda")): .chile])
        let job = try decoder.decode(Sample.message(Sample.charge)).job
        #expect(job.account == .standard)
    }
}
