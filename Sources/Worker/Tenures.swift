import DequeModule
import Kafka
import Pipeline

/// One tenure of a partition: from its assignment to its revocation.
struct Tenure: Sendable {
    typealias Instant = ContinuousClock.Instant

    let number: Int
    let epoch: AssignmentEpoch
    /// The partition, with what the group had committed for it.
    let assigned: AssignedPartition
    let assignedAt: Instant
    /// What is done here; nil before it is known how to go on, and where the partition stands still.
    var desk: Desk?
    /// Why the partition stands still until an operator decides.
    var stop: PartitionStop?
    /// Whether no further record is admitted.
    var isEnding = false
    /// Whether a commit has told the next owner that no call is under way; no other may follow it.
    var isReleased = false
    /// Until when calls may start that change something; nil before the first acknowledged commit.
    var leaseEnd: Instant?
    /// Whether its lease has been ended for good.
    var isGivenUp = false

    var partition: TopicPartition { assigned.topicPartition }

    /// Whether it has records that may need a lease.
    var isWorking: Bool { !isReleased && !isGivenUp && desk?.ledger.openCount ?? 0 > 0 }

    /// Whether nobody has decided yet how to go on.
    var isTakingOver: Bool { desk == nil && stop == nil && !isEnding }
}

/// Why a partition is not read.
enum PartitionStop: Sendable, Hashable {
    /// What the assignment found must not be gone on from.
    case takeover(Takeover.Stop)
    /// The log can't be read from where it stands.
    case unreadable(KafkaError)
}

/// The records of one tenure that were received, as far as they are not done.
struct Desk: Sendable {
    var ledger: PartitionLedger
    /// From when on it may be looked up what an unclean predecessor has attempted.
    let lookFrom: ContinuousClock.Instant?
    /// From when on the log's end tells what no earlier owner has started; nil once it has.
    var limitsFrom: ContinuousClock.Instant?
    /// Open records that may not start yet, in order.
    var waiting: Deque<ConsumedRecord> = []
    /// Offsets of records that were started, and are neither answered nor given back.
    var inPipeline: Set<Int64> = []

    /// Notes a record; returns by how many records the window has moved on.
    mutating func receive(_ record: ConsumedRecord) -> Int {
        switch ledger.received(record.offset) {
        case .open:
            waiting.append(record)
            return 0
        case .done(let moved): return moved
        case .again: return 1
        }
    }

    /// The next record that may start.
    mutating func start() -> (record: ConsumedRecord, history: History)? {
        guard let dispatch = ledger.next() else { return nil }
        guard let record = waiting.popFirst(), record.offset == dispatch.offset else {
            preconditionFailure("records start in the order in which they came")
        }
        inPipeline.insert(record.offset)
        return (record, dispatch.isMaybeAttempted ? .maybeAttempted(lookFrom: lookFrom) : .fresh)
    }

    /// Whether a record was given back of which a call has no answer: the gateway may still be at it.
    var isDoubtful = false

    /// Whether no call of this owner or of an earlier one can be under way, once `finished` have ended.
    func isQuiet(at now: ContinuousClock.Instant, once finished: Set<Int64>) -> Bool {
        !isDoubtful && inPipeline.isSubset(of: finished) && lookFrom.map { $0 <= now } ?? true
    }

    /// Whether no earlier owner's lease can hold any more.
    func isAlone(at now: ContinuousClock.Instant) -> Bool { limitsFrom.map { $0 <= now } ?? true }

    /// Notes that a record's answer is durable, and returns by how many records the window has moved on.
    mutating func answered(_ offset: Int64) -> Int {
        inPipeline.remove(offset)
        return ledger.done(offset)
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
    /// Whether any of them has records that may need a lease.
    var areWorking: Bool { byNumber.values.contains(where: \.isWorking) }

    mutating func open(
        _ assigned: AssignedPartition, epoch: AssignmentEpoch, at now: ContinuousClock.Instant
    ) -> Int {
        precondition(numbers[assigned.topicPartition] == nil, "a partition has one tenure at a time")
        numbers[assigned.topicPartition] = nextNumber
        byNumber[nextNumber] = Tenure(number: nextNumber, epoch: epoch, assigned: assigned, assignedAt: now)
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// The number of a partition's tenure where it is one of `epoch`.
    func number(_ partition: TopicPartition, epoch: AssignmentEpoch) -> Int? {
        guard let number = numbers[partition], byNumber[number]?.epoch == epoch else { return nil }
        return number
    }

    subscript(number: Int) -> Tenure? { byNumber[number] }

    /// Changes a tenure in place; nil where it has ended.
    mutating func update<Result>(_ number: Int, _ change: (inout Tenure) -> Result) -> Result? {
        guard byNumber[number] != nil else { return nil }
        return change(&byNumber[number]!)
    }

    /// Changes a tenure's desk in place; nil where there is none.
    mutating func atDesk<Result>(_ number: Int, _ change: (inout Desk) -> Result) -> Result? {
        guard byNumber[number]?.desk != nil else { return nil }
        return change(&byNumber[number]!.desk!)
    }

    /// Forgets a tenure, and returns its last state.
    mutating func close(_ number: Int) -> Tenure? {
        guard let tenure = byNumber.removeValue(forKey: number) else { return nil }
        numbers[tenure.partition] = nil
        return tenure
    }
}
