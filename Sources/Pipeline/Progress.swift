import PaymentJobs

/// What the pipeline remembers of one job between its attempts.
struct Progress: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What follows a failed call.
    enum Verdict: Sendable, Equatable {
        /// The job ends without another call.
        case end(End)
        /// The job is tried again after a pause; `holdsAccount` lets no other job of the account call before.
        case again(after: Duration, holdsAccount: Bool)
    }

    /// How a job ends on a failed call.
    enum End: Sendable, Equatable {
        case refused(GatewayRefusal)
        case deadLetter(DeadLetter.Reason, MoneyState, GatewayFault)
    }

    /// Runs of the job so far.
    private(set) var attempts = 0
    /// Whether an earlier call may have moved money.
    private(set) var isAmbiguous = false
    private var unansweredAttempts = 0
    private var failuresInRow = 0
    private var misconfiguredSince: Instant?

    mutating func began() { attempts += 1 }

    /// What follows `error`.
    ///
    /// `chance` is a random number in 0..<1.
    mutating func verdict(
        on error: GatewayError, kind: JobKind, policy: RetryPolicy, now: Instant, chance: Double
    ) -> Verdict {
        failuresInRow += 1
        if kind.canMoveMoney, case .ambiguous = error { isAmbiguous = true }
        if kind.canMoveMoney, case .busy = error { isAmbiguous = true }
        let pause = policy.pause(afterFailures: failuresInRow, chance: chance)
        switch error {
        case .notSent:
            return .again(after: pause, holdsAccount: false)
        case .throttled(_, let retryAfter):
            let asked = min(retryAfter ?? pause, policy.retryAfterMax)
            // The jitter keeps those that were throttled together from coming back together.
            return .again(after: asked + pause, holdsAccount: true)
        case .busy(let fault), .ambiguous(let fault):
            unansweredAttempts += 1
            guard unansweredAttempts >= policy.attemptsMax else {
                return .again(after: pause, holdsAccount: false)
            }
            return .end(exhausted(fault))
        case .conflict(let fault):
            return .end(
                kind.canMoveMoney ? .deadLetter(.outcomeUnknown, .unknown, fault) : .refused(fault.refusal))
        case .tokenUnusable(let fault):
            return .end(
                kind.canMoveMoney ? .deadLetter(.outcomeUnknown, .unknown, fault) : .refused(fault.refusal))
        case .refused(let fault):
            return .end(isAmbiguous ? .deadLetter(.outcomeUnknown, .unknown, fault) : .refused(fault.refusal))
        case .misconfigured(let fault):
            let since = misconfiguredSince ?? now
            misconfiguredSince = since
            guard now - since >= policy.misconfiguredGrace, !isAmbiguous else {
                return .again(after: pause, holdsAccount: true)
            }
            return .end(.deadLetter(.accountMisconfigured, .notMoved, fault))
        }
    }

    private func exhausted(_ fault: GatewayFault) -> End {
        isAmbiguous
            ? .deadLetter(.outcomeUnknown, .unknown, fault) : .deadLetter(.retriesExhausted, .notMoved, fault)
    }
}
