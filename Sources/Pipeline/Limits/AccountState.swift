/// All limits of one account at one worker, and the jobs and calls under them.
struct AccountState {
    typealias Instant = ContinuousClock.Instant

    /// A call whose turn was taken, and that hasn't begun.
    private struct Turn {
        let id: UInt64
        let visit: UInt64
        /// What it was let through as; nil while it waits in the bucket's line.
        var pass: Pass?
    }

    /// What a call was let through as.
    struct Pass: Hashable {
        fileprivate var breaker: CircuitBreaker.Pass?
        fileprivate var credentials: Credentials.Pass
    }

    /// The longest time until a job asks again under a ceiling.
    static let patience = Duration.milliseconds(250)
    /// How soon a job asks again that a probe on its way decides about.
    static let recheck = Duration.milliseconds(200)

    let limits: AccountLimits
    private(set) var bucket: TokenBucket
    private(set) var governor: RateGovernor
    private(set) var concurrency: ConcurrencyLimit
    private(set) var breaker: CircuitBreaker
    private(set) var credentials: Credentials
    private(set) var running = 0
    /// When the gateway last answered.
    private(set) var answers = AccountAnswers()
    /// How often the gateway asked for fewer calls.
    private(set) var throttledCalls = 0
    private let hasBreaker: Bool
    private var share = 0.0
    private var losses = 0
    /// Whether the readings may be others than the published ones.
    private var mayHaveNewReadings = true
    private var published: AccountMetrics.Readings?
    /// Changes that came about between two ends of calls.
    private var unreported: [AccountChange] = []
    private var turns: [Turn] = []
    private var nextID: UInt64 = 0

    /// Nothing has been called yet.
    init(_ limits: AccountLimits, at now: Instant) {
        self.limits = limits
        bucket = TokenBucket(at: now)
        governor = RateGovernor(at: now)
        concurrency = ConcurrencyLimit(
            maximum: limits.concurrencyMax, isAdaptive: limits.adaptsConcurrency, at: now)
        breaker = CircuitBreaker(limits.breaker ?? BreakerPolicy())
        hasBreaker = limits.breaker != nil
        credentials = Credentials(grace: limits.credentialsGrace, pause: limits.credentialsPause)
    }

    private var configuredRate: Double? { limits.rate.map { $0.callsPerSecond * share } }

    /// What this worker may call now.
    var allowance: Allowance { Allowance(limits.rate, share: share).below(governor.ceiling) }

    /// Takes note of the worker's share, and of how often it lost a part of it.
    mutating func refresh(share: Double, losses: Int, at now: Instant) {
        if share != self.share || governor.ceiling != nil { mayHaveNewReadings = true }
        self.share = share
        // What was saved up for a part that went away is somebody else's, also where the part is back.
        if losses != self.losses { bucket.empty(at: now) }
        self.losses = losses
        if governor.grow(at: now, configured: configuredRate) { unreported.append(.recovered) }
        bucket.refill(at: now, allowance)
    }

    /// Lets a job start, and pays for its first call.
    mutating func start(isCrowded: @autoclosure () -> Bool, at now: Instant) -> AccountGate.Start {
        if let moment = credentials.moment(at: now) {
            switch credentials.verdict(at: now, isCrowded: isCrowded()) {
            case .wait: return .wait(until: moment)
            case .ask: return .wait(until: min(moment, now + Self.recheck))
            case .giveUp:
                guard let refusal = credentials.refusal else { return .wait(until: moment) }
                return .giveUp(refusal.fault, until: moment)
            }
        }
        guard running < concurrency.current else { return .full }
        if hasBreaker, let moment = breaker.moment(at: now) { return .wait(until: moment) }
        if let moment = bucket.take(at: now, allowance) {
            return .wait(until: asksAgain(by: moment, at: now))
        }
        running += 1
        nextID += 1
        turns.append(Turn(id: nextID, visit: nextID, pass: pass(at: now)))
        return .go(AccountGate.Visit(id: nextID, paid: nextID))
    }

    /// Under a ceiling the rate changes while a job waits, most of all where it is still being measured.
    private func asksAgain(by moment: Instant, at now: Instant) -> Instant {
        guard governor.ceiling != nil else { return moment }
        return min(moment, max(now, bucket.heldUntil ?? now) + Self.patience)
    }

    /// Ends a job's visit, with all turns that it hasn't used.
    mutating func leave(_ visit: UInt64, at now: Instant) {
        running -= 1
        while let turn = turns.first(where: { $0.visit == visit }) { giveBack(turn.id, at: now) }
    }

    /// Takes a turn for one more call of a visit.
    mutating func reserve(for visit: UInt64) -> UInt64 {
        nextID += 1
        turns.append(Turn(id: nextID, visit: visit, pass: nil))
        bucket.join(nextID)
        return nextID
    }

    /// Nil where the call may be made now, else the moment to ask again.
    mutating func moment(of id: UInt64, at now: Instant) -> Instant? {
        guard let place = turns.firstIndex(where: { $0.id == id }) else { return nil }
        if let pass = turns[place].pass {
            if isGood(pass) { return nil }
            // What was let through before the gateway failed has to wait like the others.
            takeBack(pass, wasMade: false, at: now)
            bucket.giveBack()
            turns[place].pass = nil
            bucket.join(id)
        }
        if let moment = credentials.moment(at: now) { return moment }
        if hasBreaker, let moment = breaker.moment(at: now) { return moment }
        if let moment = bucket.take(id, at: now, allowance) { return moment }
        turns[place].pass = pass(at: now)
        return nil
    }

    /// Frees a turn that isn't used.
    mutating func giveBack(_ id: UInt64, at now: Instant) {
        guard let place = turns.firstIndex(where: { $0.id == id }) else { return }
        if let pass = turns.remove(at: place).pass {
            takeBack(pass, wasMade: false, at: now)
            bucket.giveBack()
        } else {
            bucket.leave(id)
        }
    }

    /// A call is made; its turn is used up.
    mutating func began(_ id: UInt64, at now: Instant) -> Pass {
        governor.began(at: now)
        let ordinary = Pass(breaker: nil, credentials: .ordinary)
        guard let place = turns.firstIndex(where: { $0.id == id }) else { return ordinary }
        let turn = turns.remove(at: place)
        if turn.pass == nil { bucket.leave(id) }
        return turn.pass ?? ordinary
    }

    /// A call took more requests than the one that was paid for: the next ones wait for them.
    mutating func charge(_ requests: Int, at now: Instant) {
        bucket.charge(requests)
        for _ in 0..<requests { governor.began(at: now) }
    }

    /// A call has ended.
    mutating func ended(
        _ call: AccountGate.RunningCall, _ outcome: CallOutcome, at now: Instant, jitter: () -> Double
    ) -> [AccountChange] {
        let changes = unreported + changes(call, outcome, at: now, jitter: jitter)
        unreported.removeAll()
        if !changes.isEmpty || concurrency.current != published?.concurrency { mayHaveNewReadings = true }
        return changes
    }

    /// The present readings, where they differ from the last ones that were handed out.
    mutating func newReadings(at now: Instant) -> AccountMetrics.Readings? {
        guard mayHaveNewReadings else { return nil }
        mayHaveNewReadings = false
        var readings = readings(at: now)
        if let published, !readings.differs(from: published) { return nil }
        readings.number = (published?.number ?? 0) + 1
        published = readings
        return readings
    }

    private mutating func changes(
        _ call: AccountGate.RunningCall, _ outcome: CallOutcome, at now: Instant, jitter: () -> Double
    ) -> [AccountChange] {
        let time = now - call.began
        switch outcome {
        case .cancelled:
            takeBack(call.pass, wasMade: true, at: now)
            return []
        case .throttled(let retryAfter):
            takeBack(call.pass, wasMade: true, at: now)
            return throttled(call, retryAfter: retryAfter, at: now)
        case .unanswered, .notSent:
            credentials.giveBack(call.pass.credentials, wasMade: true, at: now)
            concurrency.ended(call.kind, isAnswered: false, after: time, running: running, at: now)
            return broken(call, isAnswered: false, at: now, jitter: jitter)
        case .forbidden:
            credentials.giveBack(call.pass.credentials, wasMade: true, at: now)
            concurrency.ended(call.kind, isAnswered: true, after: time, running: running, at: now)
            answers.note(call.kind, isAccepted: false, at: now)
            return answered(call, at: now, jitter: jitter)
        case .credentialsRefused(let fault):
            return answered(call, refused: fault, at: now, jitter: jitter)
        case .answered:
            concurrency.ended(call.kind, isAnswered: true, after: time, running: running, at: now)
            return answered(call, refused: nil, at: now, jitter: jitter)
        }
    }

    /// The secret was replaced.
    mutating func credentialsChanged(at now: Instant) { credentials.replaced(at: now) }

    /// Lets a call through everything but the bucket, which has been paid.
    private mutating func pass(at now: Instant) -> Pass {
        let pass = hasBreaker ? breaker.pass(at: now) : nil
        if pass?.isProbe ?? false { mayHaveNewReadings = true }
        return Pass(breaker: pass, credentials: credentials.pass(at: now))
    }

    private func isGood(_ pass: Pass) -> Bool {
        credentials.isGood(pass.credentials) && pass.breaker.map { breaker.isGood($0) } ?? true
    }

    private mutating func takeBack(_ pass: Pass, wasMade: Bool, at now: Instant) {
        if let pass = pass.breaker { breaker.giveBack(pass) }
        credentials.giveBack(pass.credentials, wasMade: wasMade, at: now)
    }

    private mutating func answered(
        _ call: AccountGate.RunningCall, refused fault: GatewayFault?, at now: Instant, jitter: () -> Double
    ) -> [AccountChange] {
        answers.note(call.kind, isAccepted: fault == nil, at: now)
        let changes = answered(call, at: now, jitter: jitter)
        switch credentials.ended(call.pass.credentials, began: call.began, refused: fault, at: now) {
        case .refused(let fault): return changes + [.credentialsRefused(fault)]
        case .accepted: return changes + [.credentialsAccepted]
        case nil: return changes
        }
    }

    private mutating func answered(
        _ call: AccountGate.RunningCall, at now: Instant, jitter: () -> Double
    ) -> [AccountChange] {
        governor.accepted(began: call.began, at: now)
        return broken(call, isAnswered: true, at: now, jitter: jitter)
    }

    private mutating func broken(
        _ call: AccountGate.RunningCall, isAnswered: Bool, at now: Instant, jitter: () -> Double
    ) -> [AccountChange] {
        guard let pass = call.pass.breaker else { return [] }
        let time = now - call.began
        switch breaker.ended(pass, isAnswered: isAnswered, after: time, at: now, jitter: jitter) {
        case .opened(let until, let why): return [.breakerOpened(until: until, why: why)]
        case .closed: return [.breakerClosed]
        case nil: return []
        }
    }

    private mutating func throttled(
        _ call: AccountGate.RunningCall, retryAfter: Duration?, at now: Instant
    ) -> [AccountChange] {
        throttledCalls += 1
        mayHaveNewReadings = true
        let isFirst = governor.ceiling == nil
        let until = governor.throttled(
            began: call.began, at: now, configured: configuredRate,
            retryAfter: retryAfter.map { min(max($0, .zero), limits.retryAfterMax) })
        bucket.hold(until: until)
        for place in turns.indices {
            guard let pass = turns[place].pass else { continue }
            takeBack(pass, wasMade: false, at: now)
            turns[place].pass = nil
            bucket.join(turns[place].id)
        }
        guard isFirst, let ceiling = governor.ceiling else { return [] }
        return [.slowedDown(callsPerSecond: ceiling)]
    }
}
