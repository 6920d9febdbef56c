import ExactJSON
import PaymentJobs
import Testing

@testable import Pipeline

/// What the age of a job says of its key: the gateway may have forgotten it.
@Suite struct KeyAgeTests {
    private let now: Int64 = 1_700_000_000_000
    private static let day: Int64 = 86_400_000

    /// What four runs say, four seconds apart, of a job of `age`.
    private func say(
        _ job: Job, age: Int64?, isAttempted: Bool = true, gateway: ScriptedGateway
    ) async throws -> [String] {
        var memory = AttemptMemory()
        memory.mayHaveBeenAttempted = isAttempted
        var said: [String] = []
        for run in 0..<Int64(4) {
            let time = now + run * 4_000
            let attempt = Attempt(gateway: gateway, now: time, submittedAt: age.map { now - $0 })
            switch try await attempt.run(job, memory: &memory) {
            case .answer(let answer, _):
                said.append(answer.eventType.rawValue)
                return said
            case .lookAgain: said.append("again")
            case .suspicious(let reason, _): said.append(reason.rawValue)
            case .impossible(let detail): said.append(detail)
            }
        }
        return said
    }

    private func charge() throws -> Job { try JobDecoder().decode(Sample.charge()).job }

    private func operation(_ action: PaymentOperation.Action) throws -> Job {
        .operation(
            PaymentOperation(
                jobID: try #require(JobID("op-1")), paymentID: try #require(PaymentID(rawValue: 7)),
                action: action))
    }

    @Test(arguments: [day + 1, nil] as [Int64?])
    func anOldJobThatMayHaveBeenAttemptedIsLookedForUntilThatIsSettled(age: Int64?) async throws {
        let jobs: [(Job, String)] = [
            (try charge(), "charge.approved"),
            (try operation(.refund(amount: nil)), "payment.refunded"),
            (try operation(.capture(amount: nil)), "payment.captured"),
            (try operation(.cancel), "payment.cancelled"),
        ]
        for (job, answer) in jobs {
            let gateway = try await gateway(for: job)
            let said = try await say(job, age: age, gateway: gateway)
            #expect(said == ["again", "again", "again", answer])
            let calls = await gateway.calls.map(\.changes)
            #expect(Array(calls.prefix(5)) == [false, false, false, false, true])
        }
    }

    @Test func aYoungOneNeedsOneLookAndAFreshOneNone() async throws {
        for (job, answer) in [
            (try charge(), "charge.approved"), (try operation(.refund(amount: nil)), "payment.refunded"),
        ] {
            let young = try await gateway(for: job)
            #expect(try await say(job, age: Self.day, gateway: young) == [answer])
            #expect(await young.calls.map(\.changes).prefix(2) == [false, true])
            let fresh = try await gateway(for: job)
            #expect(try await say(job, age: nil, isAttempted: false, gateway: fresh) == [answer])
            #expect(await fresh.calls.first?.changes == true)
        }
    }

    @Test func theWindowIsTheAccounts() async throws {
        let gateway = ScriptedGateway()
        var memory = AttemptMemory()
        memory.mayHaveBeenAttempted = true
        var attempt = Attempt(gateway: gateway, now: now, submittedAt: now - 3_600_001)
        attempt.rules.idempotencyWindow = .seconds(3_600)
        guard case .lookAgain = try await attempt.run(charge(), memory: &memory) else {
            Issue.record("the key may be forgotten after an hour")
            return
        }
    }

    /// A gateway that does what `job` asks for when it is called, and shows nothing of it before.
    private func gateway(for job: Job) async throws -> ScriptedGateway {
        let gateway = ScriptedGateway()
        guard case .operation(let operation) = job else { return gateway }
        let held = GatewayPayment(facts: PaymentFacts(id: 7, status: PaymentStatus(rawValue: "authorized")))
        let words = ["payment.cancelled": "cancelled", "payment.captured": "approved"]
        let word = operation.action == .cancel ? "payment.cancelled" : "payment.captured"
        let done = GatewayPayment(
            facts: PaymentFacts(id: 7, status: PaymentStatus(rawValue: words[word] ?? "")))
        let refund = GatewayRefund(
            facts: RefundFacts(id: 5, amount: ExactDecimal("100"), status: "approved"),
            jobID: operation.jobID.description, digest: operation.digest)
        await gateway.script {
            $0.seen = [.success(held)]
            $0.changes = [.success(done)]
            $0.refundResults = [.success(refund)]
        }
        return gateway
    }
}
