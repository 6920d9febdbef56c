/// Why something asked of Kafka, other than producing a record, did not happen.
public enum KafkaError: Error, Hashable, Sendable {
    /// The client is closed, or was closed before the answer came.
    case closed

    /// The settings can't be used; all problems at once.
    ///
    /// Secret values are never quoted.
    case invalidConfiguration([ConfigurationProblem])

    /// A topic's name isn't 1 to 249 of `a-z A-Z 0-9 . _ -`.
    case invalidTopic(String)

    /// A commit was refused before it was sent: negative offset, unusable metadata or a repetition.
    case invalidCommit(TopicPartition, reason: String)

    /// A commit named partitions that aren't held in the epoch it named; nothing of it was sent.
    case notAssigned([TopicPartition])

    /// Some or all partitions of a commit were refused; those that aren't named were committed.
    case partitions([TopicPartition: KafkaErrorCode])

    /// The partition's offset isn't in the log, and no other was taken instead.
    case offsetUnavailable(reason: String)

    /// A broker, or librdkafka in its place, answered with an error.
    case broker(KafkaErrorCode)

    /// The client can't go on and must be replaced.
    case fatal(KafkaErrorCode, reason: String)

    /// The system gave no thread, descriptor or client handle; the text is the system's.
    case noResources(String)
}

/// One setting that librdkafka, or this module, doesn't accept.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The setting's name in librdkafka's `CONFIGURATION.md`, or `*` for a combination of settings.
    public let name: String

    /// What is wrong with it; never a secret's value.
    public let reason: String

    /// Whether this module refuses it; otherwise librdkafka does, and the reason is in its words.
    public let isOwn: Bool

    init(name: String, reason: String, isOwn: Bool = true) {
        self.name = name
        self.reason = reason
        self.isOwn = isOwn
    }

    /// One line: the name and the reason.
    public var description: String { "\(name): \(reason)" }
}

/// Why a record has no acknowledgement.
public enum ProduceError: Error, Hashable, Sendable {
    /// The producer was closed before it took the record: never sent.
    case closed

    /// The queue had no room for as long as a message may wait: never sent.
    case queueFull

    /// The record was refused before it was queued (too large, bad topic name): never sent.
    case rejected(KafkaErrorCode)

    /// It is certain that the record is in no log.
    case failed(KafkaErrorCode)

    /// The record may or may not be in the log.
    case unknown(KafkaErrorCode)

    /// The producer can't go on and must be replaced.
    case fatal(KafkaErrorCode, mayHaveBeenWritten: Bool)

    /// Whether a reader may yet see the record.
    public var mayHaveBeenWritten: Bool {
        switch self {
        case .closed, .queueFull, .rejected, .failed: false
        case .unknown: true
        case .fatal(_, let mayHaveBeenWritten): mayHaveBeenWritten
        }
    }
}
