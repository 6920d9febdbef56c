import PaymentJobs
import TestSupport
import Testing

/// The golden values were made by Python, independently.
///
///     def derived(*parts):
///         h = hashlib.sha256(b"cobrador-1")
///         for part in parts:
///             h.update(struct.pack(">I", len(part.encode())) + part.encode())
///         d = bytearray(h.digest()[:16])
///         d[6] = d[6] & 0x0F | 0x80
///         d[8] = d[8] & 0x3F | 0x80
///         return uuid.UUID(bytes=bytes(d))
///     derived("idempotency-key", account, job), derived("result", account, job)
@Suite("Identities") struct IdentityTests {
    private func account(_ text: String) throws -> AccountName { try #require(AccountName(text)) }
    private func job(_ text: String) throws -> JobID { try #require(JobID(text)) }

    @Test(
        "keys and answer ids are those that Python derives",
        arguments: [
            (
                "default", "job-1", "9646fe08-bcf8-8bb9-8974-04078f176f04",
                "1a62ac81-7e12-8833-bcb1-356e462e90b9"
            ),
            (
                "tienda.mx", "cobro-ñandú-€-💳", "5c918834-22fe-8524-9c88-52c883020f7f",
                "c04c3c8f-960b-8705-ba36-fff822f78c36"
            ),
            ("a", "b", "a3e6f38d-2af3-8e80-ad9c-aebc2dad7662", "661a2bcd-503f-8a8a-8d23-8ed6ad914855"),
            (
                "default", String(repeating: "x", count: 64), "ef76f46a-46cb-88ec-9be9-45609623692d",
                "35e95c5d-b5ab-8e19-9581-18a0153c649d"
            ),
        ])
    func golden(account name: String, job id: String, key: String, answer: String) throws {
        let (account, job) = (try account(name), try job(id))
        #expect(IdempotencyKey(account: account, job: job).description == key)
        #expect(AnswerID(account: account, job: job, word: .result).description == answer)
    }

    @Test("each is a UUID of version 8, and so at most 64 characters")
    func shape() throws {
        var random = RandomJobs(random: SeededGenerator(8, for: "identities are UUIDs"))
        for _ in 0..<500 {
            let job = try random.charge()
            let key = IdempotencyKey(account: job.account, job: job.jobID).description
            let answer = AnswerID(account: job.account, job: job.jobID, word: .result).description
            #expect(key != answer)
            for id in [key, answer] {
                let pattern = /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
                #expect(id.wholeMatch(of: pattern) != nil)
            }
        }
    }

    @Test("no two pairs of account and job share one, however they concatenate")
    func ambiguous() throws {
        let texts = ["a", "b", "ab", "ba", "aa", "bb", "aab", "abb", "a-b", "-", "result", "idempotency-key"]
        var seen: Set<String> = []
        for account in try texts.map(account) {
            for job in try texts.map(job) {
                #expect(seen.insert(IdempotencyKey(account: account, job: job).description).inserted)
                #expect(seen.insert(AnswerID(account: account, job: job, word: .result).description).inserted)
            }
        }
        #expect(seen.count == 288)
    }

    @Test("kinds, streams and account have the names that topics and headers use")
    func names() {
        let kinds = JobKind.allCases.map { ($0.rawValue, $0.eventStream.rawValue, $0.canMoveMoney) }
        let expected = [
            ("charge-saved-card", "charges", true), ("register-card", "cards", false),
            ("refund-payment", "charges", true), ("cancel-payment", "charges", true),
            ("capture-payment", "charges", true),
        ]
        #expect(kinds.count == expected.count)
        for (kind, row) in zip(kinds, expected) { #expect(kind == row) }
        #expect(AccountName.standard == AccountName("default"))
    }

    @Test("job ids differ where their bytes do, as they do for every other consumer")
    func canonicalEquivalence() throws {
        let (composed, decomposed) = (try job("caf\u{E9}"), try job("cafe\u{301}"))
        #expect(composed != decomposed && Set([composed, decomposed]).count == 2)
        let again = try job("caf\u{E9}")
        #expect(composed == again && Set([composed, again]).count == 1)
        let keys = [composed, decomposed].map { IdempotencyKey(account: .standard, job: $0) }
        #expect(keys[0] != keys[1])
    }
}
