import ExactJSON
import PaymentJobs
import TestSupport
import Testing

@Suite("Jobs come back as they were sent") struct RoundTripTests {
    @Test("random jobs decode to themselves")
    func roundTrip() throws {
        var jobs = RandomJobs(random: SeededGenerator(5, for: "jobs round trip"))
        for _ in 0..<500 {
            for job in [
                Job.charge(try jobs.charge()), .register(jobs.register()), .operation(jobs.operation()),
            ] {
                let again = try JobDecoder().decode(job.message).job
                #expect(again == job && again.digest == job.digest)
                #expect(again.fields.serialized() == job.fields.serialized())
            }
        }
    }

    @Test("absent fields have the contract's defaults")
    func defaults() throws {
        let job = try decodeCharge(Sample.message(Sample.charge))
        #expect(job.account == .standard && job.account.description == "default")
        #expect(job.installments == 1 && job.capture && job.binaryMode == nil)
        #expect(job.externalReference == "job-1" && job.metadata.isEmpty)
        let explicit =
            String(Sample.charge.dropLast()) + #"""
                ,"account":"default","installments":1,"capture":true,"external_reference":"job-1","metadata":{},
                "card_id":null,"description":null}
                """#
        let same = try decodeCharge(Sample.message(explicit))
        #expect(same == job && same.digest == job.digest)
    }

    @Test("a numeric issuer is the text of it")
    func issuer() throws {
        let number = try Sample.charge(with: "issuer_id", "25")
        let text = try Sample.charge(with: "issuer_id", #""25""#)
        #expect(number == text && number.issuerID == "25" && number.digest == text.digest)
    }

    @Test("what passes through keeps its literals")
    func passThrough() throws {
        let literal = #"{"items":[{"unit_price":1.50,"quantity":1e0}],"z":null,"a":"\u00e9"}"#
        let job = try Sample.charge(with: "additional_info", literal)
        #expect(job.additionalInfo?.serialized() == Array(literal.replacing(#"\u00e9"#, with: "é").utf8))
    }
}

@Suite("Digests") struct DigestTests {
    private let rich = #"""
        {"job_id":"job-1","customer_id":"c-1","token":"t-1","transaction_amount":100.50,"installments":3,
         "metadata":{"a":1,"b":{"c":"x","d":2.0}},"additional_info":{"p":1,"q":[1,2]}}
        """#
    private let reordered = #"""
        {"additional_info" : {"q":[1,2.0],"p":1e0}, "metadata":{"b":{"d":2,"c":"\u0078"},"a":1.0},
         "installments":3.0,"transaction_amount":"100.5","token":"t-1","customer_id":"c-1","job_id":"job-1"}
        """#

    @Test("order, white space, escapes and zeros at the end don't count")
    func formatting() throws {
        let digest = try decodeCharge(Sample.message(rich)).digest
        #expect(try decodeCharge(Sample.message(reordered)).digest == digest)
        #expect(try Sample.charge(with: "transaction_amount", "100.5").digest == DigestTests.chargeGolden)
        #expect(try Sample.charge(with: "transaction_amount", "1005e-1").digest == DigestTests.chargeGolden)
    }

    /// SHA-256 over Python's `json.dumps(fields, sort_keys=True, separators=(",", ":"))`, 32 digits of it:
    /// all fields with their defaults, `"transaction_amount":100.5`.
    static let chargeGolden = "5e6cec4d48fbc2eed099e550343e4208"

    @Test("the digest is SHA-256 over the sorted fields, as Python computes it")
    func golden() throws {
        #expect(try decodeCharge(Sample.message(Sample.charge)).digest == DigestTests.chargeGolden)
        let register = try decodeRegister(Sample.message(Sample.register, kind: .registerCard))
        #expect(register.digest == "e8432218d6428d2133510fd46245f069")
    }

    /// Each field with another value that is valid too.
    static let changes = [
        ("job_id", #""job-2""#), ("account", #""other""#), ("customer_id", #""c-2""#), ("token", #""t-2""#),
        ("transaction_amount", "100.51"), ("currency_id", #""BRL""#), ("installments", "2"),
        ("payment_method_id", #""visa""#), ("issuer_id", "1"), ("description", #""d""#),
        ("external_reference", #""e""#), ("statement_descriptor", #""s""#), ("capture", "false"),
        ("binary_mode", "true"), ("binary_mode", "false"), ("notification_url", #""https://x.mx""#),
        ("metadata", #"{"a":1}"#), ("metadata", #"{"a":"1"}"#), ("additional_info", "{}"),
        ("additional_info", #"{"a":[1,2]}"#), ("additional_info", #"{"a":[2,1]}"#),
        ("point_of_interaction", "{}"), ("application_fee", "0"), ("application_fee", "1"),
        ("expires_at", #""2030-01-01T00:00:00Z""#), ("expires_at", #""2030-01-01T00:00:00.001Z""#),
    ]

    @Test("all one-field changes of a charge have digests of their own")
    func distinct() throws {
        var digests: Set = [DigestTests.chargeGolden]
        for (field, literal) in Self.changes {
            let job = try Sample.charge(with: field, literal)
            #expect(digests.insert(job.digest).inserted, "\(field)=\(literal)")
        }
    }

    @Test("all one-field changes of a registration have digests of their own")
    func distinctRegistrations() throws {
        let changes = [
            ("job_id", #""reg-2""#), ("account", #""other""#), ("token", #""t-2""#), ("issuer_id", "1"),
            ("payment_method_id", #""visa""#), ("customer", #"{"email":"Ana@example.com"}"#),
            ("customer", #"{"email":"ana@example.com","first_name":"A"}"#),
            ("customer", #"{"email":"ana@example.com","last_name":"A"}"#),
            ("customer", #"{"email":"ana@example.com","phone":{}}"#),
            ("customer", #"{"email":"ana@example.com","phone":{"number":"1"}}"#), ("after_payment_id", "1"),
            ("after_payment_id", "2"), ("make_default", "true"), ("expires_at", #""2030-01-01T00:00:00Z""#),
        ]
        var digests: Set = ["e8432218d6428d2133510fd46245f069"]
        for (field, literal) in changes {
            let job = try decodeRegister(try Sample.message(Sample.register, with: field, literal))
            #expect(digests.insert(job.digest).inserted, "\(field)=\(literal)")
        }
    }
}
