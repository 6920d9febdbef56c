extension KafkaErrorCode {
    /// The batch of records is larger than the broker allows.
    public static let recordListTooLarge = KafkaErrorCode(rawValue: 18)
    /// The broker misses records before these.
    public static let outOfOrderSequence = KafkaErrorCode(rawValue: 45)
    /// A newer producer has our transactional id, or the transaction timed out at the broker.
    public static let invalidProducerEpoch = KafkaErrorCode(rawValue: 47)
    /// The coordinator's transaction isn't in a state that allows the request.
    public static let invalidTransactionState = KafkaErrorCode(rawValue: 48)
    /// The coordinator knows another producer id for our transactional id.
    public static let invalidProducerIDMapping = KafkaErrorCode(rawValue: 49)
    /// Another operation on the transaction is still going on.
    public static let concurrentTransactions = KafkaErrorCode(rawValue: 51)
    /// The broker doesn't know the producer id.
    public static let unknownProducerID = KafkaErrorCode(rawValue: 59)
    /// Another member has our `group.instance.id`.
    public static let fencedInstance = KafkaErrorCode(rawValue: 82)
    /// A broker's check of the record failed.
    public static let invalidRecord = KafkaErrorCode(rawValue: 87)
    /// A newer producer has our transactional id.
    public static let producerFenced = KafkaErrorCode(rawValue: 90)

    /// What librdkafka makes of every code that means a newer producer has our transactional id.
    public static let fenced = KafkaErrorCode(rawValue: -144)
    /// A request's time ran out before it was sent.
    public static let timedOutInQueue = KafkaErrorCode(rawValue: -166)
    /// A record was taken out of the local queue.
    static let purgedFromQueue = KafkaErrorCode(rawValue: -152)
    /// A record was given up while it was on its way.
    static let purgedInFlight = KafkaErrorCode(rawValue: -151)
    /// The topic's leader isn't known yet, as after the topic was created.
    static let leaderNotAvailable = KafkaErrorCode(rawValue: 5)
    /// A connection broke between brokers.
    static let networkException = KafkaErrorCode(rawValue: 13)

    /// Whether another producer with our transactional id has taken over.
    var isFencing: Bool { [.fenced, .producerFenced, .invalidProducerEpoch].contains(self) }

    /// Whether the request may have been carried out, now or later, without an answer.
    var isUnanswered: Bool {
        [.timedOut, .timedOutInQueue, .transport, .requestTimedOut, .networkException].contains(self)
    }

    /// Whether the group has gone on without this member.
    var isGroupMoved: Bool {
        [.illegalGeneration, .unknownMember, .rebalanceInProgress, .fencedInstance].contains(self)
    }

    /// Whether the record itself is at fault, so that it fails again.
    var isRecordsFault: Bool {
        [
            .messageTooLarge, .recordListTooLarge, .invalidTopic, .invalidRecord, .unknownPartition,
            .unknownTopic, .invalidArgument, .topicAuthorizationFailed,
        ].contains(self)
    }

    /// Whether the record only shares its transaction's fate.
    var isPurge: Bool { self == .purgedFromQueue || self == .purgedInFlight }
}
