/// Settings of a ``Producer``.
///
/// Fixed, because promises rest on them: idempotence, `acks=all`, every record reported, and the
/// partitioner of Java's clients.
public struct ProducerConfiguration: Sendable {
    /// How batches are compressed (`compression.codec`).
    public enum Compression: String, Sendable, CaseIterable {
        /// Not at all.
        case none
        /// With gzip.
        case gzip
        /// With Snappy.
        case snappy
        /// With LZ4.
        case lz4
        /// With Zstandard.
        case zstd
    }

    /// What every client needs.
    public var kafka: KafkaConfiguration
    /// How long a record waits for company (`linger.ms`).
    public var linger: Duration = .milliseconds(1)
    /// Bytes of a batch at most (`batch.size`).
    public var batchSizeMax = 1_000_000
    /// How batches are compressed.
    public var compression: Compression = .none
    /// How long a record may take until it is acknowledged, waiting for room in the queue included
    /// once more (`message.timeout.ms`).
    public var messageTimeout: Duration = .seconds(30)
    /// Records queued at most (`queue.buffering.max.messages`).
    public var queuedMessagesMax = 100_000
    /// Kibibytes queued at most (`queue.buffering.max.kbytes`).
    public var queuedKilobytesMax = 262_144
    /// Bytes of a record at most, before compression (`message.max.bytes`).
    public var messageBytesMax = 1_000_000

    /// Makes the settings.
    public init(kafka: KafkaConfiguration) { self.kafka = kafka }

    /// Lets librdkafka check the settings, without connecting.
    ///
    /// - Throws: ``KafkaError/invalidConfiguration(_:)`` with all problems at once.
    public func check() throws(KafkaError) { try NativeConfiguration.check(settings()) }

    func settings() -> SettingList {
        SettingList(
            defaults: KafkaConfiguration.defaults,
            typed: kafka.typed + typed + ProducerConfiguration.fixed,
            guarded: ProducerConfiguration.guarded, raw: kafka.raw, problems: kafka.problems)
    }

    private var typed: [Setting] {
        [
            Setting("linger.ms", linger),
            Setting("batch.size", batchSizeMax),
            Setting("compression.codec", compression.rawValue),
            Setting("message.timeout.ms", messageTimeout),
            Setting("queue.buffering.max.messages", queuedMessagesMax),
            Setting("queue.buffering.max.kbytes", queuedKilobytesMax),
            Setting("message.max.bytes", messageBytesMax),
        ]
    }

    private static let fixed = [
        Setting("enable.idempotence", "true"),
        Setting("acks", "all"),
        Setting("delivery.report.only.error", "false"),
        Setting("partitioner", "murmur2_random"),
    ]

    /// The fixed settings, their aliases, and what would reorder, drop or hide records.
    private static let guarded = Set(fixed.map(\.name)).union([
        "request.required.acks", "queuing.strategy", "transactional.id", "log.queue", "opaque",
        "interceptors", "sticky.partitioning.linger.ms", "msg_order_cmp", "partitioner_cb", "dr_cb",
        "dr_msg_cb", "queue.buffering.max.ms", "group.id",
    ])
}
