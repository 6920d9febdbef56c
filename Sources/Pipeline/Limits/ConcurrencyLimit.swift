import Glibc

/// How many jobs of an account run at once: fewer while the gateway is slower than it usually is.
///
/// It is Gradient2 of Netflix's concurrency-limits: the limit follows the ratio of the usual time of a call to
/// its time now, plus a small queue. Kinds of calls differ, so each time is divided by the usual time of its
/// kind; of the ratios of a second the median counts, because a few calls are always slow (card issuers).
/// Unlike there it starts at its maximum, and what is usual is learnt over time and not over calls.
struct ConcurrencyLimit {
    typealias Instant = ContinuousClock.Instant

    /// A slowdown by less than this factor is none.
    static let tolerance = 1.5
    /// The part of the way to the new limit that is gone each second.
    static let smoothing = 0.5
    /// What remains of the limit after calls without an answer, once a second.
    static let backoff = 0.8
    /// How long it takes to get used to a slower gateway, and to a faster one, in seconds.
    static let slowMemory = 1800.0
    static let fastMemory = 30.0
    /// Ratios that a decision needs, and the longest time it waits for them.
    private static let samplesMin = 10
    private static let samplesMax = 64
    private static let windowMax = Duration.seconds(5)
    /// Calls of a kind before its usual time is known.
    private static let warmUp = 10

    /// The usual time of a kind of call, as the logarithm of its seconds.
    private struct Usual {
        var logarithm = 0.0
        var count = 0
        /// The sum of the deviations in the present window, and how many they are.
        var deviation = 0.0
        var deviations = 0
    }

    private let maximum: Double
    private let isAdaptive: Bool
    private var limit: Double
    private var usual = Array(repeating: Usual(), count: CallKind.allCases.count)
    private var ratios: [Double] = []
    private var windowStart: Instant
    private var runningMost = 0
    private var hasUnanswered = false

    /// It begins at `maximum`, and stays there unless it is adaptive.
    init(maximum: Int, isAdaptive: Bool, at now: Instant) {
        self.maximum = Double(max(1, maximum))
        self.isAdaptive = isAdaptive
        limit = self.maximum
        windowStart = now
        ratios.reserveCapacity(Self.samplesMax)
    }

    /// Jobs that may run at once, at least one.
    var current: Int { max(1, Int((limit + 0.001).rounded(.down))) }

    /// Notes a call's end, while so many jobs are running.
    mutating func ended(
        _ kind: CallKind, isAnswered: Bool, after time: Duration, running: Int, at now: Instant
    ) {
        guard isAdaptive else { return }
        runningMost = max(runningMost, running)
        if isAnswered { note(kind, log(max(time.inSeconds, 1e-6))) } else { hasUnanswered = true }
        let age = now - windowStart
        let isDue = age >= .seconds(1) && (ratios.count >= Self.samplesMin || hasUnanswered)
        if isDue || age >= Self.windowMax { decide(at: now, after: age.inSeconds) }
    }

    private mutating func note(_ kind: CallKind, _ logarithm: Double) {
        let index = kind.rawValue
        guard usual[index].count >= Self.warmUp else {
            usual[index].count += 1
            usual[index].logarithm += (logarithm - usual[index].logarithm) / Double(usual[index].count)
            return
        }
        let deviation = logarithm - usual[index].logarithm
        usual[index].deviation += deviation
        usual[index].deviations += 1
        if ratios.count < Self.samplesMax { ratios.append(deviation) }
    }

    private mutating func decide(at now: Instant, after seconds: Double) {
        if hasUnanswered {
            limit *= Self.backoff
        } else if !ratios.isEmpty {
            let median = ratios.sorted()[ratios.count / 2]
            let gradient = min(max(Self.tolerance / exp(median), 0.5), 1)
            let queue = max(1, maximum / 20)
            let goal = limit * gradient + queue
            // A limit that isn't reached says nothing of what would happen beyond it.
            if goal < limit || Double(runningMost) * 2 >= limit {
                limit += (goal - limit) * min(1, Self.smoothing * min(seconds, 2))
            }
        }
        limit = min(max(limit, 1), maximum)
        learn(after: seconds)
        ratios.removeAll(keepingCapacity: true)
        windowStart = now
        runningMost = 0
        hasUnanswered = false
    }

    /// Gets used to the times of the window that ends.
    private mutating func learn(after seconds: Double) {
        for index in usual.indices where usual[index].deviations > 0 {
            let mean = usual[index].deviation / Double(usual[index].deviations)
            let memory = mean > 0 ? Self.slowMemory : Self.fastMemory
            usual[index].logarithm += mean * min(1, min(seconds, 5) / memory)
            usual[index].deviation = 0
            usual[index].deviations = 0
        }
    }
}
