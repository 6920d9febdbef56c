import ExactJSON
import PaymentJobs
import Testing

@Suite("Secrets") struct SecretTests {
    /// Every way that Swift turns a value into text.
    private func texts(of value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        var printed = ""
        print(value, to: &printed)
        debugPrint(value, to: &printed)
        return [
            dumped, printed, "\(value)", String(describing: value), String(reflecting: value),
            "\([value])", "\(["k": value])", String(reflecting: Optional(value)),
            "\(String(describing: Optional(value)))", "\(Result<Any, Never>.success(value))",
            "\((value, 1))", "\(Mirror(reflecting: value))",
            "\(Mirror(reflecting: value).children.map(\.value))",
            "\(Mirror(reflecting: [value]).children.map(\.value))",
        ]
    }

    private func assertHidden(_ value: some Any, sourceLocation: SourceLocation = #_sourceLocation) {
        for text in texts(of: value) {
            for piece in ["hunter2", "ana@example", "Pérez", "104, 117, 110"] {
                #expect(!text.contains(piece), sourceLocation: sourceLocation)
            }
        }
    }

    @Test("a secret is the mask, however it is printed")
    func mask() {
        let secret = Secret("hunter2")
        #expect(secret.description == "‹redacted›" && secret.debugDescription == "‹redacted›")
        #expect("\(secret)" == "‹redacted›" && String(reflecting: secret) == "‹redacted›")
        #expect("\(String(describing: Optional(secret)))" == "Optional(‹redacted›)")
        #expect(Mirror(reflecting: secret).children.isEmpty)
        assertHidden(secret)
        assertHidden(Secret(["hunter2"]))
        assertHidden(Secret(Array("hunter2".utf8)))
    }

    @Test("the mask gives away neither length nor kind")
    func uniform() {
        #expect(Set([Secret("").description, Secret("hunter2").description]) == ["‹redacted›"])
        #expect(Secret(7).description == Secret("").description)
    }

    @Test("revealing is the way out, and it rethrows")
    func reveal() {
        struct Stop: Error {}
        let length = Secret("hunter2").reveal { $0.count }
        #expect(length == 7)
        #expect(throws: Stop.self) { try Secret("x").reveal { _ throws(Stop) in throw Stop() } }
    }

    @Test("tokens, jobs and messages hide what they hold")
    func holders() throws {
        let token = try #require(CardToken("hunter2"))
        assertHidden(token)
        let text = #"""
            {"job_id":"r","token":"hunter2","customer":{"email":"ana@example.com","last_name":"Pérez"}}
            """#
        let register = try decodeRegister(Sample.message(text, kind: .registerCard))
        assertHidden(register)
        assertHidden(Job.register(register))
        assertHidden(register.owner)
        assertHidden(try JobDecoder().decode(Sample.message(text, kind: .registerCard)))
        assertHidden(Job.register(register).messageKey)
        let info = #"{"payer":{"email":"ana@example.com","last_name":"Pérez"}}"#
        assertHidden(try Sample.charge(with: "additional_info", info))
        assertHidden(Sample.message(#"{"token":"hunter2"}"#))
        assertHidden(
            OutboundMessage(
                destination: .deadLetters, key: Array("hunter2".utf8), value: Array("hunter2".utf8),
                headers: []))
    }

    @Test("what is printed still says which job it is")
    func names() throws {
        let charge = try decodeCharge(Sample.message(Sample.charge))
        #expect("\(charge)" == "charge-saved-card job-1")
        #expect("\(Sample.message("{}"))" == "charge-saved-card message of 2 bytes, 0 headers")
    }
}
