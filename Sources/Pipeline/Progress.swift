import PaymentJobs

/// What the pipeline remembers of one job between its attempts.
struct Progress: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What follows a failed call.
    enum Verdict: Sendable, Equatable {
        /// The job ends without another call.
        case end(End)
        /// The job is tried again after a pause; with `hold`, no job of the account calls before that is over.
        case again(after: Duration, hold: Duration?)
    }

    /// How a job ends on a failed call.
    enum End: Sendable, Equatable {
        case refused(GatewayRefusal)
        case deadLetter(DeadLetter.Reason, MoneyState, GatewayFault)
    }

    /// Runs of the job so far.
    private(set) var attempts = 0
    /// Whether an earlier call may have moved money.
    private(set) var isAmbiguous: Bool
    private var unansweredAttempts = 0
    private var failuresInRow = 0
    private var misconfiguredSince: Instant?

    /// A job that comes back from a dead-letter topic may have been charged by whoever put it there.
    init(mayHaveMovedMoney: Bool = false) { isAmbiguous = mayHaveMovedMoney }

    mutating func began() { attempts += 1 }

    /// What follows `error`.
    ///
    /// `chance` is a random number in 0..<1.
    mutating func verdict(
        on error: GatewayError, kind: JobKind, policy: RetryPolicy, now: Instant, chance: Double
    ) -> Verdict {
        if case .unleased = error {
            // No call was begun: it counts as nothing.
            attempts -= 1
            return .again(after: policy.leasePause, hold: nil)
        }
        failuresInRow += 1
        if kind.canMoveMoney, case .ambiguous = error { isAmbiguous = true }
        if kind.canMoveMoney, case .busy = error { isAmbiguous = true }
        if kind.canMoveMoney, case .lookRefused = error { isAmbiguous = true }
        if case .misconfigured = error {} else { misconfiguredSince = nil }
        let pause = policy.pause(afterFailures: failuresInRow, chance: chance)
        switch error {
        case .notSent, .unleased:
            return .again(after: pause, hold: nil)
        case .throttled(_, let retryAfter):
            let asked = min(retryAfter ?? pause, policy.retryAfterMax)
            // The jitter keeps those that were throttled together from coming back together.
            return .again(after: asked + pause, hold: asked)
        case .busy(let fault), .ambiguous(let fault), .lookRefused(let fault):
            unansweredAttempts += 1
            guard unansweredAttempts >= policy.attemptsMax else {
                return .again(after: pause, hold: nil)
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
                return .again(after: pause, hold: pause)
            }
            // An earlier tenure may have called with credentials that worked.
            let money = kind.canMoveMoney ? MoneyState.unknown : .notMoved
            return .end(.deadLetter(.accountMisconfigured, money, fault))
        }
    }

    private func exhausted(_ fault: GatewayFault) -> End {
        isAmbiguous
            ? .deadLetter(.outcomeUnknown, .unknown, fault) : .deadLetter(.retriesExhausted, .notMoved, fault)
    }
}
