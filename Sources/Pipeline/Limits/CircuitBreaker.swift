/// Stops an account's calls for a while when the gateway fails or is slow.
///
/// The states are Nygard's (*Release It!*, 2007): closed, open, and half-open, in which a few calls are let
/// through as probes. The policy's numbers mean what they mean in resilience4j's count-based window.
struct CircuitBreaker {
    typealias Instant = ContinuousClock.Instant

    enum State: Hashable {
        case closed
        case open(until: Instant)
        /// Since the pause was over.
        case halfOpen
    }

    /// What a call is let through as; a pass is good until the state changes.
    struct Pass: Hashable {
        fileprivate var era: Int
        fileprivate(set) var isProbe: Bool
    }

    enum Change: Hashable {
        case opened(until: Instant, why: String)
        case closed
    }

    /// How long a call waits until it asks again whether a probe's place is free.
    private static let recheck = Duration.milliseconds(200)

    private let policy: BreakerPolicy
    private let probes: Int
    private var state = State.closed
    private var calls: CallWindow
    /// Changes at each change of the state, so that late answers to calls from before don't count.
    private var era = 0
    private var probing = 0
    private var answered = 0
    /// How often it was opened.
    private(set) var openingsTotal = 0
    /// How often it was opened in a row.
    private var openings = 0
    private var openedForSlowness = false

    /// A closed one.
    init(_ policy: BreakerPolicy) {
        self.policy = policy
        probes = max(1, policy.probes)
        calls = CallWindow(calls: policy.calls, window: policy.window)
    }

    /// What it is at `now`: an open one whose pause is over lets probes through.
    func state(at now: Instant) -> State {
        if case .open(let until) = state, until <= now { return .halfOpen }
        return state
    }

    /// When a call may be made, or may ask again; nil for now.
    func moment(at now: Instant) -> Instant? {
        switch state(at: now) {
        case .closed: nil
        case .open(let until): until
        case .halfOpen: probing < probes ? nil : now + Self.recheck
        }
    }

    /// Whether a call that was let through may still be made.
    func isGood(_ pass: Pass) -> Bool { pass.era == era }

    /// Lets a call through, where ``moment(at:)`` is nil.
    mutating func pass(at now: Instant) -> Pass {
        guard state(at: now) == .halfOpen else { return Pass(era: era, isProbe: false) }
        if state != .halfOpen {
            state = .halfOpen
            era += 1
            probing = 0
            answered = 0
        }
        probing += 1
        return Pass(era: era, isProbe: true)
    }

    /// Takes back a pass that wasn't used, or whose call says nothing of the gateway.
    mutating func giveBack(_ pass: Pass) {
        if pass.isProbe, pass.era == era { probing -= 1 }
    }

    /// Notes a call's end; what changed by it is returned.
    ///
    /// The `jitter`, 0 to 1, is drawn when it opens, so that workers don't all probe at once.
    mutating func ended(
        _ pass: Pass, isAnswered: Bool, after time: Duration, at now: Instant, jitter: () -> Double
    ) -> Change? {
        guard pass.era == era else { return nil }
        let isSlow = time >= policy.slowCall
        switch state {
        case .open: return nil
        case .closed:
            calls.note(CallWindow.Call(endedAt: now, isAnswered: isAnswered, isSlow: isSlow))
            return verdict(at: now).map { open(at: now, why: $0, jitter: jitter()) }
        case .halfOpen:
            probing -= 1
            // One slow answer among good ones is how card issuers are; it counts where slowness was the reason.
            if !isAnswered || (isSlow && openedForSlowness) {
                let why = isAnswered ? "a probe was slow" : "a probe was not answered"
                return open(at: now, why: why, jitter: jitter())
            }
            answered += 1
            return answered >= probes ? close() : nil
        }
    }

    /// Why it has to open; nil where it hasn't.
    private mutating func verdict(at now: Instant) -> String? {
        calls.forget(before: now)
        let count = calls.count
        guard count >= max(1, policy.callsMin) else { return nil }
        let (failed, slow) = (calls.unanswered, calls.slow)
        openedForSlowness = false
        if Double(failed) >= policy.failureRatio * Double(count) {
            return "\(failed) of \(count) calls were not answered"
        }
        guard Double(slow) >= policy.slowRatio * Double(count) else { return nil }
        openedForSlowness = true
        return "\(slow) of \(count) calls took \(policy.slowCall) or longer"
    }

    private mutating func open(at now: Instant, why: String, jitter: Double) -> Change {
        let longest = policy.pauseMax
        var pause = min(policy.pause, longest)
        for _ in 0..<openings where pause < longest { pause = min(pause * 2, longest) }
        let until = now + pause * (1 - 0.25 * jitter)
        state = .open(until: until)
        era += 1
        openings += 1
        openingsTotal += 1
        return .opened(until: until, why: why)
    }

    private mutating func close() -> Change {
        state = .closed
        era += 1
        openings = 0
        calls = CallWindow(calls: policy.calls, window: policy.window)
        return .closed
    }
}
