/// Settings of a ``Consumer``.
///
/// Fixed, because promises rest on them: no automatic commits or offset stores, `read_committed`, and
/// `auto.offset.reset=error`, so that no offset is ever replaced silently.
public struct ConsumerConfiguration: Sendable {
    /// How partitions are shared out (`partition.assignment.strategy`).
    public enum AssignmentStrategy: String, Sendable, CaseIterable {
        /// Ranges per topic; every member gives everything up in a rebalance.
        case range
        /// One by one over all topics; every member gives everything up in a rebalance.
        case roundRobin = "roundrobin"
        /// Only what moves is given up.
        ///
        /// Refused before librdkafka 2.10: there a commit during such a rebalance loses the whole assignment
        /// (librdkafka#4059).
        case cooperativeSticky = "cooperative-sticky"
    }

    /// What every client needs.
    public var kafka: KafkaConfiguration
    /// The group (`group.id`).
    public var groupID: String
    /// A stable name that survives a restart (`group.instance.id`); `nil` for a dynamic member.
    public var groupInstanceID: String?
    /// How long the group waits for a silent member (`session.timeout.ms`).
    public var sessionTimeout: Duration = .seconds(12)
    /// How often the member reports (`heartbeat.interval.ms`).
    public var heartbeatInterval: Duration = .seconds(3)
    /// How long the poll thread may be stuck (`max.poll.interval.ms`, at least the session timeout).
    public var maxPollInterval: Duration = .seconds(300)
    /// How partitions are shared out.
    ///
    /// All members must offer the same.
    public var assignmentStrategy: AssignmentStrategy = .range
    /// How long a broker holds an empty answer (`fetch.wait.max.ms`).
    public var fetchWaitMax: Duration = .milliseconds(500)
    /// How many bytes a broker waits for (`fetch.min.bytes`).
    public var fetchMinBytes = 1
    /// Records prefetched per partition (`queued.min.messages`).
    ///
    /// Before librdkafka 2.2 a partition that has reached it pauses for 1 s, so it is also the ceiling of
    /// records a second.
    public var queuedMinMessages = 10_000
    /// Kibibytes prefetched per partition (`queued.max.messages.kbytes`).
    public var queuedMaxKilobytes = 16_384

    /// Makes the settings of a member of `groupID`.
    public init(kafka: KafkaConfiguration, groupID: String) {
        self.kafka = kafka
        self.groupID = groupID
    }

    /// Lets librdkafka check the settings, without connecting.
    ///
    /// - Throws: ``KafkaError/invalidConfiguration(_:)`` with all problems at once.
    public func check() throws(KafkaError) {
        try NativeConfiguration.check(settings(version: .runtime))
    }

    func settings(version: LibrdkafkaVersion) -> SettingList {
        var problems = kafka.problems
        if groupID.isEmpty { problems.append(.init(name: "group.id", reason: "must not be empty")) }
        if assignmentStrategy == .cooperativeSticky, version < ConsumerConfiguration.cooperativeSince {
            let reason = "cooperative-sticky needs librdkafka 2.10, this is \(version) (librdkafka#4059)"
            problems.append(.init(name: "partition.assignment.strategy", reason: reason))
        }
        return SettingList(
            defaults: KafkaConfiguration.defaults + [
                Setting("check.crcs", "true")
            ],
            typed: kafka.typed + typed + ConsumerConfiguration.fixed,
            guarded: ConsumerConfiguration.guarded, raw: kafka.raw, problems: problems)
    }

    private var typed: [Setting] {
        [
            Setting("group.id", groupID),
            Setting("session.timeout.ms", sessionTimeout),
            Setting("heartbeat.interval.ms", heartbeatInterval),
            Setting("max.poll.interval.ms", maxPollInterval),
            Setting("partition.assignment.strategy", assignmentStrategy.rawValue),
            Setting("fetch.wait.max.ms", fetchWaitMax),
            Setting("fetch.min.bytes", fetchMinBytes),
            Setting("queued.min.messages", queuedMinMessages),
            Setting("queued.max.messages.kbytes", queuedMaxKilobytes),
        ] + (groupInstanceID.map { [Setting("group.instance.id", $0)] } ?? [])
    }

    static let cooperativeSince = LibrdkafkaVersion(major: 2, minor: 10, patch: 0)

    private static let fixed = [
        Setting("enable.auto.commit", "false"),
        Setting("enable.auto.offset.store", "false"),
        Setting("enable.partition.eof", "false"),
        Setting("auto.offset.reset", "error"),
        Setting("isolation.level", "read_committed"),
    ]

    /// The fixed settings, their aliases, and what would switch to another protocol or queue.
    private static let guarded = Set(fixed.map(\.name)).union([
        "auto.commit.enable", "auto.commit.interval.ms", "offset.store.method", "offset.store.path",
        "offset.store.sync.interval.ms", "group.protocol", "group.remote.assignor", "log.queue",
        "delivery.report.only.error", "transactional.id", "opaque", "interceptors",
    ])
}
