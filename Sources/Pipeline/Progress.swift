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
        /// It is looked at once more what somebody else may have done, before the job is done.
        case lookAnew(GatewayFault)
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
    /// Those while the gateway answered, and no call of their kind.
    private var loneAttempts = 0
    /// When the last attempt without an answer ended.
    private var lastUnanswered: Instant?
    /// Refusals of the credentials, of a job whose account has had calls of the same kind accepted in between.
    private var ownRefusals = 0
    /// The same with calls of any kind.
    private var partialRefusals = 0
    /// When the credentials were refused for the job, for the first time and last.
    private var refused: (first: Instant, last: Instant)?
    private var failuresInRow = 0
    private var isLookedInto = false
    private var hasLookedAnew = false

    /// Whether each run begins with a look.
    ///
    /// A job that alone is never answered can't be told from a gateway that is away, except by a call of
    /// another kind: the look's answer makes the attempts count.
    private(set) var looksFirst = false

    mutating func began() { attempts += 1 }

    /// What follows `error`.
    ///
    /// The `risk` is what may have moved money by now, the `call` that failed included. The `answers` are those
    /// to all calls of the account, and `chance` is a random number in 0..<1.
    mutating func verdict(
        on error: GatewayError, to call: CallKind?, kind: JobKind, risk: Risk, policy: RetryPolicy,
        answers: AccountAnswers, now: Instant, chance: Double
    ) -> Verdict {
        if let pause = notBegun(error, policy, now) { return .again(after: pause) }
        let risk = kind.canMoveMoney ? risk : .none
        if risk == .lookedInto, !isLookedInto {
            // Looks have a count of their own.
            isLookedInto = true
            countAnew()
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
            let counts = isSince(lastUnanswered, answers.last(call))
            if !counts, isSince(lastUnanswered, answers.last()) { loneAttempts += 1 }
            lastUnanswered = now
            return unanswered(fault, risk, policy, after: pause, counts: counts)
        case .conflict(let fault), .tokenUnusable(let fault):
            return .end(
                kind.canMoveMoney ? .deadLetter(.outcomeUnknown, .unknown, fault) : .refused(fault.refusal))
        case .refused(let fault):
            return .end(
                risk == .none ? .refused(fault.refusal) : .deadLetter(.outcomeUnknown, .unknown, fault))
        case .misconfigured(let fault):
            countRefusal(of: call, answers, now)
            return isRefusedAlone(risk, policy, now)
                ? ending(.accountMisconfigured, fault, risk)
                : .again(after: policy.pause(afterFailures: 1, chance: chance))
        }
    }

    private mutating func countRefusal(of call: CallKind?, _ answers: AccountAnswers, _ now: Instant) {
        if let last = refused?.last {
            if isSince(last, answers.lastAccepted(call)) { ownRefusals += 1 }
            if isSince(last, answers.lastAccepted()) { partialRefusals += 1 }
        }
        refused = (refused?.first ?? now, now)
    }

    /// Whether it is this job's call alone that the credentials don't allow, so that it has to end by itself.
    ///
    /// Else the account's gate says when they are tried again, and what ends without a call. Where other kinds of
    /// calls are accepted the gate knows no end, so what has moved no money ends here after the same grace.
    private func isRefusedAlone(_ risk: Risk, _ policy: RetryPolicy, _ now: Instant) -> Bool {
        if ownRefusals >= policy.attemptsMax { return true }
        guard risk == .none, partialRefusals >= policy.attemptsMax, let refused else { return false }
        return now - refused.first >= policy.credentialsGrace
    }

    /// How a job ends that was tried as often as it may be.
    private mutating func ending(_ reason: DeadLetter.Reason, _ fault: GatewayFault, _ risk: Risk) -> Verdict
    {
        switch risk {
        case .none: return .end(.deadLetter(reason, .notMoved, fault))
        case .inherited where !hasLookedAnew:
            // No call of this job is in doubt: what looks don't find, it may do.
            hasLookedAnew = true
            countAnew()
            return .lookAnew(fault)
        case .own: return .lookInto(fault)
        case .inherited, .lookedInto: return .end(.deadLetter(.outcomeUnknown, .unknown, fault))
        }
    }

    private mutating func countAnew() {
        countedAttempts = 0
        loneAttempts = 0
        ownRefusals = 0
        partialRefusals = 0
    }

    private func isSince(_ before: Instant?, _ instant: Instant?) -> Bool {
        guard let before else { return true }
        return instant.map { $0 >= before } ?? false
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
        let isOver =
            countedAttempts >= policy.attemptsMax || loneAttempts >= policy.loneAttemptsMax
        guard isOver else { return .again(after: pause) }
        return ending(.retriesExhausted, fault, risk)
    }
}
