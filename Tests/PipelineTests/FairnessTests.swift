import PaymentJobs
import TestSupport
import Testing

@testable import Pipeline

/// Who gets the next slot, in virtual time; each test prints the figure it is about.
@Suite(.timeLimit(.minutes(5))) struct FairnessTests {
    private let start = ContinuousClock.now

    /// Starts jobs and ends the oldest running one, over and over; returns who started, in order.
    ///
    /// At most `reads` messages are decoded ahead until the next job ends.
    private func starts(_ count: Int, _ schedule: inout Schedule, reads: Int = .max) -> [Work] {
        var running: [Work] = []
        var started: [Work] = []
        while started.count < count {
            var left = reads
            while started.count < count, left > 0, let (work, start) = schedule.start(at: start, ask: letIn) {
                if start == .reading {
                    left -= 1
                    schedule.own(work, Int(work.origin.partition))
                    schedule.release(read: work)
                } else {
                    started.append(work)
                    running.append(work)
                }
            }
            guard !running.isEmpty else { break }
            schedule.finish(running.removeFirst())
        }
        return started
    }

    private func letIn(_ account: Int, _ isCrowded: () -> Bool) -> AccountGate.Start {
        .go(AccountGate.Visit(id: 1, paid: nil))
    }

    /// A job of an account, whose number stands in for the partition's.
    private func work(_ offset: Int64, account: Int, key: String?, tenure: Int = 1) -> Work {
        let ticket = Ticket(tenure: tenure, offset: offset)
        return Work(
            ticket: ticket, lane: key.map { .key(tenure: tenure, Array($0.utf8)) } ?? .alone(ticket),
            message: Sample.charge(),
            origin: Origin(topic: "jobs", partition: Int32(account), offset: offset, consumerGroup: "g"))
    }

    @Test func oneJobBesideAHundredThousandStartsWithinTheNextSlots() throws {
        var schedule = Schedule(concurrency: 16, accounts: 2)
        for offset in 0..<Int64(100_000) { schedule.submit(work(offset, account: 0, key: nil)) }
        // The large account runs, and all of its jobs are known, before the small one's job comes.
        let before = starts(1000, &schedule).count
        schedule.submit(work(100_000, account: 1, key: nil, tenure: 2))
        let after = starts(99_001, &schedule)
        let position = try #require(after.firstIndex { $0.origin.partition == 1 })
        print("one job beside 100,000: it started as number \(position + 1) after its arrival")
        #expect(before == 1000 && position < 16)
        #expect(after.count == 99_001, "nothing is lost")
    }

    @Test func oneJobBehindAHundredThousandInOneWindowIsFoundByTheReaders() throws {
        var schedule = Schedule(concurrency: 16, accounts: 2)
        let size: Int64 = 100_000
        for offset in 0..<size { schedule.submit(work(offset, account: 0, key: nil)) }
        schedule.submit(work(size, account: 1, key: nil))
        // Sixteen calls of 0.1 s end one each 6 ms: time to decode far more than a hundred messages.
        let started = starts(Int(size) + 1, &schedule, reads: 100)
        let position = try #require(started.firstIndex { $0.origin.partition == 1 })
        let ratio = Double(position + 1) / Double(size + 1)
        print("one job behind 100,000 in one window: it started as number \(position + 1), ratio \(ratio)")
        #expect(position < Int(size) / 50)
        #expect(started.count == Int(size) + 1, "nothing is lost")
    }

    @Test(arguments: [2, 50])
    func accountsWithABacklogGetTheSameShare(accounts: Int) {
        var schedule = Schedule(concurrency: 20, accounts: accounts)
        let each = 20_000 / accounts
        var offset: Int64 = 0
        // The first account has ten times as many jobs, all before those of the others.
        for account in 0..<accounts {
            for _ in 0..<(account == 0 ? 10 * each : 2 * each) {
                offset += 1
                schedule.submit(work(offset, account: account, key: nil))
            }
        }
        // Everything that can be decoded ahead is decoded first.
        while let read = schedule.start(at: start, ask: { _, _ in .wait(until: start) })?.work {
            schedule.own(read, Int(read.origin.partition))
            schedule.release(read: read)
        }
        schedule.wake(at: start + .seconds(1))
        let counts = Dictionary(grouping: starts(20_000, &schedule), by: \.origin.partition)
            .mapValues(\.count)
        let fewest = counts.values.min() ?? 0
        let most = counts.values.max() ?? 0
        print("\(accounts) accounts: \(fewest) to \(most) starts each, of 20,000")
        #expect(counts.count == accounts)
        #expect(Double(most) <= Double(each) * 1.05 && Double(fewest) >= Double(each) * 0.95)
    }

    @Test(arguments: [2, 50])
    func keysOfAnAccountGetTheSameShare(keys: Int) {
        var schedule = Schedule(concurrency: max(1, keys / 4))
        let each = 10_000 / keys
        var offset: Int64 = 0
        for key in 0..<keys {
            for _ in 0..<(key == 0 ? 10 * each : 2 * each) {
                offset += 1
                schedule.submit(work(offset, account: 0, key: "\(key)"))
            }
        }
        let counts = Dictionary(grouping: starts(10_000, &schedule), by: \.lane).mapValues(\.count)
        let fewest = counts.values.min() ?? 0
        let most = counts.values.max() ?? 0
        print("\(keys) keys: \(fewest) to \(most) starts each, of 10,000")
        #expect(Double(most) <= Double(each) * 1.05 && Double(fewest) >= Double(each) * 0.95)
    }

    @Test func aJobIsFoundBehindALargeBacklogInTheSameWindow() async throws {
        let large = ScriptedGateway { (_, _) throws(GatewayError) in
            for _ in 0..<20 { await Task.yield() }
            return Sample.payment(1)
        }
        let small = ScriptedGateway()
        let names = try ["large", "small"].map { try #require(AccountName($0)) }
        let limits = AccountLimits(concurrencyMax: 4)
        try await withPipeline(
            accounts: [
                names[0]: PipelineAccount(large, limits: limits),
                names[1]: PipelineAccount(small, limits: limits),
            ], concurrency: 4
        ) { pipeline, deliveries, _ in
            var works = (1...2000).map { (offset: Int64) in
                Sample.work(offset, key: "\(offset)", Sample.charge("job-\(offset)", account: "large"))
            }
            works.append(Sample.work(2001, key: "x", Sample.charge("one", account: "small")))
            _ = await pipeline.submit(works)
            let done = await deliveries.untilCount(2001)
            let position = try #require(done.firstIndex { $0.ticket.offset == 2001 })
            print("one job behind 2,000 of another account in one window: answered as number \(position + 1)")
            // The readers take two messages at a time, while a call of the large account takes twenty turns.
            #expect(position < 500, "it doesn't wait for the backlog before it")
            #expect(await large.mostRunning <= 4 && done.allSatisfy { $0.summary == "charge.approved" })
        }
    }
}
