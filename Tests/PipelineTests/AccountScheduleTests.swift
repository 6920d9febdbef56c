import PaymentJobs
import TestSupport
import Testing

@testable import Pipeline

/// Several accounts under one schedule, each with a gate of its own.
@Suite struct AccountScheduleTests {
    private let start = ContinuousClock.now

    /// Random histories of up to four accounts: in order in each lane, within the bounds of each account and
    /// of all, never past a gate that says wait, and nothing lost.
    @Test func randomHistoriesOfSeveralAccountsKeepTheRules() {
        var chance = SeededGenerator(20_261_124, for: #function)
        let seed = chance.seed
        var starts = 0
        for round in 0..<2000 {
            var history = AccountHistory(&chance, start: start)
            for _ in 0..<120 { history.step(&chance) }
            history.finishEverything()
            starts += history.starts
            #expect(history.violations.isEmpty, "seed \(seed), round \(round): \(history.violations)")
            if !history.violations.isEmpty { return }
        }
        print("2,000 histories, \(starts) starts")
        #expect(starts > 20_000)
    }

    @Test func anAccountThatHasToWaitIsNotAskedAgainBeforeItsMoment() {
        var schedule = Schedule(concurrency: 4, accounts: 50)
        for account in 0..<50 {
            schedule.submit(Sample.work(Int64(account), key: "\(account)"))
            guard let work = schedule.start(at: start, ask: { _, _ in .full })?.work else { continue }
            schedule.own(work, account)
            schedule.release(read: work)
        }
        schedule.wake(at: start)
        for account in 0..<50 { schedule.unblock(account) }
        var asked = 0
        let moment = start + .seconds(1)
        for _ in 0..<100 {
            let started = schedule.start(at: start) { _, _ in
                asked += 1
                return .wait(until: moment)
            }
            #expect(started == nil)
        }
        #expect(asked == 50, "once each, whatever is asked of the schedule")
        #expect(schedule.nextWake == moment)
        schedule.wake(at: moment)
        let started = schedule.start(at: moment) { _, _ in .go(AccountGate.Visit(id: 1, paid: nil)) }
        #expect(started != nil)
    }

    @Test func anAccountThatIsFullIsAskedAgainWhenAPlaceIsGivenBack() throws {
        var schedule = Schedule(concurrency: 4)
        for offset in 1...3 { schedule.submit(Sample.work(Int64(offset), key: "\(offset)")) }
        func start(_ answer: AccountGate.Start) -> Work? {
            schedule.start(at: self.start) { _, _ in answer }?.work
        }
        let go = AccountGate.Start.go(AccountGate.Visit(id: 1, paid: nil))
        let first = try #require(start(go))
        #expect(start(.full) == nil)
        #expect(start(go) == nil, "it isn't asked")
        schedule.finish(first)
        #expect(start(go) != nil)
    }

    @Test func anAccountIsInTheWayFromHalfOfAWindowOn() {
        func work(_ offset: Int64, _ tenure: Int = 1) -> Work {
            Sample.work(offset, tenure: tenure, key: "\(offset)")
        }
        var crowding = Crowding(accounts: 2)
        crowding.open(tenure: 1, window: 5)
        crowding.open(tenure: 2, window: 100)
        for offset in 7...8 as ClosedRange<Int64> {
            crowding.note(work(offset).ticket)
            crowding.add(work(offset), of: 0)
        }
        #expect(!crowding.isCrowded(0))
        crowding.note(work(9).ticket)
        #expect(crowding.isCrowded(0) && !crowding.isCrowded(1), "whosever the newest is")
        #expect(crowding.foremost(of: 0) == [work(7).lane])
        crowding.remove(work(8), of: 0)
        #expect(crowding.isCrowded(0), "the oldest still holds everything behind it")
        crowding.remove(work(7), of: 0)
        #expect(!crowding.isCrowded(0) && crowding.foremost(of: 0).isEmpty)
        crowding.note(work(149, 2).ticket)
        crowding.add(work(101, 2), of: 1)
        #expect(!crowding.isCrowded(1))
        crowding.add(work(100, 2), of: 1)
        #expect(crowding.foremost(of: 1) == [work(100, 2).lane], "in the other tenure")
        crowding.close(tenure: 2)
        crowding.add(work(100, 2), of: 1)
        #expect(!crowding.isCrowded(1), "what is closed is forgotten")
    }

    /// One that can't be given up lets nobody else pay for it: the window begins with it all the same.
    @Test(arguments: [nil, 3] as [Int64?])
    func whoIsInTheWayIsGivenUpOldestFirst(_ doubtful: Int64?) throws {
        var schedule = Schedule(concurrency: 4, accounts: 2)
        schedule.open(tenure: 1, window: 8)
        for offset in 1...8 { schedule.submit(Sample.work(Int64(offset), key: "\(offset)")) }
        let later = start + .seconds(5)
        let refused = GatewayFault(httpStatus: 401, message: "no")
        var read: [Work] = []
        var givenUp: [Int64] = []
        while let (work, begun) = schedule.start(
            at: start,
            ask: { _, isCrowded in isCrowded() ? .giveUp(refused, until: later) : .wait(until: later) })
        {
            guard begun == .reading else {
                givenUp.append(work.ticket.offset)
                if work.ticket.offset == doubtful {
                    schedule.postpone(work, until: later)
                } else {
                    schedule.finish(work)
                }
                continue
            }
            read.append(work)
            guard read.count.isMultiple(of: 2) else { continue }
            for work in read.suffix(2).reversed() {
                schedule.own(work, 1)
                schedule.release(read: work)
            }
        }
        #expect(givenUp == Array(1...(doubtful ?? 5)))
        #expect(schedule.running == 0 && schedule.reading == 0)
    }

    @Test func aLaneCountsForTheAccountOfItsFirstJob() {
        var schedule = Schedule(concurrency: 4, accounts: 2)
        schedule.open(tenure: 1, window: 4)
        for offset in 1...2 { schedule.submit(Sample.work(Int64(offset))) }
        var crowded: [Bool] = []
        func start() -> (work: Work, start: Schedule.Start)? {
            schedule.start(at: self.start) { _, isCrowded in
                crowded.append(isCrowded())
                return .go(AccountGate.Visit(id: 1, paid: nil))
            }
        }
        func read() -> Work? { start().flatMap { $0.start == .reading ? $0.work : nil } }
        guard let first = read() else { return #expect(Bool(false), "it is decoded first") }
        schedule.own(first, 1)
        schedule.release(read: first)
        #expect(start()?.work.ticket == first.ticket && crowded == [true], "two of four")
        schedule.finish(first)
        guard let second = read() else { return #expect(Bool(false), "the next one's is unknown") }
        schedule.own(second, 1)
        schedule.release(read: second)
        #expect(start()?.work.ticket == second.ticket && crowded == [true, false])
    }
}

/// Drives a schedule of several accounts at random, beside a model of what must hold.
private struct AccountHistory {
    private var schedule: Schedule
    private let slots: Int
    private let places: [Int]
    /// Until when each account's gate says wait.
    private var heldUntil: [ContinuousClock.Instant]
    private var now: ContinuousClock.Instant
    private var running: [(work: Work, account: Int)] = []
    private var reading: [Work] = []
    private var expected: [Lane: [Int64]] = [:]
    private var accounts: [Int64: Int] = [:]
    private var nextOffset: Int64 = 0
    private(set) var starts = 0
    private(set) var violations: [String] = []

    init(_ chance: inout SeededGenerator, start: ContinuousClock.Instant) {
        let count = Int.random(in: 2...4, using: &chance)
        slots = Int.random(in: 1...5, using: &chance)
        places = (0..<count).map { _ in Int.random(in: 1...3, using: &chance) }
        heldUntil = Array(repeating: start, count: count)
        now = start
        schedule = Schedule(concurrency: slots, accounts: count)
        for tenure in 1...2 { schedule.open(tenure: tenure, window: 20) }
    }

    mutating func step(_ chance: inout SeededGenerator) {
        switch Int.random(in: 0..<14, using: &chance) {
        case 0..<5: submit(&chance)
        case 5..<8: begin()
        case 8: if !reading.isEmpty { file(Int.random(in: reading.indices, using: &chance)) }
        case 9, 10: if !running.isEmpty { finish(Int.random(in: running.indices, using: &chance)) }
        case 11:
            guard let index = running.indices.randomElement(using: &chance) else { return }
            let work = running.remove(at: index).work
            schedule.postpone(work, until: now + .milliseconds(Int.random(in: 1...50, using: &chance)))
        case 12:
            let account = Int.random(in: places.indices, using: &chance)
            heldUntil[account] = now + .milliseconds(Int.random(in: 1...80, using: &chance))
        default:
            if Int.random(in: 0..<4, using: &chance) == 0 { withdraw(Int.random(in: 1...2, using: &chance)) }
            now += .milliseconds(Int.random(in: 1...30, using: &chance))
            schedule.wake(at: now)
        }
    }

    mutating func finishEverything() {
        while schedule.count > 0, violations.isEmpty {
            guard running.count + reading.count > 0 || schedule.nextWake != nil || begin() else {
                return violations.append("\(schedule.count) jobs never ran")
            }
            now += .seconds(1)
            schedule.wake(at: now)
            begin()
            while !reading.isEmpty { file(0) }
            while !running.isEmpty { finish(0) }
        }
        for (lane, left) in expected where !left.isEmpty { violations.append("\(lane) lost \(left)") }
        if schedule.running != 0 || schedule.reading != 0 { violations.append("slots are left taken") }
    }

    private mutating func submit(_ chance: inout SeededGenerator) {
        nextOffset += 1
        let tenure = Int.random(in: 1...2, using: &chance)
        let work = Sample.work(nextOffset, tenure: tenure, key: "\(Int.random(in: 0..<6, using: &chance))")
        expected[work.lane, default: []].append(nextOffset)
        accounts[nextOffset] = Int.random(in: places.indices, using: &chance)
        schedule.submit(work)
    }

    @discardableResult private mutating func begin() -> Bool {
        var hasStarted = false
        let (now, heldUntil, places) = (now, heldUntil, places)
        while true {
            let counts = running.map(\.account).reduce(into: [:]) { $0[$1, default: 0] += 1 }
            let started = schedule.start(at: now) { account, _ in
                if heldUntil[account] > now { return .wait(until: heldUntil[account]) }
                guard counts[account] ?? 0 < places[account] else { return .full }
                return .go(AccountGate.Visit(id: 1, paid: nil))
            }
            guard let (work, start) = started else { return hasStarted }
            hasStarted = true
            note(work, start, counts)
        }
    }

    private mutating func note(_ work: Work, _ start: Schedule.Start, _ counts: [Int: Int]) {
        if (running.map(\.work) + reading).contains(where: { $0.lane == work.lane }) {
            violations.append("\(work.lane) runs twice")
        }
        if expected[work.lane]?.first != work.ticket.offset {
            violations.append("\(work.ticket) out of order")
        }
        switch start {
        case .reading:
            reading.append(work)
            if reading.count > Schedule.readersMax {
                violations.append("\(reading.count) are decoded at once")
            }
        case .visiting(let account, _):
            starts += 1
            running.append((work, account))
            if account != accounts[work.ticket.offset] {
                violations.append("\(work.ticket) isn't \(account)'s")
            }
            if running.count > slots { violations.append("\(running.count) run in \(slots) slots") }
            if counts[account] ?? 0 >= places[account] { violations.append("\(account) has no place") }
        case .slot, .givingUp: violations.append("\(work.ticket) started as \(start)")
        }
    }

    private mutating func file(_ index: Int) {
        let work = reading.remove(at: index)
        schedule.own(work, accounts[work.ticket.offset])
        schedule.release(read: work)
    }

    private mutating func finish(_ index: Int) {
        let work = running.remove(at: index).work
        expected[work.lane]?.removeFirst()
        schedule.finish(work)
    }

    private mutating func withdraw(_ tenure: Int) {
        for ticket in schedule.withdraw(tenure: tenure) {
            for lane in expected.keys { expected[lane]?.removeAll { $0 == ticket.offset } }
        }
        schedule.open(tenure: tenure, window: 20)
    }
}
