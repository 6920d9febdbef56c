import PaymentJobs

/// What the pipeline remembers of one job's calls between its attempts.
struct Progress: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What follows a failed call.
    enum Verdict: Sendable, Equatable {
        /// The job ends without another call.
        case end(End)
        /// The job is tried again after a pause; with `hold`, no job of the account calls before that is over.
        case again(after: Duration, hold: Duration?)
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
    private var unansweredAttempts = 0
    private var failuresInRow = 0
    private var isLookedInto = false
    private var misconfiguredSince: Instant?

    mutating func began() { attempts += 1 }

    /// What follows `error`.
    ///
    /// `risk` says what may have moved money by now, this call included; `chance` is a random number in 0..<1.
    mutating func verdict(
        on error: GatewayError, kind: JobKind, risk: Risk, policy: RetryPolicy, now: Instant, chance: Double
    ) -> Verdict {
        if case .unleased = error {
            // No call was begun: it counts as nothing.
            attempts -= 1
            return .again(after: policy.leasePause, hold: nil)
        }
        let risk = kind.canMoveMoney ? risk : .none
        if risk == .lookedInto, !isLookedInto {
            // Looks have a count of their own.
            isLookedInto = true
            unansweredAttempts = 0
        }
        failuresInRow += 1
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
            return exhausted(fault, risk)
        case .conflict(let fault), .tokenUnusable(let fault):
            return .end(
                kind.canMoveMoney ? .deadLetter(.outcomeUnknown, .unknown, fault) : .refused(fault.refusal))
        case .refused(let fault):
            return .end(
                risk == .none ? .refused(fault.refusal) : .deadLetter(.outcomeUnknown, .unknown, fault))
        case .misconfigured(let fault):
            let since = misconfiguredSince ?? now
            misconfiguredSince = since
            guard now - since >= policy.misconfiguredGrace, risk <= .inherited else {
                return .again(after: pause, hold: pause)
            }
            // An earlier tenure may have called with credentials that worked.
            return .end(.deadLetter(.accountMisconfigured, risk == .none ? .notMoved : .unknown, fault))
        }
    }

    private func exhausted(_ fault: GatewayFault, _ risk: Risk) -> Verdict {
        switch risk {
        case .none: .end(.deadLetter(.retriesExhausted, .notMoved, fault))
        case .inherited, .own: .lookInto(fault)
        case .lookedInto: .end(.deadLetter(.outcomeUnknown, .unknown, fault))
        }
    }
}
