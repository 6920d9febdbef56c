/// Calls that may be made now, and the line of those that wait for theirs.
///
/// The number of calls granted so far is those made plus ``tokens``; a call in the line may be made when that
/// number has reached its own. The rate and the capacity are arguments, because both change all the time.
struct TokenBucket {
    typealias Instant = ContinuousClock.Instant

    private struct Waiter {
        var id: UInt64
        /// The moment it was told to come back at.
        var due: Instant?
    }

    /// For how long a call that comes late finds what was granted meanwhile: timers are late.
    static let lateness = Duration.milliseconds(20)
    /// The longest time until the next question; the rate may have changed by then.
    static let patience = Duration.seconds(5)
    /// No turn is told to be later than this.
    private static let farAway = Duration.seconds(86_400)
    /// Sums of fractions are not exact.
    private static let epsilon = 1e-6

    /// Calls that may be made at once.
    private(set) var tokens = 0.0
    /// No call may be made before.
    private(set) var heldUntil: Instant?
    private var line: [Waiter] = []
    private var refilledAt: Instant
    /// What was allowed when it was asked last; nothing before it was asked at all.
    private var former: (rate: Double?, capacity: Double) = (0, 0)
    /// The longest line since the last hold began.
    private var longestLine = 0
    private var newcomersDue: Instant?

    /// An empty bucket.
    init(at now: Instant) { refilledAt = now }

    /// How many calls wait for their turn.
    var waiting: Int { line.count }

    /// Adds what was granted since the last time.
    ///
    /// It has to be called whenever the allowance changes: for the time in between only the smaller one is sure.
    mutating func refill(at now: Instant, _ allowance: Allowance) {
        let rate = currentRate(allowance, at: now)
        if now > refilledAt {
            let seconds = (now - refilledAt).inSeconds
            if let rate { tokens += seconds * min(rate, former.rate ?? rate) }
            refilledAt = now
        }
        let capacity = allowance.rate == nil ? 1 : allowance.capacity
        let sure = min(capacity, former.capacity)
        tokens = min(tokens, sure > 0 ? max(sure, 1 + late(at: now, rate: rate)) : 0)
        former = (rate, capacity)
        if rate == nil { tokens = 0 }
    }

    /// Whether a call that isn't in the line may be made now: nil, and it is paid for; else the moment to ask
    /// again.
    mutating func take(at now: Instant, _ allowance: Allowance) -> Instant? {
        let moment = moment(ahead: line.count, at: now, allowance)
        if moment != nil { newcomersDue = moment }
        return moment
    }

    /// Puts a call into the line, by its number.
    mutating func join(_ id: UInt64) {
        longestLine = max(longestLine, line.count + 1)
        if line.last.map({ $0.id < id }) ?? true { return line.append(Waiter(id: id)) }
        line.insert(Waiter(id: id), at: line.firstIndex { $0.id > id } ?? line.endIndex)
    }

    /// Whether the call `id`, which is in the line, may be made now: nil, and it is paid for and leaves the
    /// line; else the moment at which its turn comes, as things are.
    mutating func take(_ id: UInt64, at now: Instant, _ allowance: Allowance) -> Instant? {
        guard let place = line.firstIndex(where: { $0.id == id }) else { return nil }
        if let moment = moment(ahead: place, at: now, allowance, patience: nil) {
            line[place].due = moment
            return moment
        }
        line.remove(at: place)
        return nil
    }

    /// Takes a call out of the line; those behind it move up.
    mutating func leave(_ id: UInt64) { line.removeAll { $0.id == id } }

    /// Gives a paid call back; the next refill takes it away again where the bucket is full.
    mutating func giveBack() { tokens += 1 }

    /// Takes `calls` that were made without being paid for: those after them wait.
    mutating func charge(_ calls: Int) { tokens -= Double(calls) }

    /// Takes away what is there; what was granted since the last time is gone, too.
    mutating func empty(at now: Instant) {
        tokens = min(tokens, 0)
        refilledAt = max(refilledAt, now)
    }

    /// Lets no call be made before `instant`, and starts from an empty bucket then.
    ///
    /// Calls that were paid for and not made have to ``join(_:)`` the line again.
    mutating func hold(until instant: Instant) {
        tokens = min(tokens, 0)
        heldUntil = max(heldUntil ?? instant, instant)
        longestLine = line.count
        refilledAt = max(refilledAt, instant)
    }

    /// Pays where nobody in front needs what is there.
    private mutating func moment(
        ahead: Int, at now: Instant, _ allowance: Allowance, patience: Duration? = Self.patience
    ) -> Instant? {
        refill(at: now, allowance)
        let start = max(now, heldUntil ?? now)
        guard let rate = currentRate(allowance, at: now) else { return start > now ? start : nil }
        let missing = Double(ahead + 1) - tokens
        if start <= now, missing <= Self.epsilon {
            tokens -= 1
            return nil
        }
        // A worker without a share has to ask for one again soon.
        guard rate > 0 else { return start + .seconds(1) }
        let seconds = max(missing, Self.epsilon) / rate
        return start + .seconds(min(seconds, (patience ?? Self.farAway).inSeconds)) + .microseconds(1)
    }

    /// Without a limit nothing else keeps those who waited for a hold's end from calling at the same instant.
    private func currentRate(_ allowance: Allowance, at now: Instant) -> Double? {
        if let rate = allowance.rate { return rate }
        guard let heldUntil, now < heldUntil + .seconds(1) else { return nil }
        return max(10, Double(longestLine))
    }

    /// What may be there beside one call, because it was meant for somebody who is on the way.
    private func late(at now: Instant, rate: Double?) -> Double {
        guard let rate, let due = [line.first?.due, newcomersDue].compactMap(\.self).min(), due < now else {
            return 0
        }
        let late = now - due
        return late < .seconds(1) ? rate * min(late, Self.lateness).inSeconds : 0
    }
}
