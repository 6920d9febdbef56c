import Kafka
import Pipeline

/// One tenure of a partition: from its assignment to its revocation.
struct Tenure: Sendable {
    let number: Int
    let epoch: AssignmentEpoch
    let partition: TopicPartition
    var ledger: PartitionLedger
    /// The frontier that the group's coordinator has acknowledged.
    var committed: Int64?
    /// Offsets of records that were admitted, and are neither answered nor given back.
    var inPipeline: Set<Int64> = []
    /// Whether no further message is admitted.
    var isEnding = false

    /// The offset to commit, where it is ahead of the committed one.
    var committable: Int64? {
        guard let frontier = ledger.frontier, frontier > committed ?? -1 else { return nil }
        return frontier
    }
}

/// Every tenure that this worker has.
///
/// State is keyed by tenure, never by partition alone: a completion of an earlier tenure finds nothing here.
struct Tenures: Sendable {
    private var byNumber: [Int: Tenure] = [:]
    private var numbers: [TopicPartition: Int] = [:]
    private var nextNumber = 1

    var all: some Collection<Tenure> { byNumber.values }
    var count: Int { byNumber.count }

    mutating func open(
        _ partition: TopicPartition, epoch: AssignmentEpoch, committed: Int64?
    ) -> Int {
        precondition(numbers[partition] == nil, "a partition has one tenure at a time")
        numbers[partition] = nextNumber
        byNumber[nextNumber] = Tenure(
            number: nextNumber, epoch: epoch, partition: partition,
            ledger: PartitionLedger(position: committed),
            committed: committed)
        defer { nextNumber += 1 }
        return nextNumber
    }

    func current(_ partition: TopicPartition, epoch: AssignmentEpoch) -> Tenure? {
        guard let tenure = numbers[partition].flatMap({ byNumber[$0] }), tenure.epoch == epoch else {
            return nil
        }
        return tenure
    }

    subscript(number: Int) -> Tenure? { byNumber[number] }

    /// Changes a tenure in place; nil where it has ended.
    mutating func update<Result>(_ number: Int, _ change: (inout Tenure) -> Result) -> Result? {
        guard byNumber[number] != nil else { return nil }
        return change(&byNumber[number]!)
    }

    /// Forgets a tenure, and returns its last state.
    mutating func close(_ number: Int) -> Tenure? {
        guard let tenure = byNumber.removeValue(forKey: number) else { return nil }
        numbers[tenure.partition] = nil
        return tenure
    }
}

extension Tenure {
    /// Notes a record that goes to the pipeline; false where it was there before.
    mutating func admit(_ offset: Int64) -> Bool {
        guard ledger.received(offset) == .open else { return false }
        inPipeline.insert(offset)
        return true
    }

    /// Notes that a record's answer is durable, and returns by how many records the window has moved on.
    mutating func answered(_ offset: Int64) -> Int {
        inPipeline.remove(offset)
        return ledger.done(offset)
    }

    /// Notes that a record left the pipeline without an answer.
    mutating func givenBack(_ offset: Int64) { inPipeline.remove(offset) }
}
