/// How many calls a second were counted lately.
struct CallMeter {
    typealias Instant = ContinuousClock.Instant

    /// The time that one count covers, in seconds.
    private static let slotLength = 0.5
    private static let slotCount = 10

    private let origin: Instant
    private var counts = Array(repeating: 0, count: slotCount)
    /// The slot of the last count, by its number since `origin`.
    private var latest = 0

    /// Nothing was counted before `now`.
    init(at now: Instant) { origin = now }

    /// Counts one more.
    mutating func count(at now: Instant) {
        moveOn(to: slot(at: now))
        counts[latest % Self.slotCount] += 1
    }

    /// The count within the last `seconds`, 1 to 4, or up to half a second longer, and how long that was.
    mutating func sum(over seconds: Double, at now: Instant) -> (count: Int, seconds: Double) {
        moveOn(to: slot(at: now))
        let slots = min(Self.slotCount, Int((seconds / Self.slotLength).rounded(.up)) + 1)
        let oldest = max(0, latest - slots + 1)
        let count = (oldest...latest).reduce(0) { $0 + counts[$1 % Self.slotCount] }
        return (count, max(seconds, (now - origin).inSeconds - Double(oldest) * Self.slotLength))
    }

    private func slot(at now: Instant) -> Int { max(0, Int((now - origin).inSeconds / Self.slotLength)) }

    private mutating func moveOn(to slot: Int) {
        guard slot > latest else { return }
        let first = max(latest + 1, slot - Self.slotCount + 1)
        for passed in first...slot { counts[passed % Self.slotCount] = 0 }
        latest = slot
    }
}
