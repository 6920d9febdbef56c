import PaymentJobs
import Testing

@testable import Pipeline

/// What the gateway did, what we saw of it, and what an earlier tenure may have done: every combination, as
/// one refund, cancellation or capture each.
@Suite struct OperationTableTests {
    /// What an earlier tenure did, and whether this one has to reckon with it.
    enum Past: CaseIterable {
        case fresh, maybeNothing, maybeDone, maybeDoneNameless
    }

    struct Operation: Sendable, CustomTestStringConvertible {
        var kind: JobKind
        var amount: String?
        var event: String
        var testDescription: String { "\(kind.rawValue) of \(amount ?? "all")" }
    }

    struct Row: CustomStringConvertible {
        var operation: Operation
        var past: Past
        var acts: [ModelGateway.Act]
        var remembersKeys: Bool
        var lag: Duration
        /// For how long after each change the gateway refuses what will be possible.
        var settlement: Duration

        var description: String {
            "\(operation.testDescription), \(past), \(acts), "
                + "\(remembersKeys ? "keys kept" : "keys forgotten"), lag \(lag), settlement \(settlement)"
        }

        /// Whether nothing that was said or done leaves open what became of the job.
        var isPlain: Bool { past != .maybeDoneNameless && !acts.contains { $0.isDoubtful } }

        /// Whether it must come to its event: the gateway does in time what it refuses of a young payment.
        ///
        /// After an earlier tenure's looks a scripted refusal may come when it isn't young any more.
        var endsAsEvent: Bool {
            settlement == OperationTableTests.short && (past == .fresh || !acts.contains(.refused))
                && past != .maybeDoneNameless && acts.last == .answered
                && !acts.contains { [.doneConflict, .idleConflict].contains($0) }
        }
    }

    /// A settlement that is over while the payment still counts as young, and one that isn't.
    static let (short, long) = (Duration.seconds(7), Duration.seconds(20))

    static let operations = [
        Operation(kind: .refundPayment, event: "payment.refunded"),
        Operation(kind: .refundPayment, amount: "10", event: "payment.partially-refunded"),
        Operation(kind: .cancelPayment, event: "payment.cancelled"),
        Operation(kind: .capturePayment, event: "payment.captured"),
        Operation(kind: .capturePayment, amount: "10", event: "payment.captured"),
    ]

    static func rows(_ operation: Operation) -> [Row] {
        var rows: [Row] = []
        for past in Past.allCases where past != .maybeDoneNameless || operation.kind == .refundPayment {
            for first in ModelGateway.Act.allCases {
                for second in ModelGateway.Act.allCases {
                    for last in [ModelGateway.Act.answered, .idleUnseen, .refused] {
                        let acts = [first, second, last]
                        rows += Self.rows(operation, past, acts)
                    }
                }
            }
        }
        return rows
    }

    private static func rows(_ operation: Operation, _ past: Past, _ acts: [ModelGateway.Act]) -> [Row] {
        [true, false].flatMap { remembersKeys in
            [Duration.zero, .seconds(9)].flatMap { lag in
                [Duration.zero, short, long].map { settlement in
                    Row(
                        operation: operation, past: past, acts: acts, remembersKeys: remembersKeys, lag: lag,
                        settlement: settlement)
                }
            }
        }
    }

    @Test(arguments: operations)
    func neverTwiceAndTheAnswerIsTrue(operation: Operation) async throws {
        var tallies: [Duration: Tally] = [:]
        for row in Self.rows(operation) {
            let (summary, problems) = try await run(row)
            #expect(problems.isEmpty, "\(row): \(summary), \(problems)")
            if !problems.isEmpty { return }
            tallies[row.settlement, default: Tally()].count(summary)
        }
        for (settlement, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            #expect(tally.events > tally.total / 10, "many combinations end as an event")
            print("\(operation.testDescription), settlement \(settlement): \(tally)")
        }
    }

    private func run(_ row: Row) async throws -> (summary: String, problems: [String]) {
        let time = ManualTime()
        let gateway = OperationModel(
            time: time, lag: row.lag, acts: row.acts, remembersKeys: row.remembersKeys,
            status: row.operation.kind == .refundPayment ? "approved" : "authorized",
            settlement: row.settlement)
        let work = Sample.work(1, Sample.operation(row.operation.kind, amount: row.operation.amount))
        var memory = JobMemory()
        let runner = JobRunner.forTables(gateway, time)
        #expect(runner.read(work, into: &memory) == nil)
        memory.part = .leads
        memory.attempt.mayHaveBeenAttempted = row.past != .fresh
        memory.attempt.needsSettledLook = row.past != .fresh
        if row.past == .maybeDone || row.past == .maybeDoneNameless {
            guard case .operation(let job) = memory.submission?.job else {
                return try #require(nil, "no operation")
            }
            let key = IdempotencyKey(account: job.account, job: job.jobID)
            #expect(await gateway.perform(job, key: key, isNamed: row.past == .maybeDone))
        }
        for _ in 0..<100 {
            switch await runner.run(work, memory: &memory, turning: time) {
            case .again(let pause): time.advance(by: pause)
            case .done(let ending, _):
                let summary = Completion(work, ending).summary
                return (summary, await problems(summary, row, gateway))
            }
        }
        return ("none", ["it never ends"])
    }

    /// What is wrong with an ending, by what the gateway really has.
    private func problems(_ summary: String, _ row: Row, _ gateway: OperationModel) async -> [String] {
        var problems: [String] = []
        let (refunds, status) = (await gateway.refunds, await gateway.facts.status.rawValue)
        if refunds.count > 1 { problems.append("\(refunds.count) refunds") }
        let isDone =
            switch row.operation.kind {
            case .refundPayment: !refunds.isEmpty
            case .cancelPayment: status == "cancelled"
            default: status == "approved"
            }
        if row.endsAsEvent, summary != row.operation.event { problems.append("it could have been done") }
        switch summary {
        case row.operation.event: if !isDone { problems.append("it isn't done") }
        case "payment.operation-failed", "retries-exhausted, money not-moved":
            if isDone { problems.append("it is done") }
        case "outcome-unknown, money unknown":
            if isDone, refunds.first.map({ $0.jobID != nil }) ?? true {
                problems.append("it can be seen that it is done")
            }
            if row.isPlain { problems.append("nothing is unknown") }
        default: problems.append("no such ending")
        }
        return problems
    }
}
