/// A record's header; names may repeat and order counts.
public struct RecordHeader: Hashable, Sendable {
    /// The name; bytes that aren't UTF-8 are repaired.
    public let name: String

    /// The value; `nil` is Kafka's null and differs from empty.
    public let value: [UInt8]?

    /// Makes a header.
    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// A record as it was read; all bytes are copies.
public struct ConsumedRecord: Sendable {
    /// The topic's name.
    public let topic: String
    /// The partition's number.
    public let partition: Int32
    /// The record's offset; offsets have gaps after compaction and transactions.
    public let offset: Int64
    /// The tenure in which it was read.
    public let epoch: AssignmentEpoch
    /// Milliseconds since 1970 UTC, given by the producer or the broker; `nil` where there is none.
    public let timestampMilliseconds: Int64?
    /// The key; `nil` is Kafka's null and differs from empty.
    public let key: [UInt8]?
    /// The value; `nil` is Kafka's null, a tombstone on compacted topics.
    public let value: [UInt8]?
    /// The headers in their order.
    public let headers: [RecordHeader]

    /// Where the record was read.
    public var topicPartition: TopicPartition { TopicPartition(topic: topic, partition: partition) }

    /// Makes a record, for tests of what reads records.
    public init(
        topic: String, partition: Int32, offset: Int64, epoch: AssignmentEpoch,
        timestampMilliseconds: Int64? = nil, key: [UInt8]? = nil, value: [UInt8]? = nil,
        headers: [RecordHeader] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.epoch = epoch
        self.timestampMilliseconds = timestampMilliseconds
        self.key = key
        self.value = value
        self.headers = headers
    }
}
