/// Positions of a group's partitions, checked against what this member holds, with its membership as of
/// that moment.
public struct SealedOffsets: Sendable {
    /// At most one for each partition.
    public let positions: [TopicPartitionOffset]

    /// Whose positions they are.
    public let group: ConsumerGroupMetadata

    /// Puts positions and membership together; ``Consumer/seal(_:)`` also checks that they belong together.
    public init(positions: [TopicPartitionOffset], group: ConsumerGroupMetadata) {
        self.positions = positions
        self.group = group
    }
}

/// What is committed together or not at all.
///
/// A batch is made once and sent as often as needed, unchanged.
public struct SealedBatch: Sendable {
    /// Records, in the order in which they are written.
    public let records: [ProducerRecord]

    /// The group's positions; `nil` where only records are written.
    public let offsets: SealedOffsets?

    /// Makes a batch; it is checked when it is sent.
    public init(records: [ProducerRecord], offsets: SealedOffsets? = nil) {
        self.records = records
        self.offsets = offsets
    }

    /// Whether there is nothing to commit.
    public var isEmpty: Bool { records.isEmpty && offsets?.positions.isEmpty ?? true }

    /// What keeps the batch from being sent, whatever the brokers say.
    var problem: TransactionOutcome? {
        for (index, record) in records.enumerated() {
            guard TopicName.isLegal(record.topic) else {
                return .aborted(.recordRefused(index: index, .invalidTopic))
            }
            if let partition = record.partition, partition < 0 {
                return .aborted(.recordRefused(index: index, .unknownPartition))
            }
        }
        do throws(KafkaError) {
            try CommitCheck.validate(offsets?.positions ?? [])
            return nil
        } catch {
            return .refused(error)
        }
    }
}
