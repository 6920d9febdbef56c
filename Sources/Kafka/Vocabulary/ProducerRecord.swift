/// A record to be produced.
public struct ProducerRecord: Hashable, Sendable {
    /// The topic's name.
    public let topic: String
    /// The partition; `nil` lets murmur2 of the key decide, as Java's clients do, or chance without a key.
    public let partition: Int32?
    /// The key; `nil` is Kafka's null and differs from empty.
    public let key: [UInt8]?
    /// The value; `nil` is Kafka's null, a tombstone on compacted topics.
    public let value: [UInt8]?
    /// The headers in their order; a name ends at its first NUL.
    public let headers: [RecordHeader]
    /// Milliseconds since 1970 UTC; `nil` means now.
    public let timestampMilliseconds: Int64?

    /// Makes a record; it is checked when it is sent.
    public init(
        topic: String, partition: Int32? = nil, key: [UInt8]? = nil, value: [UInt8]?,
        headers: [RecordHeader] = [], timestampMilliseconds: Int64? = nil
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestampMilliseconds = timestampMilliseconds
    }
}

/// Where an acknowledged record is.
public struct RecordMetadata: Hashable, Sendable {
    /// The partition it went to.
    public let partition: Int32

    /// Its offset; `nil` where the broker recognised a repetition and no longer knew the offset.
    public let offset: Int64?

    /// Makes the place of a record, for tests of what produces.
    public init(partition: Int32, offset: Int64?) {
        self.partition = partition
        self.offset = offset
    }
}
