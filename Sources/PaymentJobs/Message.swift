/// One header of a message; names may repeat.
public struct MessageHeader: Sendable, Hashable {
    /// The header's name.
    public var name: String
    /// The header's bytes, UTF-8 text wherever Cobrador writes one; Kafka knows headers without a value.
    public var value: [UInt8]?

    /// A header with bytes.
    public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// A header with text.
    public init(_ name: String, _ text: String) {
        self.init(name: name, value: Array(text.utf8))
    }
}

/// A message as it came from a topic: nothing in it is trusted yet.
public struct InboundMessage: Sendable {
    /// What the topic's jobs ask for, unless the message's `ce_type` says otherwise.
    public var topicKind: JobKind
    /// The record's key.
    public var key: [UInt8]?
    /// The record's value; nil is a tombstone.
    public var value: [UInt8]?
    /// The record's headers, in order.
    public var headers: [MessageHeader]
    /// When the record was written, in milliseconds since 1970, by the producer's or the broker's clock.
    public var timestamp: Int64?

    /// A message as it came from a topic.
    public init(
        topicKind: JobKind, key: [UInt8]?, value: [UInt8]?, headers: [MessageHeader] = [],
        timestamp: Int64? = nil
    ) {
        self.topicKind = topicKind
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }
}

extension [MessageHeader] {
    /// The text of the last header called `name`; nil where there is none, or where it isn't UTF-8.
    public func text(_ name: String) -> String? {
        last { $0.name == name }?.value.flatMap { String(validating: $0, as: UTF8.self) }
    }
}
