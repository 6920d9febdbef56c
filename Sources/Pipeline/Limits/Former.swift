import PaymentJobs

/// One account's limit on calls.
///
/// Every call to the gateway passes here, look-ups and tokens included.
actor FormerAccountGate {
    /// How a call came through.
    enum Passage: Sendable {
        /// Without a wait.
        case atOnce
        /// After a wait, in which its job may have been taken back.
        case afterWaiting
    }

    private var bucket: FormerTokenBucket?
    private var heldUntil: ContinuousClock.Instant?
    private var holds = 0
    private var sleepers: [Int: (tenure: Int, door: AsyncStream<Never>.Continuation)] = [:]
    private var nextSleeper = 0
    private let time: any Timekeeper

    /// A gate without a limit where `limit` is nil.
    init(limit: RateLimit?, time: any Timekeeper) {
        bucket = limit.map { FormerTokenBucket(rate: $0.callsPerSecond, burst: $0.burst) }
        self.time = time
    }

    /// Returns when one more call may be made for a job of `tenure`, or when the tenure has been woken.
    func pass(tenure: Int, isOpen: @Sendable () -> Bool) async -> Passage {
        var passage = Passage.atOnce
        while true {
            let now = time.now
            if let heldUntil, heldUntil > now {
                passage = .afterWaiting
                // Without a limit nothing else keeps those who waited from calling at the same instant.
                let spread = bucket == nil ? Duration.seconds(1) * Double.random(in: 0..<1) : .zero
                guard await sleep(until: heldUntil + spread, tenure: tenure, isOpen: isOpen) else {
                    return passage
                }
                continue
            }
            let seen = holds
            guard let moment = bucket?.reserve(at: now), moment > now else { return passage }
            passage = .afterWaiting
            guard await sleep(until: moment, tenure: tenure, isOpen: isOpen) else { return passage }
            // A moment that was reserved before a hold began is no longer good.
            if holds == seen { return passage }
        }
    }

    /// Lets no further call pass before `instant`: the gateway asked for a pause.
    func hold(until instant: ContinuousClock.Instant) {
        guard instant > heldUntil ?? time.now else { return }
        holds += 1
        bucket?.hold(until: instant)
        heldUntil = instant
    }

    /// Lets the jobs of `tenure` that wait here look whether they are still wanted.
    func wake(tenure: Int) {
        for sleeper in sleepers.values where sleeper.tenure == tenure { sleeper.door.finish() }
    }

    /// False where the sleeper was woken before its time.
    private func sleep(
        until moment: ContinuousClock.Instant, tenure: Int, isOpen: @Sendable () -> Bool
    ) async -> Bool {
        let (woken, door) = AsyncStream<Never>.makeStream()
        let id = nextSleeper
        nextSleeper += 1
        sleepers[id] = (tenure, door)
        defer { sleepers[id] = nil }
        // Whoever closes the tenure from here on wakes this sleeper; whoever did before is seen now.
        guard isOpen() else { return false }
        let time = time
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await time.sleep(until: moment)) != nil }
            group.addTask {
                for await _ in woken {}
                return false
            }
            let isOver = await group.next() ?? false
            group.cancelAll()
            return isOver
        }
    }
}

/// A token bucket that hands out moments to call at, in order and evenly spaced once the burst is used.
///
/// It is kept as one instant, the *theoretical arrival time* of the generic cell rate algorithm (ITU-T
/// I.371, appendix I), which needs no timer to refill.
struct FormerTokenBucket {
    typealias Instant = ContinuousClock.Instant

    private let interval: Duration
    private let tolerance: Duration
    private var arrival: Instant?

    /// At most `burst` calls at once, and `rate` a second in the long run.
    init(rate: Double, burst: Int) {
        precondition(rate > 0 && burst >= 1)
        interval = .seconds(1 / rate)
        tolerance = interval * (burst - 1)
    }

    /// The moment, not before `now`, at which one more call may be made; asking takes it.
    mutating func reserve(at now: Instant) -> Instant {
        let arrival = self.arrival ?? now
        let allowed = max(now, arrival - tolerance)
        self.arrival = max(allowed, arrival) + interval
        return allowed
    }

    /// Lets no further call start before `instant`, and starts from an empty bucket then.
    ///
    /// Moments that were reserved before are void: their owners reserve again, so their places are free.
    mutating func hold(until instant: Instant) {
        arrival = instant + tolerance
    }
}
