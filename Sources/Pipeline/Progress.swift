import PaymentJobs

/// What the pipeline remembers of one job's calls between its attempts.
struct Progress: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What follows a failed call.
    enum Verdict: Sendable, Equatable {
        /// The job ends without another call.
        case end(End)
        /// The job is tried again after a pause.
        case again(after: Duration)
        /// No call is made any more; looks tell what those before may have done.
        case lookInto(GatewayFault)
    }

    /// How a job ends on a failed call.
    enum End: Sendable, Equatable {
        case refused(GatewayRefusal)
        case deadLetter(DeadLetter.Reason, MoneyState, GatewayFault)
    }

    /// Runs of the job so far.
    private(set) var attempts = 0
    /// Attempts without an answer, those that count and those that don't.
    private var unansweredAttempts = 0
    /// Those that bring the job nearer to its end.
    private var countedAttempts = 0
    /// When the last attempt without an answer ended.
    private var lastUnanswered: Instant?
    /// Refusals of the credentials, of a job whose account has had calls accepted in between.
    private var ownRefusals = 0
    /// When the credentials were last refused for the job.
    private var lastRefused: Instant?
    private var failuresInRow = 0
    private var isLookedInto = false

    /// Whether each run begins with a look.
    ///
    /// A job that alone is never answered can't be told from a gateway that is away, except by a call of
    /// another kind: the look's answer makes the attempts count.
    private(set) var looksFirst = false

    mutating func began() { attempts += 1 }

    /// What follows `error`.
    ///
    /// The `risk` is what may have moved money by now, this call included. The gateway's `lastAnswer` to a call
    /// of the account counts whatever it said; its `lastAcceptance` is the last one that didn't refuse the
    /// credentials. The `chance` is a random number in 0..<1.
    mutating func verdict(
        on error: GatewayError, kind: JobKind, risk: Risk, policy: RetryPolicy, lastAnswer: Instant?,
        lastAcceptance: Instant?, now: Instant, chance: Double
    ) -> Verdict {
        if let pause = notBegun(error, policy, now) { return .again(after: pause) }
        let risk = kind.canMoveMoney ? risk : .none
        if risk == .lookedInto, !isLookedInto {
            // Looks have a count of their own.
            isLookedInto = true
            countedAttempts = 0
            ownRefusals = 0
        }
        failuresInRow += 1
        let pause = policy.pause(afterFailures: failuresInRow, chance: chance)
        switch error {
        case .notSent, .unleased, .deferred:
            return .again(after: pause)
        case .throttled(_, let retryAfter):
            // The jitter keeps those that were throttled together from coming back together.
            return .again(after: min(retryAfter ?? pause, policy.retryAfterMax) + pause)
        case .busy(let fault), .lookRefused(let fault):
            return unanswered(fault, risk, policy, after: pause, counts: true)
        case .ambiguous(let fault):
            // While nothing is answered, it is the gateway that is away, and not the job that is at fault.
            let counts = lastUnanswered.map { before in lastAnswer.map { $0 >= before } ?? false } ?? true
            lastUnanswered = now
            return unanswered(fault, risk, policy, after: pause, counts: counts)
        case .conflict(let fault), .tokenUnusable(let fault):
            return .end(
                kind.canMoveMoney ? .deadLetter(.outcomeUnknown, .unknown, fault) : .refused(fault.refusal))
        case .refused(let fault):
            return .end(
                risk == .none ? .refused(fault.refusal) : .deadLetter(.outcomeUnknown, .unknown, fault))
        case .misconfigured(let fault):
            return credentialsRefused(fault, risk, policy, lastAcceptance, now, chance)
        }
    }

    /// What follows a refusal of the credentials.
    ///
    /// The account's gate says when they are tried again, and what ends without a call. Where it is this job's
    /// call alone that they don't allow, other calls are accepted in between, and the job has to end by itself.
    private mutating func credentialsRefused(
        _ fault: GatewayFault, _ risk: Risk, _ policy: RetryPolicy, _ lastAcceptance: Instant?,
        _ now: Instant,
        _ chance: Double
    ) -> Verdict {
        if let lastRefused, let lastAcceptance, lastAcceptance >= lastRefused { ownRefusals += 1 }
        lastRefused = now
        guard ownRefusals >= policy.attemptsMax else {
            return .again(after: policy.pause(afterFailures: 1, chance: chance))
        }
        return ending(.accountMisconfigured, fault, risk)
    }

    /// How a job ends that was tried as often as it may be.
    private func ending(_ reason: DeadLetter.Reason, _ fault: GatewayFault, _ risk: Risk) -> Verdict {
        switch risk {
        case .none: .end(.deadLetter(reason, .notMoved, fault))
        case .inherited, .own: .lookInto(fault)
        case .lookedInto: .end(.deadLetter(.outcomeUnknown, .unknown, fault))
        }
    }

    /// The pause after a call that was not begun, which counts as no attempt; nil where it was begun.
    private mutating func notBegun(_ error: GatewayError, _ policy: RetryPolicy, _ now: Instant) -> Duration?
    {
        switch error {
        case .unleased:
            attempts -= 1
            return policy.leasePause
        case .deferred(_, let until):
            attempts -= 1
            return max(until - now, .zero)
        case .notSent, .throttled, .busy, .conflict, .ambiguous, .tokenUnusable, .refused, .lookRefused,
            .misconfigured:
            return nil
        }
    }

    private mutating func unanswered(
        _ fault: GatewayFault, _ risk: Risk, _ policy: RetryPolicy, after pause: Duration, counts: Bool
    ) -> Verdict {
        unansweredAttempts += 1
        if counts { countedAttempts += 1 }
        looksFirst = unansweredAttempts >= policy.attemptsMax
        guard countedAttempts >= policy.attemptsMax else { return .again(after: pause) }
        return ending(.retriesExhausted, fault, risk)
    }
}
