/// The headers of a dead letter; all of them are text, and each is set, never appended.
public enum DeadLetterHeader {
    /// What all of ours begin with.
    public static let prefix = "cobrador-dl-"
    /// The header that common user interfaces read to send a record back.
    public static let foreignOriginalTopic = "kafka_dlt-original-topic"

    static func name(_ suffix: String) -> String { prefix + suffix }
}

/// Where a record stood.
public struct Origin: Sendable, Hashable {
    /// The inbound topic.
    public var topic: String
    /// Its partition.
    public var partition: Int32
    /// The record's offset.
    public var offset: Int64
    /// The group that consumed it.
    public var consumerGroup: String

    /// Where a record stood.
    public init(topic: String, partition: Int32, offset: Int64, consumerGroup: String) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.consumerGroup = consumerGroup
    }
}

extension DeadLetter {
    /// The dead letter as a message: key, value and original headers byte-identical except for card data, ours
    /// set beside them.
    ///
    /// A record that comes back as a dead letter again keeps when it was first written, when it first failed,
    /// and its count of replays.
    public func message(
        from message: InboundMessage, origin: Origin, attempts: Int, at now: Int64
    ) -> OutboundMessage {
        let stripped = message.withoutCardData()
        let inbound = stripped ?? message
        var headers = inbound.headers.filter {
            !$0.name.hasPrefix(DeadLetterHeader.prefix) && $0.name != DeadLetterHeader.foreignOriginalTopic
        }
        func set(_ suffix: String, _ text: String?) {
            if let text { headers.append(MessageHeader(DeadLetterHeader.name(suffix), text)) }
        }
        func earlier(_ suffix: String) -> String? { inbound.headers.text(DeadLetterHeader.name(suffix)) }
        // Anybody can write a header: only what has the form that we write is taken over.
        let firstFailedAt = earlier("first-failed-at").flatMap { Timestamp.isText($0) ? $0 : nil }
        let replays = earlier("replays").flatMap { Int32($0) }.map { max(0, $0) }
        set("reason", reason.rawValue)
        set("detail", detail)
        set("money", money.rawValue)
        set("job-id", jobID?.description)
        set("original-topic", origin.topic)
        set("original-partition", String(origin.partition))
        set("original-offset", String(origin.offset))
        let firstSubmittedAt = DeadLetterHeader.originalTimestamp(in: inbound.headers) ?? inbound.timestamp
        set("original-timestamp", firstSubmittedAt.map(Timestamp.text))
        set("consumer-group", origin.consumerGroup)
        set("attempts", String(attempts))
        set("first-failed-at", firstFailedAt ?? Timestamp.text(now))
        set("failed-at", Timestamp.text(now))
        set("replays", String(replays ?? 0))
        if stripped != nil { set("card-data-removed", "true") }
        set("version", "1")
        headers.append(MessageHeader(DeadLetterHeader.foreignOriginalTopic, origin.topic))
        return OutboundMessage(
            destination: .deadLetters, key: inbound.key, value: inbound.value, headers: headers)
    }
}

extension OutboundMessage {
    /// The message without its value, for a topic that can't take one of this size: the headers stay, and
    /// the value is a line of text with the SHA-256, the size, and where the whole record stands.
    ///
    /// A message that is truncated already stays as it is: its digest is the original value's.
    public func truncated(origin: Origin) -> OutboundMessage {
        let header = DeadLetterHeader.name("truncated")
        guard headers.text(header) == nil else { return self }
        let bytes = value ?? []
        let digest = DerivedID.digest(of: bytes, count: 32)
        let place = "\(origin.topic)/\(origin.partition)/\(origin.offset)"
        var copy = self
        copy.value = Array("sha256=\(digest) bytes=\(bytes.count) origin=\(place)".utf8)
        copy.headers.append(MessageHeader(header, String(bytes.count)))
        return copy
    }

    /// The message with our own headers alone, and without a long key: for a record whose headers or key are
    /// what is too large.
    public func stripped(origin: Origin) -> OutboundMessage {
        var copy = truncated(origin: origin)
        copy.headers = copy.headers.filter {
            $0.name.hasPrefix(DeadLetterHeader.prefix) || $0.name == DeadLetterHeader.foreignOriginalTopic
        }
        copy.headers.append(MessageHeader(DeadLetterHeader.name("stripped"), String(headers.count)))
        if let key, key.count > JobDecoder.keySizeMax { copy.key = nil }
        return copy
    }
}

extension DeadLetterHeader {
    /// When the record was first written, in milliseconds since 1970, as its dead letter says.
    public static func originalTimestamp(in headers: [MessageHeader]) -> Int64? {
        headers.text(name("original-timestamp")).flatMap(Moment.init)?.milliseconds
    }

    /// What the headers of dead letters of other tools begin with: Spring Kafka's, Kafka Connect's, KPipe's.
    private static let foreignPrefixes = ["kafka_dlt-", "retry_topic-", "__connect.errors.", "x-dlq-"]

    /// Whether a message has been a dead letter, ours or another tool's.
    public static func marks(_ headers: [MessageHeader]) -> Bool {
        headers.contains { header in
            header.name.hasPrefix(prefix) || foreignPrefixes.contains { header.name.hasPrefix($0) }
        }
    }
}
