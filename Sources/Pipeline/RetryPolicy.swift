/// How often, and after what pauses, a job is tried again.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts that reached the gateway and got no answer, before the job becomes a dead letter.
    ///
    /// While the gateway answers no other call of the account and of the same kind either, further ones don't
    /// count.
    public var attemptsMax: Int
    /// The same for attempts while the gateway answers calls of other kinds only: it may be the job, or the gateway
    /// can't do this for anybody.
    ///
    /// By default they are eight times as many: a quarter of an hour, and longer while a breaker is open.
    public var loneAttemptsMax: Int
    /// How long the credentials may be refused for the jobs of one kind of call, before those that have moved no
    /// money become dead letters.
    public var credentialsGrace: Duration
    /// The longest pause before the second attempt; it doubles with each further one.
    public var pauseBase: Duration
    /// The longest pause at all.
    public var pauseMax: Duration
    /// The longest `Retry-After` that is believed.
    public var retryAfterMax: Duration
    /// The pause after which a job that has no lease asks again for one.
    public var leasePause: Duration

    /// The defaults ride out a gateway restart of about a minute.
    public init(
        attemptsMax: Int = 8, pauseBase: Duration = .milliseconds(500), pauseMax: Duration = .seconds(30),
        retryAfterMax: Duration = .seconds(300), leasePause: Duration = .seconds(1),
        loneAttemptsMax: Int? = nil, credentialsGrace: Duration = .seconds(300)
    ) {
        self.credentialsGrace = credentialsGrace
        self.attemptsMax = attemptsMax
        self.loneAttemptsMax = loneAttemptsMax ?? 8 * attemptsMax
        self.pauseBase = pauseBase
        self.pauseMax = pauseMax
        self.retryAfterMax = retryAfterMax
        self.leasePause = leasePause
    }

    /// The pause after the `failures`-th failure: exponential backoff with full jitter.
    ///
    /// `chance` is a random number in 0..<1. Full jitter spreads clients that failed together best: Amazon's
    /// "Exponential Backoff And Jitter", 2015.
    public func pause(afterFailures failures: Int, chance: Double) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let ceiling = min(pauseBase * (1 << doublings), pauseMax)
        return ceiling * chance
    }
}
