/// What a set of durations is like.
struct Percentiles: Sendable {
    private let sorted: [Duration]

    init(_ durations: [Duration]) { sorted = durations.sorted() }

    /// The smallest duration that at least `share` of all are not above (nearest rank); nil of none.
    subscript(share: Double) -> Duration? {
        guard !sorted.isEmpty else { return nil }
        let rank = (share * Double(sorted.count)).rounded(.up)
        return sorted[min(max(Int(rank), 1), sorted.count) - 1]
    }
}

/// A duration for people: `340 ms`, `1.25 s`.
func readable(_ duration: Duration?) -> String {
    guard let duration else { return "–" }
    let milliseconds = duration / .milliseconds(1)
    return milliseconds < 999.5
        ? "\(decimal(milliseconds, digits: 0)) ms" : "\(decimal(milliseconds / 1000, digits: 2)) s"
}
