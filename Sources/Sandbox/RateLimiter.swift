/// Lets calls through at the rate of a limit: told the time, it knows no clock.
struct RateLimiter: Sendable {
    let limit: RateLimit
    /// Nanoseconds between two calls at the limit.
    private let interval: Int64
    /// When the bucket is full again.
    private var fullAt: Int64?
    /// The second that the window is, and the calls in it.
    private var window: (second: Int64, calls: Int64)?

    init(_ limit: RateLimit) {
        precondition(limit.problem == nil, "a limit is checked before it is used")
        self.limit = limit
        interval = Int64((1_000_000_000 / limit.callsPerSecond).rounded())
    }

    /// Takes a call that arrived at `time` (nanoseconds of a monotonic clock), or says how many nanoseconds
    /// later one would be taken.
    ///
    /// A refused call costs nothing.
    mutating func refusal(at time: Int64) -> Int64? {
        switch limit.kind {
        case .bucket(let burst): bucketRefusal(at: time, burst: Int64(burst))
        case .window: windowRefusal(at: time)
        }
    }

    /// A token bucket as the generic cell rate algorithm (ITU-T I.371): one moment instead of a level.
    private mutating func bucketRefusal(at time: Int64, burst: Int64) -> Int64? {
        let fullAt = max(self.fullAt ?? time, time)
        let early = fullAt - (burst - 1) * interval - time
        guard early <= 0 else { return early }
        self.fullAt = fullAt + interval
        return nil
    }

    /// Calls are taken in slightly out of order: one of the second before counts for the present one.
    private mutating func windowRefusal(at time: Int64) -> Int64? {
        let second = max(window?.second ?? .min, time / 1_000_000_000)
        let calls = window?.second == second ? window?.calls ?? 0 : 0
        guard calls < Int64(limit.callsPerSecond) else { return (second + 1) * 1_000_000_000 - time }
        window = (second, calls + 1)
        return nil
    }

    /// The 429 for a call that is `wait` nanoseconds too early.
    func reply(wait: Int64, now: Instant) -> Reply {
        let (whole, rest) = wait.quotientAndRemainder(dividingBy: 1_000_000_000)
        switch limit.retryAfter {
        case .none: return FaultReply.throttled(retryAfter: nil)
        case .seconds:
            let seconds = limit.retryAfterWait.map { Int64($0) } ?? whole + (rest > 0 ? 1 : 0)
            return FaultReply.throttled(retryAfter: String(seconds))
        case .date:
            let told =
                limit.retryAfterWait.map { Duration.seconds($0) }
                ?? .milliseconds((wait + 999_999) / 1_000_000)
            // Dates have no fractions: a true wait is rounded up, a chosen one is exact by the answer's Date.
            let date = now.advanced(by: told + (limit.retryAfterWait == nil ? .milliseconds(999) : .zero))
            var reply = FaultReply.throttled(retryAfter: date.httpDate)
            reply.headers.append(("Date", now.httpDate))
            return reply
        }
    }
}
