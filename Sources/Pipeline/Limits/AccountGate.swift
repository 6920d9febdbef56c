import PaymentJobs

/// One account's limit on calls.
///
/// Every call to the gateway passes here, look-ups and tokens included.
actor AccountGate {
    /// How a call came through.
    enum Passage: Sendable {
        /// Without a wait.
        case atOnce
        /// After a wait, in which its job may have been taken back.
        case afterWaiting
    }

    private var bucket: TokenBucket?
    private var heldUntil: ContinuousClock.Instant?
    private var holds = 0
    private var sleepers: [Int: (tenure: Int, door: AsyncStream<Never>.Continuation)] = [:]
    private var nextSleeper = 0
    private let time: any Timekeeper

    /// A gate without a limit where `limit` is nil.
    init(limit: RateLimit?, time: any Timekeeper) {
        bucket = limit.map { TokenBucket(rate: $0.callsPerSecond, burst: $0.burst) }
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

/// A limit on the calls to the gateway.
public struct RateLimit: Sendable, Hashable {
    /// Calls a second in the long run.
    public var callsPerSecond: Double
    /// Calls that may be made at once after a pause.
    public var burst: Int

    /// Nil unless the rate is positive and the burst at least one.
    public init?(callsPerSecond: Double, burst: Int) {
        guard callsPerSecond > 0, callsPerSecond.isFinite, burst >= 1 else { return nil }
        self.callsPerSecond = callsPerSecond
        self.burst = burst
    }
}
