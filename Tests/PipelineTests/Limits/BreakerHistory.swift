import TestSupport

@testable import Pipeline

/// Drives a breaker at random and notes every broken rule.
struct BreakerHistory {
    private let policy: BreakerPolicy
    private var breaker: CircuitBreaker
    private var now: ContinuousClock.Instant
    private var running: [CircuitBreaker.Pass] = []
    /// Calls that ended since it closed, and probes that were answered since it became half-open.
    private var ended = 0
    private var answered = 0
    private var lastPause: Duration?
    private let failures: Int
    private(set) var openings = 0
    private(set) var closings = 0
    private(set) var violations: [String] = []

    init(_ chance: inout SeededGenerator, at start: ContinuousClock.Instant) {
        var policy = BreakerPolicy()
        policy.probes = Int.random(in: 1...4, using: &chance)
        policy.callsMin = Int.random(in: 1...20, using: &chance)
        policy.calls = Int.random(in: 20...40, using: &chance)
        policy.pause = .seconds(Int.random(in: 1...10, using: &chance))
        self.policy = policy
        failures = Int.random(in: 1...9, using: &chance)
        breaker = CircuitBreaker(policy)
        now = start
    }

    mutating func step(_ chance: inout SeededGenerator) {
        switch Int.random(in: 0..<10, using: &chance) {
        case 0..<4: begin()
        case 4..<8:
            guard let index = running.indices.randomElement(using: &chance) else { return }
            end(running.remove(at: index), isAnswered: Int.random(in: 0..<10, using: &chance) >= failures)
        case 8:
            guard let index = running.indices.randomElement(using: &chance) else { return }
            breaker.giveBack(running.remove(at: index))
        default: now += .milliseconds(Int.random(in: 1...4000, using: &chance))
        }
        let probes = running.count { $0.isProbe && breaker.isGood($0) }
        if probes > policy.probes { violations.append("\(probes) probes at once") }
    }

    private mutating func begin() {
        let state = breaker.state(at: now)
        if let moment = breaker.moment(at: now) {
            if case .open(let until) = state, moment != until { violations.append("waits for \(moment)") }
            if state == .closed { violations.append("waits while it is closed") }
            return
        }
        if case .open = state { violations.append("lets a call through while it is open") }
        let pass = breaker.pass(at: now)
        if pass.isProbe != (state == .halfOpen) { violations.append("a probe in state \(state)") }
        running.append(pass)
    }

    private mutating func end(_ pass: CircuitBreaker.Pass, isAnswered: Bool) {
        let isGood = breaker.isGood(pass)
        let change = breaker.ended(pass, isAnswered: isAnswered, after: .seconds(1), at: now, jitter: { 0 })
        if !isGood, change != nil { violations.append("a late answer changed something") }
        guard isGood else { return }
        if pass.isProbe { answered += isAnswered ? 1 : 0 } else { ended += 1 }
        switch change {
        case .opened(let until, _):
            openings += 1
            if isAnswered, pass.isProbe { violations.append("opened by an answer") }
            if !pass.isProbe, ended < policy.callsMin { violations.append("opened after \(ended) calls") }
            let pause = until - now
            let expected = pass.isProbe ? min((lastPause ?? .zero) * 2, policy.pauseMax) : policy.pause
            if pause != expected { violations.append("paused for \(pause), not \(expected)") }
            lastPause = pause
            answered = 0
        case .closed:
            closings += 1
            if answered < policy.probes { violations.append("closed after \(answered) answers") }
            ended = 0
            answered = 0
        case nil:
            if pass.isProbe, !isAnswered { violations.append("a failed probe left it half-open") }
        }
    }
}
