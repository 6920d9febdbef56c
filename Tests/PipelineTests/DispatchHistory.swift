import ExactJSON
import PaymentJobs
import TestSupport

@testable import Pipeline

/// Drives a dispatch at random, copies and withdrawals included, and notes every broken rule.
struct DispatchHistory {
    private var dispatch: Dispatch
    private let open = OpenTenures()
    private let slots: Int
    private var now: ContinuousClock.Instant
    private var running: [Turn] = []
    private var expected: [Lane: [Ticket]] = [:]
    private var moments: [Ticket: ContinuousClock.Instant] = [:]
    private var jobs: [Ticket: Int] = [:]
    /// The answers that were given for each job.
    private var answers: [Int: Set<String>] = [:]
    private var tenures = [1, 2, 3]
    private var nextOffset: Int64 = 0
    private var nextTenure = 4
    /// Copies that were answered with another's answer.
    private(set) var repeats = 0
    private(set) var violations: [String] = []

    private static let submissions: [Submission] = (0..<4).map { number in
        var job = ChargeSavedCard(
            jobID: JobID("job-\(number)")!, customerID: CustomerID("1-a")!,
            token: CardToken("ff8080814c11e237014c1ff593b57b4d")!, transactionAmount: ExactDecimal("10")!)
        job.paymentDescription = "\(number)"
        return Submission(job: .charge(job))
    }

    init(slots: Int, start: ContinuousClock.Instant) {
        self.slots = slots
        now = start
        open.open(tenures, at: start)
        dispatch = Dispatch(
            accounts: [.standard: 0], concurrency: slots, tenures: open, looks: LookPolicy(),
            finishedMax: 3, at: start)
    }

    mutating func step(_ chance: inout SeededGenerator) {
        switch Int.random(in: 0..<20, using: &chance) {
        case 0..<7: submit(&chance)
        case 7..<11: begin()
        case 11..<15: if let index = running.indices.randomElement(using: &chance) { finish(index, &chance) }
        case 15, 16:
            guard let index = running.indices.randomElement(using: &chance) else { return }
            let turn = running.remove(at: index)
            let until = now + .milliseconds(Int.random(in: 1...50, using: &chance))
            if !dispatch.postpone(turn, until: until) { leave(turn, nil) }
        case 17: withdraw(&chance)
        default:
            now += .milliseconds(Int.random(in: 1...30, using: &chance))
            dispatch.wake(at: now)
        }
        check()
    }

    mutating func finishEverything(_ chance: inout SeededGenerator) {
        while dispatch.count > 0, violations.isEmpty {
            now += .seconds(1)
            dispatch.wake(at: now)
            begin()
            if running.isEmpty, dispatch.nextWake == nil, dispatch.count > 0 {
                return violations.append("\(dispatch.count) messages never ran")
            }
            while !running.isEmpty { finish(0, &chance) }
        }
        for (lane, left) in expected where !left.isEmpty { violations.append("\(lane) lost \(left)") }
        if dispatch.led > 0 { violations.append("\(dispatch.led) jobs are led by nobody") }
    }

    private mutating func submit(_ chance: inout SeededGenerator) {
        nextOffset += 1
        guard let tenure = tenures.randomElement(using: &chance) else { return }
        var history = History.fresh
        let ticket = Ticket(tenure: tenure, offset: nextOffset)
        if Int.random(in: 0..<4, using: &chance) == 0 {
            let moment = now + .milliseconds(Int.random(in: 0...60, using: &chance))
            history = .maybeAttempted(lookFrom: moment)
            moments[ticket] = moment
        }
        let key = "\(Int.random(in: 0..<4, using: &chance))"
        let work = Sample.work(nextOffset, tenure: tenure, key: key, history: history)
        jobs[ticket] = Int.random(in: 0..<4, using: &chance)
        expected[work.lane, default: []].append(ticket)
        if !dispatch.submit([work]).isEmpty { violations.append("\(ticket) was refused") }
    }

    private mutating func begin() {
        while var turn = dispatch.take(at: now, ask: { _, _ in .go(AccountGate.Visit(id: 1, paid: nil)) }) {
            let (ticket, job) = (turn.work.ticket, jobs[turn.work.ticket] ?? 0)
            if expected[turn.work.lane]?.first != ticket { violations.append("\(ticket) out of order") }
            turn.memory.submission = Self.submissions[job]
            switch turn.memory.part {
            case .repeats(let result):
                repeats += 1
                let isKnown = answers[job]?.contains(result.requestID ?? "") ?? false
                if !isKnown { violations.append("\(ticket) repeats what nobody answered") }
                leave(turn, result)
            case .leads: run(turn)
            case .none, .follows, .orphan:
                switch dispatch.enter(turn, as: Self.submissions[job].job, at: now) {
                case .runs(let memory):
                    turn.memory = memory
                    run(turn)
                case .waits: break
                case .abandoned: violations.append("\(ticket) was taken from a tenure that ended")
                }
            }
        }
    }

    private mutating func run(_ turn: Turn) {
        let job = jobs[turn.work.ticket]
        if running.contains(where: { jobs[$0.work.ticket] == job }) {
            violations.append("job \(job ?? -1) runs twice")
        }
        if let moment = moments[turn.work.ticket], now < moment {
            violations.append("\(turn.work.ticket) runs before its moment")
        }
        if case .orphan = turn.memory.part { violations.append("\(turn.work.ticket) doesn't lead") }
        var turn = turn
        turn.memory.progress.began()
        running.append(turn)
        if running.count > slots { violations.append("\(running.count) run in \(slots) slots") }
    }

    private mutating func finish(_ index: Int, _ chance: inout SeededGenerator) {
        let turn = running.remove(at: index)
        guard Int.random(in: 0..<3, using: &chance) > 0, let job = jobs[turn.work.ticket] else {
            return leave(turn, nil)
        }
        let id = "\(turn.work.ticket)"
        answers[job, default: []].insert(id)
        leave(turn, JobResult(answer: .charge(.expired), requestID: id, digest: "digest"))
    }

    private mutating func leave(_ turn: Turn, _ result: JobResult?) {
        expected[turn.work.lane]?.removeAll { $0 == turn.work.ticket }
        _ = dispatch.finish(turn, result, at: now)
    }

    /// Ends a tenure, and begins another in its place.
    private mutating func withdraw(_ chance: inout SeededGenerator) {
        guard let index = tenures.indices.randomElement(using: &chance) else { return }
        for ticket in dispatch.withdraw(tenure: tenures[index], at: now) {
            for lane in expected.keys { expected[lane]?.removeAll { $0 == ticket } }
        }
        tenures[index] = nextTenure
        open.open([nextTenure], at: now)
        nextTenure += 1
    }

    /// Whoever waits for a copy waits for one that is here and waits for no copy itself.
    private mutating func check() {
        for tickets in expected.values {
            guard let first = tickets.first,
                case .joined(let leader) = dispatch.stage(of: first, why: { _ in .rate })?.step
            else { continue }
            switch dispatch.stage(of: leader, why: { _ in .rate })?.step {
            case .ready, .running, .waiting, .delayed: break
            case let step: violations.append("\(first) waits for \(leader), which is \(step as Any)")
            }
        }
    }
}
