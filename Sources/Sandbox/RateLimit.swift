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
