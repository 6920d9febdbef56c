/// Decides which partition is read next and how far: credit, fairness and what is known to be waiting.
///
/// Credit is additive. A record is taken only if both its partition and the total have credit left.
struct RecordDemand: Sendable {
    /// Permission to read up to `limit` records of one partition.
    struct Turn: Equatable, Sendable {
        let partition: TopicPartition
        let limit: Int
    }

    private struct Share: Sendable {
        let partition: TopicPartition
        var credit = 0
        /// False only after the partition's queue was seen empty with no wake-up since.
        var mayHaveRecords = true
    }

    /// Records of one turn, so that no partition keeps the others waiting.
    let turnMax: Int
    private(set) var total = 0
    private var shares: [Share] = []
    private var places: [TopicPartition: Int] = [:]
    private var cursor = 0

    init(turnMax: Int = 64) { self.turnMax = turnMax }

    /// Begins with no credit for the partition; nothing happens if it is known already.
    mutating func add(_ partition: TopicPartition) {
        guard places[partition] == nil else { return }
        places[partition] = shares.count
        shares.append(Share(partition: partition))
    }

    /// The partition's credit is void; the total stays, since none of it was used.
    mutating func remove(_ partition: TopicPartition) {
        guard let place = places.removeValue(forKey: partition) else { return }
        shares.remove(at: place)
        for index in shares.indices.dropFirst(place) { places[shares[index].partition] = index }
        if cursor > place { cursor -= 1 }
    }

    /// Adds credit.
    ///
    /// Negative amounts count as none; unknown partitions are passed over.
    mutating func grant(total amount: Int, partitions: [TopicPartition: Int]) {
        total = RecordDemand.sum(total, amount)
        for (partition, amount) in partitions {
            guard let place = places[partition] else { continue }
            shares[place].credit = RecordDemand.sum(shares[place].credit, amount)
        }
    }

    /// Gives back total credit of records that were read and never handed over.
    mutating func refund(_ count: Int) { total = RecordDemand.sum(total, count) }

    /// Any queue may have filled.
    mutating func wake() {
        for index in shares.indices { shares[index].mayHaveRecords = true }
    }

    /// The next partition in turn that has credit and may have records.
    func next() -> Turn? {
        guard total > 0 else { return nil }
        for step in shares.indices {
            let share = shares[(cursor + step) % shares.count]
            guard share.mayHaveRecords, share.credit > 0 else { continue }
            return Turn(partition: share.partition, limit: min(turnMax, share.credit, total))
        }
        return nil
    }

    /// Ends a turn: `count` records were taken, and the queue was seen empty if `isDrained`.
    mutating func finish(_ turn: Turn, count: Int, isDrained: Bool) {
        precondition(count >= 0, "a turn takes no negative number of records")
        precondition(count <= turn.limit, "a turn takes no more than it was allowed")
        total -= count
        guard let place = places[turn.partition] else { return }
        shares[place].credit -= count
        if isDrained { shares[place].mayHaveRecords = false }
        cursor = (place + 1) % shares.count
    }

    func credit(of partition: TopicPartition) -> Int {
        places[partition].map { shares[$0].credit } ?? 0
    }

    private static func sum(_ credit: Int, _ amount: Int) -> Int {
        let (sum, overflow) = credit.addingReportingOverflow(max(0, amount))
        return overflow ? .max : sum
    }
}
