/// One partition of one topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The topic's name.
    public let topic: String

    /// The partition's number, counted from zero.
    public let partition: Int32

    /// Names a partition; nothing is checked here.
    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// Orders by topic, then by number.
    public static func < (lhs: TopicPartition, rhs: TopicPartition) -> Bool {
        (lhs.topic, lhs.partition) < (rhs.topic, rhs.partition)
    }

    /// The usual spelling, `topic-3`.
    public var description: String { "\(topic)-\(partition)" }
}

/// A tenure of partitions: it begins with one assignment and never comes back.
///
/// Epochs grow over the life of one ``Consumer``. They are local to it: they are not Kafka's group
/// generation, which also changes where a tenure goes on.
public struct AssignmentEpoch: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number of the assignment, counted from one.
    public let rawValue: UInt64

    /// Makes an epoch from its number; for tests and records of one's own.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Whether `lhs` began before `rhs`.
    public static func < (lhs: AssignmentEpoch, rhs: AssignmentEpoch) -> Bool {
        lhs.rawValue < rhs.rawValue
    }

    /// The number alone.
    public var description: String { String(rawValue) }
}

/// Where reading of a partition begins.
public enum StartOffset: Hashable, Sendable {
    /// At this offset; if the log no longer holds it, the partition fails loudly.
    case offset(Int64)

    /// At the oldest record the log holds.
    case earliest
}

/// A position to commit for one partition, as its owner of one epoch.
public struct TopicPartitionOffset: Hashable, Sendable {
    /// The partition.
    public let topicPartition: TopicPartition

    /// The offset of the next record to read, so one past the last one done.
    public let offset: Int64

    /// Text that is stored with the offset and read back at the next assignment.
    ///
    /// At most 32,767 bytes of UTF-8 without NUL: the wire's length is an INT16, and librdkafka before
    /// 2.6.1 returns uninitialised memory after a NUL (librdkafka#4649). A broker's default limit is
    /// 4,096 characters (`offset.metadata.max.bytes`).
    public let metadata: String?

    /// The tenure on whose behalf the commit is made; any other is refused before it reaches a broker.
    public let epoch: AssignmentEpoch

    /// Makes a position; it is checked when it is committed.
    public init(
        topicPartition: TopicPartition, offset: Int64, metadata: String? = nil, epoch: AssignmentEpoch
    ) {
        self.topicPartition = topicPartition
        self.offset = offset
        self.metadata = metadata
        self.epoch = epoch
    }
}

/// The two ends of a partition's log.
public struct Watermarks: Hashable, Sendable {
    /// The offset of the oldest record the log holds.
    public let low: Int64

    /// The offset the next record gets; under `read_committed`, the end of what is visible.
    public let high: Int64
}
