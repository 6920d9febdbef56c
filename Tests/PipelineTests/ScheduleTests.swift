import TestSupport
import Testing

@testable import Pipeline

@Suite struct ScheduleTests {
    let start = ContinuousClock.now

    @Test func aLaneRunsOneJobAtATimeInOrder() {
        var schedule = Schedule(concurrency: 10)
        let (first, second, other) = (Sample.work(1), Sample.work(2), Sample.work(3, key: "b"))
        for work in [first, second, other] { schedule.submit(work) }
        #expect(schedule.start(at: start)?.ticket == first.ticket)
        #expect(schedule.start(at: start)?.ticket == other.ticket)
        #expect(schedule.start(at: start) == nil)
        schedule.finish(first)
        #expect(schedule.start(at: start)?.ticket == second.ticket)
        schedule.finish(second)
        schedule.finish(other)
        #expect(schedule.count == 0)
        #expect(schedule.running == 0)
    }

    @Test func jobsWithoutAKeyWaitForNobody() {
        var schedule = Schedule(concurrency: 10)
        for offset in 1...3 { schedule.submit(Sample.work(Int64(offset), key: nil)) }
        #expect((1...3).allSatisfy { schedule.start(at: start)?.ticket.offset == Int64($0) })
    }

    @Test func noMoreRunThanThereAreSlots() {
        var schedule = Schedule(concurrency: 2)
        for offset in 1...3 { schedule.submit(Sample.work(Int64(offset), key: "\(offset)")) }
        let first = schedule.start(at: start)
        #expect(schedule.start(at: start) != nil)
        #expect(schedule.start(at: start) == nil)
        schedule.finish(first!)
        #expect(schedule.start(at: start)?.ticket.offset == 3)
    }

    @Test func aWaitingRetryHoldsItsLaneAndNoSlot() {
        var schedule = Schedule(concurrency: 1)
        let (first, second, other) = (Sample.work(1), Sample.work(2), Sample.work(3, key: "b"))
        for work in [first, second, other] { schedule.submit(work) }
        _ = schedule.start(at: start)
        schedule.postpone(first, until: start + .seconds(1))
        #expect(schedule.start(at: start)?.ticket == other.ticket)
        schedule.finish(other)
        #expect(
            schedule.start(at: start) == nil, "the second job of the waiting lane must not overtake the first"
        )
        schedule.wake(at: start + .milliseconds(999))
        #expect(schedule.start(at: start) == nil)
        #expect(schedule.nextWake == start + .seconds(1))
        schedule.wake(at: start + .seconds(1))
        #expect(schedule.start(at: start)?.ticket == first.ticket)
        schedule.finish(first)
        #expect(schedule.start(at: start)?.ticket == second.ticket)
    }

    @Test func withdrawingATenureLeavesItsRunningJobAndOtherTenures() {
        var schedule = Schedule(concurrency: 2)
        let running = Sample.work(1)
        let waiting = Sample.work(2, key: "w")
        for work in [running, waiting, Sample.work(3), Sample.work(4, key: "c"), Sample.work(5, tenure: 2)] {
            schedule.submit(work)
        }
        _ = schedule.start(at: start)
        _ = schedule.start(at: start)
        schedule.postpone(waiting, until: start + .seconds(1))
        #expect(Set(schedule.withdraw(tenure: 1).map(\.offset)) == [2, 3, 4])
        #expect(schedule.isRunning(tenure: 1))
        #expect(schedule.start(at: start)?.ticket == Ticket(tenure: 2, offset: 5))
        schedule.finish(running)
        schedule.wake(at: start + .seconds(2))
        #expect(schedule.start(at: start) == nil, "a withdrawn retry must not come back")
        #expect(!schedule.isRunning(tenure: 1))
        #expect(schedule.count == 1)
    }

    /// Random histories against the rules themselves: never two jobs of a lane at once, never out of order,
    /// never more than the slots, and everything that isn't withdrawn runs in the end.
    @Test func randomHistoriesKeepTheRules() {
        var chance = SeededGenerator(20_261_123, for: #function)
        let seed = chance.seed
        for round in 0..<2000 {
            var history = ScheduleHistory(slots: Int.random(in: 1...4, using: &chance), start: start)
            for _ in 0..<60 { history.step(&chance) }
            history.finishEverything()
            #expect(history.violations.isEmpty, "seed \(seed), round \(round): \(history.violations)")
            if !history.violations.isEmpty { return }
        }
    }
}

/// Drives a schedule at random and notes every broken rule.
private struct ScheduleHistory {
    private var schedule: Schedule
    private let slots: Int
    private var now: ContinuousClock.Instant
    private var running: [Work] = []
    private var expected: [Lane: [Int64]] = [:]
    private var nextOffset: Int64 = 0
    var violations: [String] = []

    init(slots: Int, start: ContinuousClock.Instant) {
        schedule = Schedule(concurrency: slots)
        self.slots = slots
        now = start
    }

    mutating func step(_ chance: inout SeededGenerator) {
        switch Int.random(in: 0..<10, using: &chance) {
        case 0..<4: submit(&chance)
        case 4..<6: begin()
        case 6, 7: if let index = running.indices.randomElement(using: &chance) { finish(index) }
        case 8:
            guard let index = running.indices.randomElement(using: &chance) else { return }
            let work = running.remove(at: index)
            schedule.postpone(work, until: now + .milliseconds(Int.random(in: 1...50, using: &chance)))
        default:
            if Bool.random(using: &chance) { withdraw(Int.random(in: 1...2, using: &chance)) }
            now += .milliseconds(Int.random(in: 1...30, using: &chance))
            schedule.wake(at: now)
        }
    }

    mutating func finishEverything() {
        while schedule.count > 0 {
            now += .seconds(1)
            schedule.wake(at: now)
            begin()
            if running.isEmpty { return violations.append("\(schedule.count) jobs never ran") }
            while !running.isEmpty { finish(0) }
        }
        for (lane, left) in expected where !left.isEmpty { violations.append("\(lane) lost \(left)") }
    }

    private mutating func submit(_ chance: inout SeededGenerator) {
        nextOffset += 1
        let tenure = Int.random(in: 1...2, using: &chance)
        let work = Sample.work(nextOffset, tenure: tenure, key: "\(Int.random(in: 0..<4, using: &chance))")
        expected[work.lane, default: []].append(nextOffset)
        schedule.submit(work)
    }

    private mutating func begin() {
        while let work = schedule.start(at: now) {
            if running.contains(where: { $0.lane == work.lane }) {
                violations.append("\(work.lane) runs twice")
            }
            if expected[work.lane]?.first != work.ticket.offset {
                violations.append("\(work.ticket) out of order")
            }
            running.append(work)
            if running.count > slots { violations.append("\(running.count) run in \(slots) slots") }
        }
    }

    private mutating func finish(_ index: Int) {
        let work = running.remove(at: index)
        expected[work.lane]?.removeFirst()
        schedule.finish(work)
    }

    private mutating func withdraw(_ tenure: Int) {
        for ticket in schedule.withdraw(tenure: tenure) {
            for lane in expected.keys { expected[lane]?.removeAll { $0 == ticket.offset } }
        }
    }
}

extension Schedule {
    /// Starts the next job of accounts that let every job start.
    fileprivate mutating func start(at now: Instant) -> Work? {
        start(at: now) { _, _ in .go(AccountGate.Visit(id: 1, paid: nil)) }?.work
    }
}
