/// Who holds what since when: the state of assignments and their epochs, without any I/O.
struct TenureLedger: Sendable {
    /// One epoch's state.
    enum Phase: Sendable {
        /// Committed offsets are being read.
        ///
        /// Can become: offered, or end by revocation or loss.
        case reading
        /// The caller was told and hasn't answered.
        ///
        /// Can become: running, or end.
        case offered
        /// Records flow.
        ///
        /// Can end.
        case running
    }

    /// Partitions of one epoch, sorted.
    struct Part: Equatable, Sendable {
        let epoch: AssignmentEpoch
        let partitions: [TopicPartition]
    }

    /// What an answer to a revocation means.
    enum Release: Equatable, Sendable {
        /// Nothing of that epoch was being revoked.
        case stale
        /// These are given up, others of the same revocation aren't yet.
        case partial([TopicPartition])
        /// These are given up, and with them the revocation is complete: unassign `all`.
        case complete([TopicPartition], all: [TopicPartition])
    }

    private struct Tenure: Sendable {
        var phase: Phase
        var partitions: Set<TopicPartition>
        var revoking: Set<TopicPartition> = []
    }

    private var tenures: [AssignmentEpoch: Tenure] = [:]
    private var lastEpoch: UInt64 = 0
    /// Everything the current revocation takes, once every epoch concerned has been released.
    private var revocation: [TopicPartition] = []

    /// A tenure begins.
    ///
    /// One without partitions ends at once: nothing would ever take it back.
    mutating func assigned(_ partitions: [TopicPartition]) -> AssignmentEpoch {
        lastEpoch += 1
        let epoch = AssignmentEpoch(rawValue: lastEpoch)
        guard !partitions.isEmpty else { return epoch }
        tenures[epoch] = Tenure(phase: .reading, partitions: Set(partitions))
        return epoch
    }

    /// The committed offsets are known.
    ///
    /// - Returns: The partitions to offer to the caller, `nil` if the tenure has ended meanwhile.
    mutating func offered(_ epoch: AssignmentEpoch) -> Set<TopicPartition>? {
        guard let tenure = tenures[epoch], tenure.phase == .reading else { return nil }
        tenures[epoch]?.phase = .offered
        return tenure.partitions
    }

    /// The caller wants to read.
    ///
    /// - Returns: The partitions it may read, `nil` if the epoch isn't waiting for this answer.
    mutating func started(_ epoch: AssignmentEpoch) -> Set<TopicPartition>? {
        guard let tenure = tenures[epoch], tenure.phase == .offered, tenure.revoking.isEmpty else {
            return nil
        }
        tenures[epoch]?.phase = .running
        return tenure.partitions
    }

    /// The group wants partitions back.
    ///
    /// An epoch nobody was told of ends at once, unasked.
    ///
    /// - Returns: Whom to ask, in order of epochs; where that is nobody, unassign at once.
    mutating func revoked(_ partitions: [TopicPartition]) -> [Part] {
        var asked: [Part] = []
        for (epoch, tenure) in tenures.sorted(by: { $0.key < $1.key }) {
            let concerned = tenure.partitions.intersection(partitions)
            guard !concerned.isEmpty else { continue }
            if tenure.phase == .reading {
                forget(concerned, of: epoch)
            } else {
                tenures[epoch]?.revoking.formUnion(concerned)
                asked.append(Part(epoch: epoch, partitions: concerned.sorted()))
            }
        }
        revocation = asked.isEmpty ? [] : partitions
        return asked
    }

    /// The caller has let go what was asked of this epoch.
    mutating func released(_ epoch: AssignmentEpoch) -> Release {
        guard let tenure = tenures[epoch], !tenure.revoking.isEmpty else { return .stale }
        let gone = tenure.revoking.sorted()
        forget(tenure.revoking, of: epoch)
        guard tenures.values.allSatisfy({ $0.revoking.isEmpty }) else { return .partial(gone) }
        defer { revocation = [] }
        return .complete(gone, all: revocation)
    }

    /// The partitions are gone without asking.
    ///
    /// - Returns: Whom to tell, in order of epochs.
    mutating func lost(_ partitions: [TopicPartition]) -> [Part] {
        var told: [Part] = []
        for (epoch, tenure) in tenures.sorted(by: { $0.key < $1.key }) {
            let concerned = tenure.partitions.intersection(partitions)
            guard !concerned.isEmpty else { continue }
            if tenure.phase != .reading {
                told.append(Part(epoch: epoch, partitions: concerned.sorted()))
            }
            forget(concerned, of: epoch)
        }
        revocation = []
        return told
    }

    /// Whether commits of the epoch may name this partition.
    func holds(_ partition: TopicPartition, in epoch: AssignmentEpoch) -> Bool {
        guard let tenure = tenures[epoch], tenure.phase != .reading else { return false }
        return tenure.partitions.contains(partition)
    }

    /// Whether a reading of committed offsets is still wanted.
    func isReading(_ epoch: AssignmentEpoch) -> Bool { tenures[epoch]?.phase == .reading }

    /// Everything held, in whatever phase.
    var held: [TopicPartition] { tenures.values.flatMap(\.partitions).sorted() }

    private mutating func forget(_ partitions: Set<TopicPartition>, of epoch: AssignmentEpoch) {
        guard var tenure = tenures[epoch] else { return }
        tenure.partitions.subtract(partitions)
        tenure.revoking.subtract(partitions)
        tenures[epoch] = tenure.partitions.isEmpty ? nil : tenure
    }
}
