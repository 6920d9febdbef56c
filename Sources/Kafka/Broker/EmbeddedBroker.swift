import CLibrdkafka
import Logging
import Synchronization

/// A Kafka cluster inside this process: librdkafka's mock brokers, behind real sockets on 127.0.0.1.
///
/// For development and tests. What it can't do (`rdkafka_mock.h`; measured on 2.0.2): it keeps at most
/// 5 MiB a partition, ignores transactions, has no authentication, needs a session timeout of at
/// least 3 s, and takes 3 s for a group's first join. Any process on this machine can connect.
public final class EmbeddedBroker: Sendable {
    /// The requests for which errors can be ordered.
    ///
    /// One for metadata would be of no effect (2.0.2 `rd_kafka_mock_handle_Metadata` doesn't look for it);
    /// ``BrokerFault/topic(_:_:)`` makes metadata tell an error.
    public enum Request: Int16, Sendable, CaseIterable {
        /// Writing records.
        case produce = 0
        /// Reading records.
        case fetch = 1
        /// Asking for the ends of a log.
        case listOffsets = 2
        /// Committing offsets.
        case offsetCommit = 8
        /// Reading committed offsets.
        case offsetFetch = 9
        /// Looking for a group's broker.
        case findCoordinator = 10
        /// Joining a group.
        case joinGroup = 11
        /// Staying in a group.
        case heartbeat = 12
        /// Leaving a group.
        case leaveGroup = 13
        /// Learning one's partitions.
        case syncGroup = 14
        /// Getting an idempotent or transactional producer's id.
        case initProducerID = 22
        /// Registering partitions in a transaction.
        case addPartitionsToTransaction = 24
        /// Registering a group in a transaction.
        case addOffsetsToTransaction = 25
        /// Ending a transaction.
        case endTransaction = 26
        /// Committing offsets in a transaction.
        case transactionOffsetCommit = 28
    }

    /// Guarded by the lock: the cluster is gone once it is `nil`.
    private struct State: @unchecked Sendable {
        var cluster: OpaquePointer?
    }

    /// Where clients connect, as `bootstrap.servers`.
    public let bootstrapServers: String
    private let client: ClientHandle
    private let state: Mutex<State>

    /// Starts brokers on free ports.
    ///
    /// - Parameters:
    ///   - topics: Topics to create. Others appear with four partitions when somebody asks for them.
    ///   - brokers: How many brokers; their ids count from one.
    ///   - logger: Where the cluster's log lines go.
    /// - Throws: ``KafkaError/noResources(_:)``, or what ``createTopic(_:partitions:)`` throws.
    public init(
        topics: [(name: String, partitions: Int)] = [], brokers: Int = 1, logger: Logger
    ) throws(KafkaError) {
        let settings = SettingList(
            defaults: KafkaConfiguration.defaults + [Setting("log_level", 4)], typed: [], guarded: [],
            raw: [:])
        let client = try ClientHandle(RD_KAFKA_PRODUCER, settings: settings, events: 0, logger: logger)
        guard let cluster = rd_kafka_mock_cluster_new(client.pointer, Int32(clamping: max(1, brokers))) else {
            client.destroy(flags: 0)
            throw .noResources("rd_kafka_mock_cluster_new")
        }
        self.client = client
        bootstrapServers = rd_kafka_mock_cluster_bootstraps(cluster).map { String(cString: $0) } ?? ""
        state = Mutex(State(cluster: cluster))
        for topic in topics { try createTopic(topic.name, partitions: topic.partitions) }
    }

    deinit { close() }

    /// Creates a topic with one replica.
    ///
    /// - Parameters:
    ///   - name: The topic's name.
    ///   - partitions: How many partitions, at least one.
    /// - Throws: ``KafkaError/invalidTopic(_:)``, ``KafkaError/broker(_:)`` if it exists, or
    ///   ``KafkaError/closed``.
    public func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        guard TopicName.isLegal(name) else { throw .invalidTopic(name) }
        try call { rd_kafka_mock_topic_create($0, name, Int32(clamping: max(1, partitions)), 1) }
    }

    /// Closes the connections of a broker and accepts no more.
    ///
    /// - Parameter broker: The broker's id, from one.
    /// - Throws: ``KafkaError/broker(_:)`` for an unknown id, or ``KafkaError/closed``.
    public func setDown(_ broker: Int32) throws(KafkaError) {
        try call { rd_kafka_mock_broker_set_down($0, broker) }
    }

    /// Lets a broker accept connections again.
    ///
    /// - Parameter broker: The broker's id, from one.
    /// - Throws: ``KafkaError/broker(_:)`` for an unknown id, or ``KafkaError/closed``.
    public func setUp(_ broker: Int32) throws(KafkaError) {
        try call { rd_kafka_mock_broker_set_up($0, broker) }
    }

    /// Delays a broker's answers.
    ///
    /// - Parameters:
    ///   - latency: How long each answer is held back, in whole milliseconds.
    ///   - broker: The broker's id, from one.
    /// - Throws: ``KafkaError/broker(_:)`` for an unknown id, or ``KafkaError/closed``.
    public func setLatency(_ latency: Duration, of broker: Int32) throws(KafkaError) {
        try call { rd_kafka_mock_broker_set_rtt($0, broker, Int32(latency.wholeMilliseconds)) }
    }

    /// Answers the next requests of a kind with these errors, whoever makes them; the request itself isn't
    /// carried out.
    ///
    /// ``KafkaErrorCode/transport`` closes the connection instead.
    ///
    /// - Parameters:
    ///   - errors: One for each coming request.
    ///   - request: The kind of request.
    /// - Throws: ``KafkaError/closed``.
    public func pushErrors(_ errors: [KafkaErrorCode], for request: Request) throws(KafkaError) {
        try call { cluster in
            let codes = errors.map(\.native)
            rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, codes.count, codes)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Makes a topic answer with an error, in metadata and when it is written to.
    ///
    /// - Parameters:
    ///   - topic: The topic's name.
    ///   - code: The error.
    /// - Throws: ``KafkaError/closed``.
    public func setTopicError(_ topic: String, _ code: KafkaErrorCode) throws(KafkaError) {
        try call { cluster in
            rd_kafka_mock_topic_set_error(cluster, topic, code.native)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Stops all brokers, within milliseconds; their data is gone.
    ///
    /// Further calls do nothing.
    public func close() {
        let cluster = state.withLock { state in
            defer { state.cluster = nil }
            return State(cluster: state.cluster)
        }
        guard let cluster = cluster.cluster else { return }
        rd_kafka_mock_cluster_destroy(cluster)
        client.destroy(flags: 0)
    }

    func call(_ body: (OpaquePointer) -> rd_kafka_resp_err_t) throws(KafkaError) {
        let code = state.withLock { state in state.cluster.map { KafkaErrorCode(body($0)) } }
        guard let code else { throw .closed }
        guard !code.isError else { throw .broker(code) }
    }
}
