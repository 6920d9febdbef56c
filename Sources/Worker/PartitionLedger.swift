import DequeModule

/// Which records of one tenure of a partition are done, so that a position is committed only when nothing
/// before it is still open.
///
/// Offsets may have gaps: transaction markers and compaction leave them, so the frontier is the lowest
/// offset *received* and not done. `received` costs O(1), `done` O(log n), amortised.
struct PartitionLedger: Sendable {
    private struct Entry {
        var offset: Int64
        var isDone = false
    }

    /// The position from which records come: one past the last received; nil before the first record of a
    /// group that has never committed.
    private(set) var position: Int64?
    /// Records received and not done.
    private(set) var openCount = 0
    private var entries: Deque<Entry> = []

    init(position: Int64?) { self.position = position }

    /// Records that count against the window: open ones, and done ones above the frontier.
    var heldCount: Int { entries.count }

    /// Every record below this offset is done; it is what may be committed.
    var frontier: Int64? { entries.first?.offset ?? position }

    /// The offsets that are open, in order.
    var openOffsets: [Int64] { entries.lazy.filter { !$0.isDone }.map(\.offset) }

    /// Notes a record; false where it came before, and must not be run again.
    mutating func received(_ offset: Int64) -> Bool {
        if let position, offset < position { return false }
        entries.append(Entry(offset: offset))
        position = offset + 1
        openCount += 1
        return true
    }

    /// Notes that a record is done, and returns by how many records the window has moved on.
    ///
    /// A record that is unknown, or done already, changes nothing.
    mutating func done(_ offset: Int64) -> Int {
        guard let index = index(of: offset), !entries[index].isDone else { return 0 }
        entries[index].isDone = true
        openCount -= 1
        var moved = 0
        while let first = entries.first, first.isDone {
            entries.removeFirst()
            moved += 1
        }
        return moved
    }

    private func index(of offset: Int64) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].offset == offset ? low : nil
    }
}
