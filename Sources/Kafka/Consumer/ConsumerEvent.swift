/// One partition of a new assignment, with what the group last committed for it.
public struct AssignedPartition: Hashable, Sendable {
    /// The partition.
    public let topicPartition: TopicPartition
    /// The committed offset; `nil` where the group has none.
    public let committedOffset: Int64?
    /// The text committed with it; `nil` where there is none.
    ///
    /// It may stem from another program.
    public let committedMetadata: String?

    /// Makes one, for tests of what follows assignments.
    public init(topicPartition: TopicPartition, committedOffset: Int64?, committedMetadata: String?) {
        self.topicPartition = topicPartition
        self.committedOffset = committedOffset
        self.committedMetadata = committedMetadata
    }
}

/// Partitions given to this member.
public struct Assignment: Hashable, Sendable {
    /// The tenure that begins.
    public let epoch: AssignmentEpoch
    /// The partitions, sorted by topic and number; may be empty.
    public let partitions: [AssignedPartition]

    /// Makes one, for tests of what follows assignments.
    public init(epoch: AssignmentEpoch, partitions: [AssignedPartition]) {
        self.epoch = epoch
        self.partitions = partitions
    }
}

/// What happens to a consumer.
///
/// Order counts.
public enum ConsumerEvent: Sendable {
    /// Partitions are ours.
    ///
    /// Answer with ``Consumer/start(epoch:from:)``; commits are already possible.
    case assigning(Assignment)

    /// These partitions of the epoch are to be given up, and no more of their records come.
    ///
    /// Commit, then answer with ``Consumer/release(epoch:)``; the group waits for that. In a cooperative
    /// rebalance librdkafka pauses the partitions that stay, too, until it has all answers.
    case revoking(AssignmentEpoch, [TopicPartition])

    /// These partitions of the epoch are another member's already.
    ///
    /// There is no answer, and no commit.
    case lost(AssignmentEpoch, [TopicPartition])

    /// Records, in order within each partition; never empty.
    case records([ConsumedRecord])

    /// A partition's log can't be read, for instance because its offset is out of range
    /// (``KafkaError/offsetUnavailable(reason:)``: reading of it has ended for this epoch).
    case partitionFailed(TopicPartition, AssignmentEpoch, KafkaError)

    /// Something went wrong that librdkafka tries to get over by itself, such as all brokers being down.
    case warning(KafkaError)

    /// The consumer can't go on; close it and make another.
    case failed(KafkaError)
}
