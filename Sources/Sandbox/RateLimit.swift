/// How many calls of one seller are let through, and what a caller who is refused is told.
public struct RateLimit: Sendable, Equatable {
    /// How the calls are counted.
    public enum Kind: Sendable, Equatable {
        /// A token bucket that holds `burst` calls and is full at first.
        case bucket(burst: Int)
        /// A count that starts anew with every second of the clock, however the calls lie within it.
        case window
    }

    /// What `Retry-After` of a 429 says; both forms are RFC 9110's (10.2.3).
    public enum RetryAfter: String, Sendable, CaseIterable {
        /// Whole seconds.
        case seconds
        /// A date, to be read by the clock of the answer's own `Date`.
        case date
        /// Nothing: there is no such header.
        case none
    }

    /// Calls a second, from 0.001 to 1000000; a whole number for ``Kind/window``.
    public var callsPerSecond: Double
    /// How the calls are counted.
    public var kind: Kind
    /// What a caller who is refused is told.
    public var retryAfter: RetryAfter
    /// How many seconds the caller is told to wait; `nil` for the true wait, rounded up to whole seconds.
    public var retryAfterWait: Int?

    /// A limit; by default a bucket that holds the calls of a tenth of a second, and one at least.
    ///
    /// It tells the true wait in seconds, unless it is told otherwise.
    public init(
        callsPerSecond: Double, kind: Kind? = nil, retryAfter: RetryAfter = .seconds,
        retryAfterWait: Int? = nil
    ) {
        self.callsPerSecond = callsPerSecond
        let tenth = callsPerSecond / 10
        self.kind = kind ?? .bucket(burst: (1...1_000_000).contains(tenth) ? Int(tenth) : 1)
        self.retryAfter = retryAfter
        self.retryAfterWait = retryAfterWait
    }

    /// What is wrong with the numbers, in words; `nil` where they can be used.
    public var problem: String? {
        guard (0.001...1_000_000).contains(callsPerSecond) else {
            return "a rate limit must be from 0.001 to 1000000 calls a second"
        }
        if let retryAfterWait, !(0...86_400).contains(retryAfterWait) {
            return "the wait of a rate limit must be from 0 to 86400 seconds"
        }
        switch kind {
        case .bucket(let burst):
            return (1...1_000_000).contains(burst) ? nil : "a burst must be from 1 to 1000000 calls"
        case .window:
            let isWhole = callsPerSecond == callsPerSecond.rounded()
            return isWhole ? nil : "a window of one second takes a whole number of calls"
        }
    }
}

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
