import TestSupport

@testable import Pipeline

/// Workers with an endless backlog in front of a gateway with a hidden limit, on a clock that costs no time.
struct ThrottledWorkers {
    typealias Instant = ContinuousClock.Instant

    /// How calls and timers behave.
    struct Conditions {
        /// How long a call takes at least, and by how much longer at most.
        var latency = Duration.milliseconds(50)
        var latencyJitter = Duration.zero
        /// How long a refusal takes; as long as another answer where nil.
        var refusalLatency: Duration?
        /// By how much a timer is late at most.
        var lateness = Duration.zero
        /// How long there is nothing to do at first.
        var idle = Duration.zero

        /// What real timers and a real network do, as at a cold start of a worker.
        static let noisy = Conditions(
            latency: .milliseconds(10), latencyJitter: .milliseconds(5), refusalLatency: .milliseconds(1),
            lateness: .milliseconds(5), idle: .seconds(4))
    }

    struct Call {
        var running: AccountGate.RunningCall
        var visit: UInt64
        var isRefused: Bool
        var endsAt: Instant
    }

    struct Worker {
        var state: AccountState
        var nextQuestion: Instant
        /// Calls in the order of their ends.
        var calls: [Call] = []
        var firstCall = 0
    }

    /// Calls that were made and that were refused, for each second.
    private(set) var seconds: [(made: Int, refused: Int)] = []
    /// When the first call was refused.
    private(set) var firstRefusal: Instant?
    /// Every call, where asked for.
    private(set) var arrivals: [Instant] = []
    var hidden: HiddenLimit
    let conditions: Conditions
    let retryAfter: Duration?
    private var chance: SeededGenerator?
    private let start: Instant
    private(set) var workers: [Worker]
    private(set) var now: Instant

    init(
        _ count: Int, _ hidden: HiddenLimit, limits: AccountLimits, retryAfter: Duration?,
        conditions: Conditions = Conditions(), chance: SeededGenerator? = nil, at start: Instant
    ) {
        self.hidden = hidden
        self.conditions = conditions
        self.chance = chance
        self.retryAfter = retryAfter
        self.start = start
        now = start
        workers = (0..<count).map {
            let first = start + conditions.idle + .milliseconds($0 * 7)
            return Worker(state: AccountState(limits, at: start), nextQuestion: first)
        }
        for index in workers.indices {
            workers[index].state.refresh(share: 1 / Double(count), losses: 0, at: start)
        }
    }

    mutating func run(for duration: Duration) {
        let end = now + duration
        while true {
            var next: (moment: Instant, worker: Int, isAnswer: Bool)?
            for (index, worker) in workers.enumerated() {
                if next.map({ worker.nextQuestion < $0.moment }) ?? true {
                    next = (worker.nextQuestion, index, false)
                }
                guard worker.firstCall < worker.calls.count else { continue }
                let answer = worker.calls[worker.firstCall].endsAt
                if answer <= next?.moment ?? answer { next = (answer, index, true) }
            }
            guard let next, next.moment < end else { break }
            now = next.moment
            if next.isAnswer { answer(next.worker) } else { ask(next.worker) }
        }
        now = end
    }

    private mutating func ask(_ index: Int) {
        workers[index].state.refresh(share: 1 / Double(workers.count), losses: 0, at: now)
        switch workers[index].state.start(isCrowded: false, at: now) {
        case .go(let visit):
            let pass = workers[index].state.began(visit.id, at: now)
            let isRefused = !hidden.admit(at: now)
            let time = isRefused ? conditions.refusalLatency ?? conditions.latency : conditions.latency
            let end = now + time + random(conditions.latencyJitter)
            if isRefused { firstRefusal = min(firstRefusal ?? end, end) }
            let second = Int((now - start).inSeconds)
            while seconds.count <= second { seconds.append((0, 0)) }
            seconds[second].made += 1
            if isRefused { seconds[second].refused += 1 }
            if let firstRefusal, now - firstRefusal < .seconds(2) { arrivals.append(now) }
            let running = AccountGate.RunningCall(kind: .createPayment, began: now, pass: pass)
            let call = Call(running: running, visit: visit.id, isRefused: isRefused, endsAt: end)
            let place = workers[index].calls.lastIndex { $0.endsAt <= end }.map { $0 + 1 }
            workers[index].calls.insert(call, at: max(place ?? 0, workers[index].firstCall))
        case .wait(let until):
            workers[index].nextQuestion = max(until, now + .microseconds(1)) + random(conditions.lateness)
        case .full, .giveUp:
            let first = workers[index].firstCall
            workers[index].nextQuestion = workers[index].calls[first].endsAt + .microseconds(1)
        }
    }

    /// A time between nothing and `most`.
    private mutating func random(_ most: Duration) -> Duration {
        guard most > .zero, chance != nil else { return .zero }
        return most * Double.random(in: 0..<1, using: &chance!)
    }

    private mutating func answer(_ index: Int) {
        let call = workers[index].calls[workers[index].firstCall]
        workers[index].firstCall += 1
        if workers[index].firstCall > 1000 {
            workers[index].calls.removeFirst(1000)
            workers[index].firstCall = 0
        }
        let outcome = call.isRefused ? CallOutcome.throttled(retryAfter: retryAfter) : .answered
        _ = workers[index].state.ended(call.running, outcome, at: now, jitter: { 0 })
        workers[index].state.leave(call.visit, at: now)
    }

    /// What was made and refused in the seconds `range`, each second as a mean.
    func mean(_ range: Range<Int>) -> (accepted: Double, refused: Double) {
        let part = seconds[range.clamped(to: seconds.indices)]
        let made = part.reduce(0) { $0 + $1.made }
        let refused = part.reduce(0) { $0 + $1.refused }
        return (Double(made - refused) / Double(range.count), Double(refused) / Double(max(1, made)))
    }
}
