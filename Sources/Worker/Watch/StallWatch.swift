/// Notices partitions whose frontier stands still: everything behind it can't be committed.
struct StallWatch: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The lowest open record of a tenure.
    struct Frontier: Sendable, Hashable {
        let tenure: Int
        let offset: Int64
    }

    /// A frontier that has stood still for too long.
    struct Standstill: Sendable, Hashable {
        let frontier: Frontier
        let age: Duration
        /// Whether it is to be told now: at first, and whenever it has become twice as old since.
        let isNews: Bool
    }

    private struct Seen {
        let offset: Int64
        let since: Instant
        var toldAge: Duration?
    }

    private let limit: Duration
    private var seen: [Int: Seen] = [:]

    init(limit: Duration) { self.limit = limit }

    /// Notes where the frontiers are; tenures that aren't named have none, or have ended.
    ///
    /// - Returns: Those that have stood still for the limit or longer, the oldest first, and those that were
    ///   told of and have moved since.
    mutating func look(
        at frontiers: [Frontier], now: Instant
    ) -> (standing: [Standstill], moved: [Frontier]) {
        var next: [Int: Seen] = [:]
        var standing: [Standstill] = []
        for frontier in frontiers {
            var entry = Seen(offset: frontier.offset, since: now)
            if let known = seen[frontier.tenure], known.offset == frontier.offset { entry = known }
            let age = now - entry.since
            if age >= limit {
                let isNews = entry.toldAge.map { age >= $0 * 2 } ?? true
                if isNews { entry.toldAge = age }
                standing.append(Standstill(frontier: frontier, age: age, isNews: isNews))
            }
            next[frontier.tenure] = entry
        }
        let moved = seen.filter { $0.value.toldAge != nil && next[$0.key]?.offset != $0.value.offset }
            .map { Frontier(tenure: $0.key, offset: $0.value.offset) }
        seen = next
        return (standing.sorted { $0.age > $1.age }, moved.sorted { $0.tenure < $1.tenure })
    }
}
