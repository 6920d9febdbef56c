import PaymentJobs

/// One account's limit on calls.
///
/// Every call to the gateway passes here, look-ups and tokens included.
actor AccountGate {
    private var bucket: TokenBucket?
    private var heldUntil: ContinuousClock.Instant?
    private let time: any Timekeeper

    /// A gate without a limit where `limit` is nil.
    init(limit: RateLimit?, time: any Timekeeper) {
        bucket = limit.map { TokenBucket(rate: $0.callsPerSecond, burst: $0.burst) }
        self.time = time
    }

    /// Returns when one more call may be made.
    func pass() async throws(CancellationError) {
        let now = time.now
        let reserved = bucket?.reserve(at: now) ?? now
        if reserved > now { try await time.sleep(until: reserved) }
        // A pause that began meanwhile is for those too that had their moment already.
        while let heldUntil, heldUntil > time.now { try await time.sleep(until: heldUntil) }
    }

    /// Lets no further call pass before `instant`: the gateway asked for a pause.
    func hold(until instant: ContinuousClock.Instant) {
        bucket?.hold(until: instant)
        heldUntil = max(heldUntil ?? instant, instant)
    }
}

/// A limit on the calls to the gateway.
public struct RateLimit: Sendable, Hashable {
    /// Calls a second in the long run.
    public var callsPerSecond: Double
    /// Calls that may be made at once after a pause.
    public var burst: Int

    /// Nil unless the rate is positive and the burst at least one.
    public init?(callsPerSecond: Double, burst: Int) {
        guard callsPerSecond > 0, callsPerSecond.isFinite, burst >= 1 else { return nil }
        self.callsPerSecond = callsPerSecond
        self.burst = burst
    }
}
