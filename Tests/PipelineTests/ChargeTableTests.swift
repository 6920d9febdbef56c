import PaymentJobs
import Testing

@testable import Pipeline

/// What the gateway did, what we saw of it, and what an earlier tenure may have done: every combination, as
/// one charge each.
@Suite struct ChargeTableTests {
    /// What an earlier tenure did, and whether this one has to reckon with it.
    enum Past: CaseIterable {
        case fresh, maybeNothing, maybePaid, maybePaidNameless
    }

    struct Row: CustomStringConvertible {
        var past: Past
        var acts: [ModelGateway.Act]
        var remembersKeys: Bool
        var lag: Duration
        var status: (String, String)
        var expiresAfter: Duration?

        var description: String {
            "\(past), \(acts), \(remembersKeys ? "keys kept" : "keys forgotten"), lag \(lag), "
                + "\(status.1), expires after \(expiresAfter.map { "\($0)" } ?? "ever")"
        }
    }

    static let statuses = [
        ("approved", "accredited"), ("rejected", "cc_rejected_other_reason"),
        ("rejected", "cc_rejected_duplicated_payment"),
    ]

    static func rows(status: (String, String)) -> [Row] {
        var rows: [Row] = []
        for past in Past.allCases {
            for first in ModelGateway.Act.allCases {
                for second in ModelGateway.Act.allCases {
                    for last in [ModelGateway.Act.answered, .idleUnseen, .refused] {
                        for remembersKeys in [true, false] {
                            for lag in [Duration.zero, .seconds(9)] {
                                rows.append(
                                    Row(
                                        past: past, acts: [first, second, last],
                                        remembersKeys: remembersKeys, lag: lag, status: status))
                            }
                        }
                    }
                }
            }
        }
        return rows
    }

    @Test(arguments: statuses)
    func neverTwoPaymentsAndTheAnswerIsTrue(status: String, detail: String) async throws {
        var events = 0
        for row in Self.rows(status: (status, detail)) {
            let end = try await run(row)
            #expect(end.problems.isEmpty, "\(row): \(end.summary), \(end.problems)")
            if !end.problems.isEmpty { return }
            if !end.summary.contains("money") { events += 1 }
        }
        #expect(events > 400, "many combinations end as an event")
    }

    @Test(arguments: [Duration.zero, .milliseconds(500), .seconds(5)])
    func theSameForJobsThatExpire(after expiry: Duration) async throws {
        for var row in Self.rows(status: Self.statuses[0]) {
            row.expiresAfter = expiry
            let end = try await run(row)
            #expect(end.problems.isEmpty, "\(row): \(end.summary), \(end.problems)")
            if !end.problems.isEmpty { return }
        }
    }

    @Test func aFreshChargeThatIsAnsweredCostsOneCallAndNoLook() async throws {
        for status in Self.statuses.prefix(2) {
            let row = Row(
                past: .fresh, acts: [.answered], remembersKeys: true, lag: .seconds(9), status: status)
            let end = try await run(row)
            #expect(end.calls == 1 && end.looks == 0)
        }
    }

    private struct End {
        var summary: String
        var problems: [String] = []
        var calls = 0
        var looks = 0
    }

    private func run(_ row: Row) async throws -> End {
        let time = ManualTime()
        let gateway = ModelGateway(
            time: time, lag: row.lag, acts: row.acts, remembersKeys: row.remembersKeys, status: row.status)
        let expiry = row.expiresAfter.map { time.wallTime + Int64($0 / .milliseconds(1)) }
        let work = Sample.work(1, Sample.charge(expiresAt: expiry))
        var memory = JobMemory()
        let runner = runner(gateway, time)
        #expect(runner.read(work, into: &memory) == nil)
        memory.part = .leads
        memory.attempt.mayHaveBeenAttempted = row.past != .fresh
        if row.past == .maybePaid || row.past == .maybePaidNameless {
            guard case .charge(let job) = memory.submission?.job, case .token(let token) = job.source else {
                return try #require(nil, "no charge by token")
            }
            let key = IdempotencyKey(account: job.account, job: job.jobID)
            await gateway.make(for: job, token: token, key: key, isNamed: row.past == .maybePaid)
        }
        for _ in 0..<60 {
            switch await runner.run(work, memory: &memory, turning: time) {
            case .again(let pause): time.advance(by: pause)
            case .done(let ending, _):
                let completion = Completion(work, ending)
                var end = End(summary: completion.summary)
                end.problems = problems(end.summary, row, await gateway.kept.map(\.payment))
                (end.calls, end.looks) = (await gateway.creations, await gateway.looks)
                return end
            }
        }
        return End(summary: "none", problems: ["it never ends"])
    }

    /// What is wrong with an ending, by what the gateway really has.
    private func problems(_ summary: String, _ row: Row, _ payments: [GatewayPayment]) -> [String] {
        var problems: [String] = []
        if payments.count > 1 { problems.append("\(payments.count) payments") }
        let made = payments.first
        switch summary {
        case "charge.approved", "charge.rejected":
            if made.map({ "charge.\($0.facts.status.rawValue)" }) != summary { problems.append("not so") }
        case "charge.failed", "charge.expired", "retries-exhausted, money not-moved":
            if made != nil { problems.append("there is a payment") }
        case "outcome-unknown, money unknown":
            let isPlain = row.status.1 != "cc_rejected_duplicated_payment"
            if let made, made.jobID != nil, isPlain { problems.append("the payment can be found") }
        default: problems.append("no such ending")
        }
        return problems
    }

    private func runner(_ gateway: ModelGateway, _ time: ManualTime) -> JobRunner {
        JobRunner(
            alone: gateway, policy: RetryPolicy(attemptsMax: 3, pauseBase: .zero), time: time)
    }
}
