/// Whether the gateway accepts an account's credentials, and when the next call finds out.
struct Credentials {
    typealias Instant = ContinuousClock.Instant

    /// Since when they are refused, and what the gateway said last.
    struct Refusal: Hashable {
        var since: Instant
        var fault: GatewayFault
    }

    /// What a call is let through as; a probe is good for one call.
    struct Pass: Hashable {
        fileprivate let probe: Int?

        /// A call under credentials that were accepted.
        static let ordinary = Pass(probe: nil)

        /// Whether the call finds out if the credentials are accepted again.
        var isProbe: Bool { probe != nil }
    }

    enum Change: Hashable {
        case refused(GatewayFault)
        case accepted
    }

    private let grace: Duration
    private let pause: Duration
    /// Nil while they are accepted.
    private(set) var refusal: Refusal?
    private var nextProbe: Instant?
    private var probe: Int?
    /// When they were refused last; nil where nobody has asked since the secret was replaced.
    private var refusedAt: Instant?
    private var probes = 0
    /// Refusals of calls begun before concern the credentials as they were.
    private var changedAt: Instant?

    /// Accepted ones.
    ///
    /// - Parameters:
    ///   - grace: For how long they may be refused before jobs are given up.
    ///   - pause: The time between two probes.
    init(grace: Duration, pause: Duration) {
        self.grace = grace
        self.pause = pause
    }

    /// When a call may be made, or may ask again; nil for now.
    func moment(at now: Instant) -> Instant? {
        guard refusal != nil, let nextProbe else { return nil }
        if nextProbe > now { return nextProbe }
        return probe == nil ? nil : now + pause
    }

    /// What becomes of the jobs that moved no money.
    enum Verdict: Hashable {
        case wait
        /// A probe is on its way that decides about them.
        case ask
        case giveUp
    }

    /// They are given up where the grace is over, which is short where they stand in the way of others; and only by
    /// a refusal that is fresh, because nobody asks while there is no job.
    func verdict(at now: Instant, isCrowded: @autoclosure () -> Bool) -> Verdict {
        guard let refusal else { return .wait }
        let age = now - refusal.since
        guard age >= grace || (age >= pause * 3 && isCrowded()) else { return .wait }
        if probe != nil { return .ask }
        return refusedAt.map { now - $0 < pause * 2 } ?? false ? .giveUp : .wait
    }

    /// Whether a call that was let through may still be made.
    func isGood(_ pass: Pass) -> Bool { refusal == nil || (pass.isProbe && pass.probe == probe) }

    /// Lets a call through, where ``moment(at:)`` is nil.
    mutating func pass(at now: Instant) -> Pass {
        guard refusal != nil else { return .ordinary }
        probes += 1
        probe = probes
        nextProbe = now + pause
        return Pass(probe: probes)
    }

    /// Takes back a pass that wasn't used, or whose call didn't find anything out.
    ///
    /// Where a call was made, the next probe waits for its pause.
    mutating func giveBack(_ pass: Pass, wasMade: Bool, at now: Instant) {
        guard pass.isProbe, pass.probe == probe else { return }
        probe = nil
        if !wasMade { nextProbe = now }
    }

    /// Notes what a call said that began at `began`: nil for accepted.
    mutating func ended(
        _ pass: Pass, began: Instant, refused fault: GatewayFault?, at now: Instant
    ) -> Change? {
        if pass.isProbe, pass.probe == probe { probe = nil }
        if let changedAt, began < changedAt { return nil }
        guard let fault else {
            // A call from before the refusal says nothing of the time after it.
            guard let refusal, pass.isProbe || began >= refusal.since else { return nil }
            self.refusal = nil
            refusedAt = nil
            nextProbe = nil
            probe = nil
            changedAt = now
            return .accepted
        }
        refusedAt = now
        if refusal != nil {
            refusal?.fault = fault
            return nil
        }
        refusal = Refusal(since: now, fault: fault)
        nextProbe = now + pause
        return .refused(fault)
    }

    /// The secret was replaced: the next call is a probe, and what is still on its way doesn't count.
    ///
    /// The new one has a grace of its own.
    mutating func replaced(at now: Instant) {
        changedAt = now
        refusedAt = nil
        guard refusal != nil else { return }
        refusal?.since = now
        probe = nil
        nextProbe = now
    }
}
