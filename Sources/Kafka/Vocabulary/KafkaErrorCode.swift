import CLibrdkafka

/// A Kafka protocol error (positive) or one that librdkafka made up itself (negative).
///
/// The numbers and names are those of `rd_kafka_resp_err_t` in `rdkafka.h`.
public struct KafkaErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number.
    public let rawValue: Int32

    /// Makes a code from its number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    init(_ code: rd_kafka_resp_err_t) { rawValue = code.rawValue }

    /// The code's name in librdkafka, such as `UNKNOWN_TOPIC_OR_PART` or `_TIMED_OUT`.
    public var name: String { String(cString: rd_kafka_err2name(native)) }

    /// The name and the number, without any payload.
    public var description: String { "\(name)(\(rawValue))" }

    var native: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue) }

    var isError: Bool { rawValue != 0 }
}

extension KafkaErrorCode {
    /// The broker doesn't hold the offset that was asked for.
    public static let offsetOutOfRange = KafkaErrorCode(rawValue: 1)
    /// The topic or partition doesn't exist.
    public static let unknownTopicOrPartition = KafkaErrorCode(rawValue: 3)
    /// The broker that was asked isn't the partition's leader.
    public static let notLeader = KafkaErrorCode(rawValue: 6)
    /// The broker gave up waiting.
    public static let requestTimedOut = KafkaErrorCode(rawValue: 7)
    /// The record is larger than the client or the topic allows.
    public static let messageTooLarge = KafkaErrorCode(rawValue: 10)
    /// The committed metadata is larger than the broker allows.
    public static let offsetMetadataTooLarge = KafkaErrorCode(rawValue: 12)
    /// The group has moved on to another generation.
    public static let illegalGeneration = KafkaErrorCode(rawValue: 22)
    /// The group doesn't know this member.
    public static let unknownMember = KafkaErrorCode(rawValue: 25)
    /// The group is rebalancing.
    public static let rebalanceInProgress = KafkaErrorCode(rawValue: 27)
    /// The topic's name isn't legal.
    public static let invalidTopic = KafkaErrorCode(rawValue: 17)
    /// A leader that was elected just now doesn't know the end of its log yet.
    public static let offsetNotAvailable = KafkaErrorCode(rawValue: 78)
    /// An open transaction still covers the committed offset.
    public static let unstableOffsetCommit = KafkaErrorCode(rawValue: 88)

    /// The user isn't allowed to use the topic.
    public static let topicAuthorizationFailed = KafkaErrorCode(rawValue: 29)
    /// The user isn't allowed to use the group.
    public static let groupAuthorizationFailed = KafkaErrorCode(rawValue: 30)
    /// The user isn't allowed to use the cluster.
    public static let clusterAuthorizationFailed = KafkaErrorCode(rawValue: 31)

    /// A connection broke.
    public static let transport = KafkaErrorCode(rawValue: -195)
    /// A broker's name has no address.
    public static let nameNotResolved = KafkaErrorCode(rawValue: -193)
    /// The message was not acknowledged within its timeout.
    public static let messageTimedOut = KafkaErrorCode(rawValue: -192)
    /// The partition doesn't exist.
    public static let unknownPartition = KafkaErrorCode(rawValue: -190)
    /// The topic doesn't exist.
    public static let unknownTopic = KafkaErrorCode(rawValue: -188)
    /// No broker is reachable; librdkafka goes on trying.
    public static let allBrokersDown = KafkaErrorCode(rawValue: -187)
    /// An argument was refused.
    public static let invalidArgument = KafkaErrorCode(rawValue: -186)
    /// A local wait ran out.
    public static let timedOut = KafkaErrorCode(rawValue: -185)
    /// The local queue is full.
    public static let queueFull = KafkaErrorCode(rawValue: -184)
    /// TLS failed.
    public static let tls = KafkaErrorCode(rawValue: -181)
    /// The broker refused the login.
    public static let authentication = KafkaErrorCode(rawValue: -169)
    /// The call doesn't fit the client's state.
    public static let wrongState = KafkaErrorCode(rawValue: -172)
    /// The group's coordinator isn't known yet.
    public static let waitingForCoordinator = KafkaErrorCode(rawValue: -180)
    /// The client no longer knows the broker that was asked, as after the first look at a cluster
    /// (librdkafka 2.10 on).
    static let brokerForgotten = KafkaErrorCode(rawValue: -137)
    /// The client can't go on.
    public static let fatal = KafkaErrorCode(rawValue: -150)
    /// The offset is unusable and no reset is allowed.
    public static let offsetReset = KafkaErrorCode(rawValue: -140)

    /// Whether asking again later may help, without anybody changing anything.
    public var isTransient: Bool {
        let transient: [KafkaErrorCode] = [
            .transport, .timedOut, .waitingForCoordinator, .allBrokersDown, .requestTimedOut,
            .unstableOffsetCommit, .rebalanceInProgress,
        ]
        return transient.contains(self) || (14...16).contains(rawValue)
    }
}
