import DequeModule
import PaymentJobs
import Pipeline

/// Decides which answers go to a topic next: in order within a lane, and again after a pause where the
/// broker didn't take one.
struct LetterQueue {
    typealias Instant = ContinuousClock.Instant

    /// One finished record.
    struct Entry: Sendable {
        let ticket: Ticket
        let lane: Lane
        /// What to publish; nil for a record without an answer.
        var letter: Letter?
        /// How often the broker didn't take it.
        var failures = 0
        /// When the next try is due.
        var notBefore: Instant?
    }

    private let retryPause: Duration
    private var fresh: [Entry] = []
    /// Lanes whose first answer waits for another try, with the answers behind it.
    private var held: [Lane: Deque<Entry>] = [:]
    /// When the first answer of a held lane is due; nil while it is being sent.
    private var due: [Lane: Instant] = [:]

    /// The newest tenures that have ended: a job of theirs may still be running.
    private var ended: Set<Int> = []
    private static let endedMax = 10_000
    private var wentAlone = false

    init(retryPause: Duration) { self.retryPause = retryPause }

    /// When the next try is due.
    var nextTry: Instant? { due.values.min() }

    /// Whether answers wait that can be sent at once.
    var hasFresh: Bool { !fresh.isEmpty }

    mutating func add(_ completion: Completion) {
        var entry = Entry(ticket: completion.ticket, lane: completion.lane)
        if case .answered(let message) = completion.ending {
            entry.letter = Letter(message: message, origin: completion.origin)
        }
        add(entry)
    }

    /// Takes an answer; one of an ended tenure is its next owner's to give.
    mutating func add(_ entry: Entry) {
        if !ended.contains(entry.ticket.tenure) { fresh.append(entry) }
    }

    /// What may be sent now; nothing else is taken before each of it was reported as sent, failed or put back.
    ///
    /// An answer that was too large goes alone: what was too large may have been its batch. Of those that are
    /// written all or none, each that was refused goes alone, since the others would share its fate.
    ///
    /// - Parameters:
    ///   - now: The present moment.
    ///   - limit: How many at most.
    ///   - isAtomic: Whether all of them are written or none; else it is at most one of each lane, since a
    ///     second one must not be written where the first is refused.
    /// - Returns: The answers, in order within each lane.
    mutating func take(at now: Instant, limit: Int = .max, isAtomic: Bool = false) -> [Entry] {
        let lanes = due.filter { $0.value <= now }.sorted { $0.value < $1.value }.map(\.key)
        let again = lanes.compactMap { held[$0]?.first }
        let alone = again.first { $0.goesAlone(isAtomic: isAtomic) }
        // In turn with the others, however many have to go alone.
        wentAlone = alone != nil && !(wentAlone && !fresh.isEmpty)
        if wentAlone, let alone {
            due[alone.lane] = nil
            return [alone]
        }
        let batch = Array(again.lazy.filter { !$0.goesAlone(isAtomic: isAtomic) }.prefix(limit))
        for entry in batch { due[entry.lane] = nil }
        return batch + takeFresh(limit: limit - batch.count, isAtomic: isAtomic)
    }

    /// The fresh answers of lanes that aren't held.
    private mutating func takeFresh(limit: Int, isAtomic: Bool) -> [Entry] {
        var taken: [Entry] = []
        var later: [Entry] = []
        var lanes: Set<Lane> = []
        for entry in fresh {
            if held[entry.lane] != nil, entry.letter != nil {
                held[entry.lane]?.append(entry)
            } else if taken.count < limit, lanes.insert(entry.lane).inserted || isAtomic {
                taken.append(entry)
            } else {
                later.append(entry)
            }
        }
        fresh = later
        return taken
    }

    /// An answer was acknowledged; what waited behind it is next.
    mutating func sent(_ entry: Entry) {
        guard let lane = held[entry.lane], lane.first?.ticket == entry.ticket else { return }
        let rest = lane.dropFirst()
        if let instant = rest.first?.notBefore {
            held[entry.lane] = Deque(rest)
            due[entry.lane] = instant
        } else {
            held[entry.lane] = nil
            fresh.insert(contentsOf: rest, at: 0)
        }
    }

    /// An answer was not taken: it waits, made smaller where it was too large.
    ///
    /// - Returns: The answer as it waits; nil where its tenure has ended meanwhile.
    mutating func failed(_ entry: Entry, isTooLarge: Bool, at now: Instant) -> Entry? {
        guard !ended.contains(entry.ticket.tenure) else { return nil }
        var entry = entry
        entry.failures += 1
        entry.notBefore = now + retryPause
        if isTooLarge { entry.letter = entry.letter?.smaller() }
        if held[entry.lane]?.first?.ticket == entry.ticket {
            held[entry.lane]?[0] = entry
        } else {
            held[entry.lane] = [entry]
        }
        due[entry.lane] = now + retryPause
        return entry
    }

    /// Answers were not sent, for no fault of theirs; they are next, in their order.
    mutating func putBack(_ entries: [Entry], at now: Instant) {
        var first: [Entry] = []
        for entry in entries where !ended.contains(entry.ticket.tenure) {
            if held[entry.lane]?.first?.ticket == entry.ticket {
                due[entry.lane] = now
            } else {
                first.append(entry)
            }
        }
        fresh.insert(contentsOf: first, at: 0)
    }

    /// Answers were not sent because the one at `refused` was not taken: it waits, with those of its lane that
    /// come after it, and the others are next.
    mutating func putBack(
        _ entries: [Entry], refused: Int, isTooLarge: Bool, at now: Instant
    ) {
        let lane = entries[refused].lane
        let isFailed = failed(entries[refused], isTooLarge: isTooLarge, at: now) != nil
        var others = entries
        others.remove(at: refused)
        // What its lane has before it stays before it.
        let earlier = entries[..<refused].filter { $0.lane == lane }
        if isFailed, !earlier.isEmpty {
            others.removeAll { entry in earlier.contains { $0.ticket == entry.ticket } }
            held[lane]?.insert(contentsOf: earlier, at: 0)
            due[lane] = now
        }
        putBack(others, at: now)
    }

    /// Forgets the answers of a tenure that has ended.
    mutating func drop(tenure: Int) {
        ended.insert(tenure)
        if ended.count > Self.endedMax, let oldest = ended.min() { ended.remove(oldest) }
        fresh.removeAll { $0.ticket.tenure == tenure }
        for (lane, entries) in held where entries.first?.ticket.tenure == tenure {
            held[lane] = nil
            due[lane] = nil
        }
    }
}

extension LetterQueue.Entry {
    /// Whether it is the only one of its batch.
    fileprivate func goesAlone(isAtomic: Bool) -> Bool {
        guard let letter else { return false }
        return letter.size != .whole || (isAtomic && failures > 0)
    }
}
