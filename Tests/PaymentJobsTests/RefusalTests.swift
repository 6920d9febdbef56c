import ExactJSON
import PaymentJobs
import Testing

@Suite("What a refusal says") struct RefusalTests {
    @Test("all problems of a charge are named at once")
    func everything() throws {
        let text = #"""
            {"job_id":"","account":"a b","customer_id":5,"token":"a.b","card_id":"1","expires_at":"x",
            "transaction_amount":0,"currency_id":"x","installments":0,"payment_method_id":"","issuer_id":true,
            "description":1,"external_reference":"","statement_descriptor":"","capture":1,"binary_mode":1,
            "notification_url":"x","metadata":{"cobrador_job_id":1},"additional_info":1,
            "point_of_interaction":1,"application_fee":-1,"instalments":12}
            """#
        let refusal = try refusal(of: Sample.message(text))
        let object = try #require(try JSON(parsing: text).object)
        #expect(Set(refusal.problems.map(\.field)) == Set(object.names))
        #expect(refusal.problems.count == object.count)
        #expect(refusal.detail == refusal.problems.map(\.description).joined(separator: "; "))
    }

    @Test("all missing fields are named at once")
    func missing() throws {
        let charge = try refusal(of: Sample.message("{}")).problems
        #expect(charge.map(\.field) == ["job_id", "customer_id", "token", "transaction_amount"])
        let register = try refusal(of: Sample.message("{}", kind: .registerCard)).problems
        #expect(Set(register.map(\.field)) == ["job_id", "customer_id", "token"])
        #expect((charge + register).allSatisfy { $0.message.contains("required") })
    }

    @Test(
        "a misspelt field is refused by its name",
        arguments: ["instalments", "Installments", "transactionAmount", "make_default", "amount", "job_Id"])
    func misspelt(field: String) throws {
        try FieldCase(field, "1", "is not a field of this job").check(in: Sample.charge)
    }

    @Test("after ten unknown fields the rest is counted")
    func manyUnknown() throws {
        var object = try #require(try JSON(parsing: Sample.charge).object)
        for number in 0..<1_000 { object["x\(number)"] = 1 }
        let text = String(decoding: object.serialized(), as: UTF8.self)
        let problems = try refusal(of: Sample.message(text)).problems
        #expect(problems.prefix(10).map(\.field) == (0..<10).map { "x\($0)" })
        #expect(problems.dropFirst(10).map(\.description) == ["990 more unknown fields"])
    }

    @Test(
        "metadata names that the gateway would echo as ours are refused in every spelling",
        arguments: [
            "cobrador_job_id", "cobrador_digest", "cobrador_", "cobrador", "Cobrador-JobId",
            "COBRADOR_JOB_ID", "cobradorJobId", "_cobrador_job_id", " cobrador job id", "co-brador.job",
            "$cobrador",
            "co\u{200B}brador_job_id",
        ])
    func reserved(name: String) throws {
        let literal = "{\"a\":1,\"\(name)\":1}"
        try FieldCase("metadata", literal, "names that begin with \"cobrador\" are reserved")
            .check(in: Sample.charge)
    }

    @Test("other metadata is the producer's", arguments: ["my_cobrador", "cobro", "order_id", "", "job_id"])
    func free(name: String) throws {
        try FieldCase("metadata", "{\"\(name)\":{\"cobrador_job_id\":1}}", nil).check(in: Sample.charge)
    }
}

@Suite("Refusals never quote values") struct QuotingTests {
    static let secrets = [
        "4509953566233704", "4509 9535 6623 3704", "ana.perez@example.com", Sample.token,
        "APP_USR-1234567890123456-112233-0123456789abcdef0123456789abcdef-987654321",
    ]
    static let chargeFields = [
        "job_id", "account", "customer_id", "token", "card_id", "expires_at", "transaction_amount",
        "currency_id", "installments", "payment_method_id", "issuer_id", "description", "external_reference",
        "statement_descriptor", "capture", "binary_mode", "notification_url", "metadata", "application_fee",
        "unheard_of",
    ]
    static let registerFields = [
        "job_id", "account", "customer_id", "customer", "token", "payment_method_id", "issuer_id",
        "after_payment_id", "make_default", "expires_at", "unheard_of",
    ]

    /// A control character makes every text invalid, so that no field gets away with being right.
    private func assertSilent(_ base: String, _ field: String, _ secret: String) throws {
        let spoilt = [
            "\"\(secret)\\n\"", "[\"\(secret)\"]", "{\"\(secret)\":\"\(secret)\",\"cobrador\":1}",
        ]
        for literal in spoilt {
            let message = try Sample.message(base, with: field, literal)
            let refusal = try refusal(of: message)
            let text = "\(refusal.detail) \(String(reflecting: refusal)) \(DeadLetter(refusal, headers: []))"
            for piece in [secret, "4509", "ana.", "APP_USR", "ff80808"] where secret.contains(piece) {
                #expect(!text.contains(piece), "\(field) is quoted")
            }
        }
    }

    @Test("of a charge", arguments: chargeFields)
    func charge(field: String) throws {
        for secret in Self.secrets { try assertSilent(Sample.charge, field, secret) }
    }

    @Test("of a registration", arguments: registerFields)
    func register(field: String) throws {
        for secret in Self.secrets { try assertSilent(Sample.register, field, secret) }
    }

    @Test("nor names that are secrets", arguments: secrets)
    func names(secret: String) throws {
        let refusal = try refusal(of: try Sample.message(Sample.charge, with: secret, "1"))
        switch refusal.reason {
        case .cardData: #expect(refusal.detail.hasSuffix("3704: holds what looks like a card number"))
        case .invalid, .undecodable:
            #expect(refusal.problems.map(\.description) == ["‹redacted›: is not a field of this job"])
        }
        #expect(!refusal.detail.contains(secret) && !refusal.detail.contains("4509"))
    }

    @Test("nor bytes that are no JSON", arguments: secrets)
    func syntax(secret: String) throws {
        for text in [secret, "{\"a\":\"\(secret)", "{\"\(secret)\":1,\"\(secret)\":2}"] {
            let detail = try refusal(of: Sample.message(text)).detail
            #expect(!detail.contains(secret) && !detail.contains(secret.prefix(6)))
        }
    }
}
