import Kafka
import Logging
import PaymentJobs
import Synchronization
import Testing

@testable import App

/// A broker, a gateway that never answers, and a worker on both.
struct WorkerBench {
    static let topic = "cobrador.jobs.charge-saved-card"

    let broker: EmbeddedBroker
    let gateway: SilentGateway
    let sink = RecordingSink()
    let logs: LogSetup
    private(set) var environment: [String: String]

    /// A broker and a gateway; of `settings` a nil takes away what is set usually.
    init(_ settings: [String: String?] = [:]) throws {
        logs = LogSetup(level: .notice, format: .text(isColoured: false), sink: sink)
        let topics = BrokerProcess.usualTopics.map { (name: $0.0, partitions: 2) }
        broker = try EmbeddedBroker(topics: topics, logger: Logger(label: "broker"))
        gateway = try SilentGateway()
        let usual: [String: String?] = [
            "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers,
            "COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST-sandbox", "COBRADOR_GATEWAY_BASE_URL": gateway.baseURL,
            "COBRADOR_KAFKA_CONSUMER_SESSION_TIMEOUT": "3500ms",
            "COBRADOR_KAFKA_CONSUMER_HEARTBEAT_INTERVAL": "300ms",
            "COBRADOR_KAFKA_CONSUMER_FETCH_WAIT_MAX": "10ms",
        ]
        environment = usual.merging(settings) { $1 }.compactMapValues(\.self)
    }

    /// The same with other settings.
    func with(_ settings: [String: String]) -> WorkerBench {
        var other = self
        other.environment.merge(settings) { $1 }
        return other
    }

    func process(
        tokenPause: Duration = .seconds(5), endAtOnce: @escaping @Sendable () -> Void = {}
    ) async throws -> WorkerProcess {
        let configuration = try await AppConfiguration.load(
            ConfigurationSources(environment: environment))
        return WorkerProcess(configuration, logs: logs, tokenPause: tokenPause, endAtOnce: endAtOnce)
    }

    func enqueue(
        _ id: String = "stuck", account: String? = nil, customer: String = "1-a", token: String = "t"
    ) async throws {
        var options = JobOptions()
        options.jobID = id
        options.account = account
        options.customerID = customer
        options.token = token
        options.amount = "10"
        let sources = ConfigurationSources(
            environment: environment.filter { !$0.key.contains("GATEWAY") })
        let terminal = Terminal(isTerminal: false, isColoured: false)
        let line = try await Enqueue(sources: sources, kind: .chargeSavedCard, terminal: terminal)
            .run(.job(options))
        #expect(line.hasPrefix("1 job enqueued, all acknowledged"))
    }

    /// Puts a message that is no job, which becomes a dead letter without any call.
    func enqueuePoison() async throws {
        let producer = try Producer(
            ProducerConfiguration(
                kafka: KafkaConfiguration(bootstrapServers: [broker.bootstrapServers])),
            logger: Logger(label: "producer"))
        let record = ProducerRecord(topic: Self.topic, key: nil, value: Array("no job".utf8), headers: [])
        for result in await producer.send([record]) { _ = try result.get() }
        await producer.close(deadline: .seconds(1))
    }

    /// Returns when there are as many dead letters.
    func deadLetters(_ count: Int) async throws { try await records(count, on: Self.topic + ".dead-letters") }

    /// Returns when there are as many records on a topic.
    func records(_ count: Int, on topic: String) async throws {
        var settings = ConsumerConfiguration(
            kafka: KafkaConfiguration(bootstrapServers: [broker.bootstrapServers]),
            groupID: "tests-\(topic)-\(count)")
        settings.fetchWaitMax = .milliseconds(10)
        let reader = try TopicReader(
            settings, topics: [topic], logger: Logger(label: "reader"))
        let found = Mutex(0)
        try await reader.run { records in
            let isEnough = found.withLock { found in
                found += records.count
                return found >= count
            }
            if isEnough { await reader.close() }
        }
    }
}
