import Kafka

extension Catalogue {
    // MARK: Consumer

    static let instanceID = Setting.optionalText(
        "kafka.consumer.instance-id", "text, or empty",
        "A name that stays over restarts, so that they move no partitions.")
    static let sessionTimeout = Setting.duration(
        "kafka.consumer.session-timeout", default: "12s", in: .seconds(1) ... .seconds(3600),
        "How long the group waits for a silent worker.")
    static let heartbeatInterval = Setting.duration(
        "kafka.consumer.heartbeat-interval", default: "3s", in: .milliseconds(100) ... .seconds(600),
        "How often a worker says that it is there.")
    static let maxPollInterval = Setting.duration(
        "kafka.consumer.max-poll-interval", default: "5m", in: .seconds(1) ... .seconds(86_400),
        "How long a worker may be stuck before it loses its partitions.")
    static let assignmentStrategy = Setting.choice(
        "kafka.consumer.assignment-strategy", default: "range",
        of: ConsumerConfiguration.AssignmentStrategy.allCases.map(\.rawValue),
        "How partitions are shared out; cooperative-sticky needs librdkafka 2.10.")
    static let fetchWait = Setting.duration(
        "kafka.consumer.fetch-wait-max", default: "500ms", in: .zero ... .seconds(60),
        "How long a broker may hold an empty answer.")
    static let fetchMinBytes = Setting.integer(
        "kafka.consumer.fetch-min-bytes", default: "1", in: 1...100_000_000,
        "How many bytes a broker waits for.")
    static let queuedMinMessages = Setting.integer(
        "kafka.consumer.queued-min-messages", default: "10000", in: 1...10_000_000,
        "Jobs read ahead in one partition.")
    static let queuedMaxKilobytes = Setting.integer(
        "kafka.consumer.queued-max-kilobytes", default: "16384", in: 1...2_097_151,
        "Kibibytes read ahead in one partition.")

    static let consumer = [
        instanceID.entry, sessionTimeout.entry, heartbeatInterval.entry, maxPollInterval.entry,
        assignmentStrategy.entry, fetchWait.entry, fetchMinBytes.entry, queuedMinMessages.entry,
        queuedMaxKilobytes.entry,
    ]

    // MARK: Producer

    static let linger = Setting.duration(
        "kafka.producer.linger", default: "1ms", in: .zero ... .seconds(60),
        "How long an answer waits for others to share a request.")
    static let compression = Setting.choice(
        "kafka.producer.compression", default: "none",
        of: ProducerConfiguration.Compression.allCases.map(\.rawValue), "How answers are compressed.")
    static let messageTimeout = Setting.duration(
        "kafka.producer.message-timeout", default: "30s", in: .seconds(1) ... .seconds(3600),
        "How long Kafka may take for an answer before it is sent again.")
    static let batchSizeMax = Setting.integer(
        "kafka.producer.batch-size-max", default: "1000000", in: 1...100_000_000, "Bytes of a batch at most.")
    static let messageBytesMax = Setting.integer(
        "kafka.producer.message-bytes-max", default: "1000000", in: 1000...100_000_000,
        "Bytes of an answer at most; topics have a limit of their own.")
    static let queuedMessagesMax = Setting.integer(
        "kafka.producer.queued-messages-max", default: "100000", in: 1...10_000_000,
        "Answers queued for sending at most.")
    static let queuedKilobytesMax = Setting.integer(
        "kafka.producer.queued-kilobytes-max", default: "262144", in: 1...2_097_151,
        "Kibibytes queued for sending at most.")

    static let producer = [
        linger.entry, compression.entry, messageTimeout.entry, batchSizeMax.entry, messageBytesMax.entry,
        queuedMessagesMax.entry, queuedKilobytesMax.entry,
    ]
}
