/// A token bucket that hands out moments to call at, in order and evenly spaced once the burst is used.
///
/// It is kept as one instant, the *theoretical arrival time* of the generic cell rate algorithm (ITU-T
/// I.371, appendix I), which needs no timer to refill.
struct TokenBucket {
    typealias Instant = ContinuousClock.Instant

    private let interval: Duration
    private let tolerance: Duration
    private var arrival: Instant?

    /// At most `burst` calls at once, and `rate` a second in the long run.
    init(rate: Double, burst: Int) {
        precondition(rate > 0 && burst >= 1)
        interval = .seconds(1 / rate)
        tolerance = interval * (burst - 1)
    }

    /// The moment, not before `now`, at which one more call may be made; asking takes it.
    mutating func reserve(at now: Instant) -> Instant {
        let arrival = self.arrival ?? now
        let allowed = max(now, arrival - tolerance)
        self.arrival = max(allowed, arrival) + interval
        return allowed
    }

    /// Lets no further call start before `instant`, and starts from an empty bucket then.
    ///
    /// Moments that were reserved before are void: their owners reserve again, so their places are free.
    mutating func hold(until instant: Instant) {
        arrival = instant + tolerance
    }
}
