import DequeModule

/// Which records of one tenure of a partition may start, which are done, and what may be committed.
///
/// Three things hold at any moment, whatever is lost on the way:
///
/// * A position is committed only when nothing before it is open.
/// * A record starts only below the horizon of the last acknowledged commit. So whoever comes next knows of
///   every job that may have been attempted.
/// * A record starts only where the map has room for it with everything before it, whichever of them will be
///   done (``OffsetMap``). So a map always fits its commit. The frontier's record has room always.
///
/// Offsets may have gaps: transaction markers and compaction leave them, so the frontier is the lowest
/// offset *received* and not done. All but `done` costs O(1) for a record, amortised; `done` costs O(log n) of
/// the records held; sealing a commit is linear in them, once for all the jobs in it.
struct PartitionLedger: Sendable {
    struct Entry {
        var offset: Int64
        var isDone = false
    }

    /// What a ledger is bounded by.
    struct Limits: Hashable, Sendable {
        /// Offsets by which the horizon goes ahead of the position.
        var window: Int
        /// Characters that a map may have.
        var mapLengthMax = OffsetMap.lengthMax
        /// Offsets that a map may have to speak of.
        var mapCountMax = OffsetMap.countMax
    }

    let limits: Limits
    /// The position from which records come: one past the last received.
    private(set) var position: Int64
    /// Records received and not done.
    private(set) var openCount = 0
    /// Entries and comparisons that were gone through so far, which is what a ledger costs.
    private(set) var stepCount = 0
    private var entries: Deque<Entry> = []
    /// How many of the first records held may start, or could.
    private(set) var admittedCount = 0
    /// How many of the first entries were started, or didn't have to be.
    private var startedCount = 0
    /// Done offsets of earlier tenures whose records haven't come yet, in order.
    private var inherited: Deque<Int64> = []
    /// The sums of ``OffsetMap/step(from:to:)`` between neighbours, among admitted and among inherited ones.
    private var admittedSteps = 0
    private var inheritedSteps = 0
    /// Offsets below may have been attempted by an earlier tenure.
    private(set) var attemptedBelow: Int64
    var commits: CommitHistory

    /// A ledger that goes on where an earlier tenure ended.
    init(_ start: Takeover.Start, limits: Limits) {
        precondition(limits.window > 0, "a window holds at least the frontier")
        precondition(
            (1...OffsetMap.lengthMax).contains(limits.mapLengthMax)
                && (1...OffsetMap.countMax).contains(limits.mapCountMax), "else a map can't be read again")
        self.limits = limits
        position = start.position
        attemptedBelow = start.horizon
        commits = CommitHistory(start)
        inherited = Deque(start.done)
        for (offset, next) in zip(start.done, start.done.dropFirst()) {
            inheritedSteps += OffsetMap.step(from: offset, to: next)
        }
    }

    /// Records that count against the window: open ones, and done ones above the frontier.
    var heldCount: Int { entries.count }

    /// Every record below this offset is done; it is what may be committed.
    var frontier: Int64 { entries.first?.offset ?? position }

    /// The offsets that are open, in order.
    var openOffsets: [Int64] { entries.lazy.filter { !$0.isDone }.map(\.offset) }

    /// Done offsets from the frontier on that the map has room for, in order.
    var doneOffsets: [Int64] { state(adding: []).done }

    /// Frontier and done offsets as they are once `finished` are done too, and how many of these are open now.
    ///
    /// A record that hasn't started isn't counted among them: a map may have no room for it yet.
    func state(adding finished: Set<Int64>) -> (frontier: Int64, done: [Int64], added: Int) {
        var frontier: Int64?
        var done: [Int64] = []
        var added = 0
        for (index, entry) in entries.enumerated() {
            let isAdded = !entry.isDone && index < startedCount && finished.contains(entry.offset)
            if isAdded { added += 1 }
            if !entry.isDone, !isAdded {
                frontier = frontier ?? entry.offset
            } else if frontier != nil, index < admittedCount {
                done.append(entry.offset)
            }
        }
        return (frontier ?? position, done + inherited, added)
    }

    /// Characters that the map can need for what is admitted, of ``Limits/mapLengthMax``.
    var mapLengthBound: Int { mapLengthBound(last: lastAdmitted) }

    /// Whether a record has come that may not start before a higher horizon is acknowledged.
    var waitsForHorizon: Bool {
        admittedCount < entries.count && entries[admittedCount].offset >= commits.acknowledgedHorizon
    }

    /// What became of a record that was received.
    enum Reception: Hashable, Sendable {
        /// It is to be done, as soon as ``next()`` names it.
        case open
        /// An earlier tenure has done it, and it must not be run; the window has moved on by so many records.
        case done(moved: Int)
        /// It came before.
        case again
    }

    /// Notes a record.
    mutating func received(_ offset: Int64) -> Reception {
        if offset < position { return .again }
        stepCount += 1
        // What the log has no record of any more, nobody will ever ask for.
        while let first = inherited.first, first < offset { dropFirstInherited() }
        let isDone = inherited.first == offset
        if isDone { dropFirstInherited() }
        entries.append(Entry(offset: offset, isDone: isDone))
        position = offset + 1
        if !isDone { openCount += 1 }
        let moved = isDone ? advanceFrontier() : 0
        admit()
        return isDone ? .done(moved: moved) : .open
    }

    /// Learns that earlier tenures have started nothing from `offset` on, whatever the horizon says.
    ///
    /// What was started was in the log. So it is the log's end, asked at a moment from which on no earlier owner
    /// starts anything: without that a backlog of a whole horizon would count as attempted after a crash, though
    /// most of it hadn't been written yet.
    mutating func limitAttempted(below offset: Int64) { attemptedBelow = min(attemptedBelow, offset) }

    /// A record that may start now.
    struct Dispatch: Hashable, Sendable {
        let offset: Int64
        /// Whether an earlier tenure may have started its job.
        let isMaybeAttempted: Bool
    }

    /// The next record in order that may start, once each; nil while there is none.
    mutating func next() -> Dispatch? {
        while startedCount < admittedCount {
            stepCount += 1
            let entry = entries[startedCount]
            startedCount += 1
            if !entry.isDone {
                return Dispatch(offset: entry.offset, isMaybeAttempted: entry.offset < attemptedBelow)
            }
        }
        return nil
    }

    /// Notes that a record is done, and returns by how many records the window has moved on.
    ///
    /// A record that is unknown, or done already, changes nothing.
    mutating func done(_ offset: Int64) -> Int {
        guard let index = index(of: offset), !entries[index].isDone else { return 0 }
        entries[index].isDone = true
        openCount -= 1
        commits.noteChange()
        let moved = advanceFrontier()
        if moved > 0 { admit() }
        return moved
    }

    /// Lets every further record in that is below the acknowledged horizon and that the map has room for.
    mutating func admit() {
        while admittedCount < entries.count {
            let offset = entries[admittedCount].offset
            guard offset < commits.acknowledgedHorizon else { return }
            stepCount += 1
            // The frontier always goes on; what is forgotten for it is looked up by whoever comes next.
            while admittedCount == 0, !inherited.isEmpty, !hasRoom(for: offset) { dropLastInherited() }
            guard admittedCount == 0 || hasRoom(for: offset) else { return }
            if let lastAdmitted { admittedSteps += OffsetMap.step(from: lastAdmitted, to: offset) }
            admittedCount += 1
        }
    }

    private func hasRoom(for offset: Int64) -> Bool {
        guard admittedCount + inherited.count < limits.mapCountMax else { return false }
        let step = lastAdmitted.map { OffsetMap.step(from: $0, to: offset) } ?? 0
        return mapLengthBound(last: offset) + step <= limits.mapLengthMax
    }

    private var lastAdmitted: Int64? { admittedCount > 0 ? entries[admittedCount - 1].offset : nil }

    /// The bound for what is admitted and inherited, where `last` is the highest admitted offset.
    private func mapLengthBound(last: Int64?) -> Int {
        guard let lower = last ?? inherited.first, let upper = inherited.first ?? last else { return 0 }
        return 1 + admittedSteps + OffsetMap.step(from: lower, to: upper) + inheritedSteps
    }

    private mutating func advanceFrontier() -> Int {
        var moved = 0
        while let first = entries.first, first.isDone {
            entries.removeFirst()
            if admittedCount > 1, let next = entries.first {
                admittedSteps -= OffsetMap.step(from: first.offset, to: next.offset)
            }
            admittedCount = max(0, admittedCount - 1)
            startedCount = max(0, startedCount - 1)
            moved += 1
        }
        stepCount += moved
        return moved
    }

    private mutating func dropFirstInherited() {
        let first = inherited.removeFirst()
        if let next = inherited.first { inheritedSteps -= OffsetMap.step(from: first, to: next) }
        stepCount += 1
    }

    private mutating func dropLastInherited() {
        let last = inherited.removeLast()
        if let previous = inherited.last { inheritedSteps -= OffsetMap.step(from: previous, to: last) }
        stepCount += 1
    }

    private mutating func index(of offset: Int64) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
            stepCount += 1
        }
        return low < entries.count && entries[low].offset == offset ? low : nil
    }
}
