import Glibc

/// Finds the rate that the gateway allows where it says no more than 429.
///
/// It is CUBIC (RFC 9438) on a rate instead of a window, as in the AWS SDKs' adaptive retry mode: one decrease
/// for each congestion event, back to just below the rate that was refused, a plateau there, and a growth that
/// becomes faster the longer nothing is refused. The drop itself (``drop``) is deeper than where the curve
/// begins (``start``) and short, so that a gateway which counts by windows has room at once. Where the
/// refused rate isn't known yet, it is searched for as in TCP's slow start.
struct RateGovernor {
    typealias Instant = ContinuousClock.Instant

    /// What a decrease leaves at first, as in RFC 9438, section 4.6.
    static let drop = 0.7
    /// Where the curve begins, as a part of the refused rate.
    static let start = 0.97
    /// The same for a few calls a second, of which some are refused by chance.
    static let startOfFew = 0.95
    /// Fewer calls a second than this are few.
    static let few = 10.0
    /// How long the way from ``drop`` to ``start`` takes, in seconds.
    static let recovery = 2.0
    /// The time to reach the refused rate again, in seconds, at most and at least.
    static let plateauMax = 120.0
    static let plateauMin = 30.0
    /// Calls that are made before the refused rate is reached again: one in so many may be refused.
    static let plateauCalls = 250.0
    /// The pause after a refusal that names none: most limits count by the second.
    static let pause = Duration.seconds(1)
    /// The time in which the ceiling doubles while the refused rate isn't known, in seconds.
    static let doubling = 1.0
    /// The part of the refused rate that is taken off, because what is allowed is less.
    static let margin = 0.01
    /// What is taken off in addition at most, the more the sooner it was refused again.
    static let haste = 0.06
    /// Up to when a refusal is soon after the last one, in seconds of use.
    static let soon = 10.0
    /// By how much the plateau is shorter where the refused rate was found by searching.
    private static let searchedPart = 3.0
    /// How long nothing has to be refused until a ceiling that isn't reached any more is dropped, in seconds.
    static let searchMin = 30.0
    /// Calls that have to be expected in a measured time before the measure replaces a ceiling.
    private static let expectedMin = 10.0
    /// The ceiling never falls below this many calls a second.
    static let floor = 0.1
    /// How far beyond the configured rate the curve has to get before the ceiling is dropped.
    private static let headroom = 1.25
    /// How far beyond the refused rate it has to get where no rate is configured.
    private static let freedom = 4.0

    /// Calls a second at most; nil while nothing was refused.
    private(set) var ceiling: Double?
    private var refusedRate = 0.0
    /// The rate that was used when it was refused; infinite where none was known.
    private var usedRate = Double.infinity
    /// Whether it is a measure from the end of a search.
    private var wasSearched = false
    /// Whether the refused rate is only what was accepted about then, and not a rate that was used.
    private var isSearching = false
    /// For how long the ceiling has been used since the last decrease, in seconds.
    private var used = 0.0
    private var usedUpTo: Instant
    private var decreasedAt: Instant?
    private var pausedUntil: Instant?
    private var sent: CallMeter
    private var accepted: CallMeter

    /// Without a ceiling.
    init(at now: Instant) {
        usedUpTo = now
        sent = CallMeter(at: now)
        accepted = CallMeter(at: now)
    }

    /// Notes that a call is made.
    mutating func began(at now: Instant) { sent.count(at: now) }

    /// Notes an answer other than 429 to a call that began at `began`.
    mutating func accepted(began: Instant, at now: Instant) {
        accepted.count(at: now)
        // A refusal is answered at once, and so before the calls that were let through with it.
        guard isSearching, let ceiling, let decreasedAt, began <= decreasedAt else { return }
        let accepted = accepted.sum(over: 1, at: now)
        let measured = min(Double(accepted.count) / accepted.seconds, usedRate)
        guard measured > refusedRate else { return }
        self.ceiling = ceiling * measured / refusedRate
        refusedRate = measured
    }

    /// Lets the ceiling grow for the time that it has been used; true where it isn't needed any more.
    ///
    /// What is `configured` are the calls a second that are allowed without it; nil for no limit.
    mutating func grow(at now: Instant, configured: Double?) -> Bool {
        guard let ceiling, now > usedUpTo else { return false }
        let elapsed = (now - usedUpTo).inSeconds
        usedUpTo = now
        // Without a share nothing is called, and nothing is learnt.
        if configured == 0 { return false }
        let limit = min(ceiling, configured ?? ceiling)
        let window = Self.window(limit)
        let sent = sent.sum(over: window, at: now)
        // What isn't used says nothing of what would be allowed.
        let allowed = pausedUntil.map { min(window, max(0, (now - $0).inSeconds)) } ?? window
        let isUsed = Double(sent.count + 1) >= limit / 2 * allowed
        if isUsed {
            used += elapsed
            self.ceiling = max(Self.floor, curve(used))
        }
        let isFree = isFree(configured: configured, isUsed: isUsed)
        if isFree { self.ceiling = nil }
        return isFree
    }

    private func isFree(configured: Double?, isUsed: Bool) -> Bool {
        guard let ceiling else { return false }
        if let configured { return ceiling >= configured * Self.headroom }
        if isSearching { return !isUsed && used >= Self.searchMin }
        return ceiling >= refusedRate * Self.freedom
    }

    /// Notes a 429 to a call that began at `began`.
    ///
    /// - Returns: Until when no call may be made.
    mutating func throttled(
        began: Instant, at now: Instant, configured: Double?, retryAfter: Duration?
    ) -> Instant {
        let until = now + (retryAfter ?? Self.pause)
        defer { pausedUntil = max(pausedUntil ?? until, until) }
        // One congestion event is answered once, however many calls were on their way.
        if let pausedUntil, began < pausedUntil { return retryAfter == nil ? pausedUntil : until }
        // A share that is gone by now says nothing of the rate at which the call was made.
        let allowed = configured.flatMap { $0 > 0 ? $0 : nil } ?? .infinity
        let current = min(ceiling ?? .infinity, allowed)
        let accepted = accepted.sum(over: Self.window(current), at: now)
        let measured = Double(max(1, accepted.count)) / accepted.seconds
        // Of a few calls a second the measure is too rough to be believed against a ceiling.
        let isRough = ceiling != nil && current * accepted.seconds < Self.expectedMin
        let wasSearching = isSearching && ceiling != nil
        isSearching = !isRough && measured < current / 2
        usedRate = current
        if isSearching || (wasSearching && !isRough) {
            // The ceiling doubled meanwhile, and the measure is its mean; of few calls it is too rough for that.
            let doublings = accepted.seconds / Self.doubling
            let isMean = wasSearching && measured >= Self.few
            let end = isMean ? measured * doublings * M_LN2 / (1 - exp2(-doublings)) : measured
            refusedRate = max(Self.floor, min(current, end))
            wasSearched = true
        } else {
            wasSearched = false
            refusedRate = max(Self.floor, current * (1 - lowering(of: current)))
        }
        decreasedAt = now
        used = 0
        usedUpTo = max(now, until)
        ceiling = max(Self.floor, refusedRate * Self.drop)
        return until
    }

    /// The ceiling after `seconds` of use.
    private func curve(_ seconds: Double) -> Double {
        if isSearching { return refusedRate * Self.drop * exp2(min(seconds / Self.doubling, 60)) }
        if seconds < Self.recovery {
            return refusedRate * (Self.drop + (start - Self.drop) * seconds / Self.recovery)
        }
        let distance = (seconds - Self.recovery - plateau) / plateau
        return refusedRate * (1 + (1 - start) * distance * distance * distance)
    }

    /// The part of `rate` by which less is taken for refused; none of a few calls, which are refused by chance.
    private func lowering(of rate: Double) -> Double {
        guard rate >= Self.few else { return 0 }
        let early = ceiling == nil ? 0 : max(0, 1 - used / Self.soon)
        return Self.margin + Self.haste * early * early
    }

    private var start: Double { refusedRate < Self.few ? Self.startOfFew : Self.start }

    private var plateau: Double {
        let whole = min(max(Self.plateauCalls / refusedRate, Self.plateauMin), Self.plateauMax)
        return wasSearched ? whole / Self.searchedPart : whole
    }

    /// The time in which some calls are to be expected at `rate`, in seconds.
    private static func window(_ rate: Double) -> Double { min(max(8 / rate, 1), 4) }
}
