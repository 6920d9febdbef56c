@testable import Pipeline

/// A gateway's limit on calls, of which it says nothing but 429.
struct HiddenLimit {
    typealias Instant = ContinuousClock.Instant

    enum Kind: String, CaseIterable {
        /// A token bucket with room for a tenth of a second, and for five calls at least.
        case bucket
        /// So many calls in each second of the gateway's clock.
        case fixedWindow
        /// So many calls in any second.
        case slidingWindow
    }

    let kind: Kind
    var callsPerSecond: Double
    private var tokens = 0.0
    private var refilledAt: Instant
    private let origin: Instant
    private var windowIndex = 0
    private var windowCount = 0
    private var admitted: [Instant] = []
    private var firstAdmitted = 0

    init(_ kind: Kind, callsPerSecond: Double, at now: Instant) {
        self.kind = kind
        self.callsPerSecond = callsPerSecond
        origin = now
        refilledAt = now
    }

    /// Whether a call that arrives at `now` is let through.
    mutating func admit(at now: Instant) -> Bool {
        switch kind {
        case .bucket:
            let burst = max(5, callsPerSecond / 10)
            tokens = min(burst, tokens + (now - refilledAt).inSeconds * callsPerSecond)
            refilledAt = now
            if tokens < 1 { return false }
            tokens -= 1
        case .fixedWindow:
            let index = Int((now - origin).inSeconds)
            if index != windowIndex { (windowIndex, windowCount) = (index, 0) }
            if Double(windowCount) >= callsPerSecond { return false }
            windowCount += 1
        case .slidingWindow:
            while firstAdmitted < admitted.count, now - admitted[firstAdmitted] >= .seconds(1) {
                firstAdmitted += 1
            }
            if Double(admitted.count - firstAdmitted) >= callsPerSecond { return false }
            admitted.append(now)
        }
        return true
    }
}
