import PaymentJobs
import Testing

@testable import Pipeline

/// What the gateway did, what we saw of it, and what an earlier tenure may have done: every combination, as
/// one charge each.
@Suite struct ChargeTableTests {
    @Test(arguments: ChargeRow.statuses)
    func neverTwoPaymentsAndTheAnswerIsTrue(status: String, detail: String) async throws {
        try await check(
            ChargeRow.rows(status: (status, detail), keys: [.kept, .forgotten]), "by token, \(detail)")
    }

    @Test(arguments: [Duration.zero, .milliseconds(500), .seconds(5)])
    func theSameForJobsThatExpire(after expiry: Duration) async throws {
        var rows = ChargeRow.rows(status: ChargeRow.statuses[0], keys: [.kept, .forgotten])
        for index in rows.indices { rows[index].expiresAfter = expiry }
        try await check(rows, "by token, expire after \(expiry)")
    }

    @Test(arguments: ChargeRow.statuses)
    func theSameByCardID(status: String, detail: String) async throws {
        var rows = ChargeRow.rows(status: (status, detail), keys: ModelGateway.Keys.allCases)
        for index in rows.indices { rows[index].tokenActs = [.made] }
        try await check(rows, "by card id, \(detail)")
    }

    @Test(arguments: [Duration.zero, .seconds(5), .seconds(14)])
    func theSameByCardIDForJobsThatExpire(after expiry: Duration) async throws {
        var rows = ChargeRow.rows(status: ChargeRow.statuses[0], keys: [.kept, .forgotten])
        for index in rows.indices { (rows[index].tokenActs, rows[index].expiresAfter) = ([.made], expiry) }
        try await check(rows, "by card id, expire after \(expiry)")
    }

    @Test func theSameByCardIDWhateverBecomesOfMakingTheToken() async throws {
        var rows: [ChargeRow] = []
        for first in ModelGateway.TokenAct.allCases {
            for second in ModelGateway.TokenAct.allCases {
                var some = ChargeRow.rows(status: ChargeRow.statuses[0], keys: [.kept, .forgotten])
                some.removeAll { $0.acts[1] != .answered || $0.acts[2] != .answered }
                for index in some.indices { some[index].tokenActs = [first, second, .made] }
                rows += some
            }
        }
        try await check(rows, "by card id, with trouble in making the token")
    }

    private func check(_ rows: [ChargeRow], _ what: String) async throws {
        var tally = Tally()
        for row in rows {
            let end = try await run(row)
            #expect(end.problems.isEmpty, "\(row): \(end.summary), \(end.problems)")
            if !end.problems.isEmpty { return }
            tally.count(end.summary)
        }
        #expect(tally.events >= rows.count / 10, "many combinations end as an event")
        print("charges \(what): \(tally)")
    }

    @Test func aFreshChargeThatIsAnsweredCostsOneCallAndNoLook() async throws {
        for status in ChargeRow.statuses.prefix(2) {
            let row = ChargeRow(
                past: .fresh, acts: [.answered], keys: .kept, lag: .seconds(9), status: status)
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

    private func run(_ row: ChargeRow) async throws -> End {
        let time = ManualTime()
        let gateway = ModelGateway(
            time: time, lag: row.lag, acts: row.acts, keys: row.keys, status: row.status,
            tokenActs: row.tokenActs ?? [])
        let expiry = row.expiresAfter.map { time.wallTime + Int64($0 / .milliseconds(1)) }
        let card = row.tokenActs == nil ? nil : "1490022319978"
        let work = Sample.work(1, Sample.charge(card: card, expiresAt: expiry))
        var memory = JobMemory()
        let runner = JobRunner.forTables(gateway, time)
        #expect(runner.read(work, into: &memory) == nil)
        memory.part = .leads
        memory.attempt.mayHaveBeenAttempted = row.past != .fresh
        memory.attempt.needsSettledLook = row.past != .fresh
        if row.past == .maybePaid || row.past == .maybePaidNameless {
            guard case .charge(let job) = memory.submission?.job else {
                return try #require(nil, "no charge")
            }
            let key = IdempotencyKey(account: job.account, job: job.jobID)
            var earlier = try #require(CardToken("earlier"))
            if case .token(let token) = job.source { earlier = token }
            await gateway.make(for: job, token: earlier, key: key, isNamed: row.past == .maybePaid)
        }
        for _ in 0..<60 {
            switch await runner.run(work, memory: &memory, turning: time) {
            case .again(let pause): time.advance(by: pause)
            case .done(let ending, _):
                let completion = Completion(work, ending)
                var end = End(summary: completion.summary)
                end.problems = row.problems(end.summary, await gateway.kept.map(\.payment))
                (end.calls, end.looks) = (await gateway.creations, await gateway.looks)
                return end
            }
        }
        return End(summary: "none", problems: ["it never ends"])
    }
}

extension JobRunner {
    /// A runner of one account without limits, which may charge by card id.
    static func forTables(_ gateway: any PaymentGateway, _ time: ManualTime) -> JobRunner {
        var rules = AccountRules()
        rules.permitsMissingSecurityCode = true
        return JobRunner(
            alone: gateway, rules: rules,
            policy: RetryPolicy(attemptsMax: 3, pauseBase: .zero, loneAttemptsMax: 3),
            time: time)
    }
}
