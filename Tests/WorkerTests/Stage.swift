import Kafka
import Logging
import PaymentJobs
import Pipeline
import Synchronization

@testable import Worker

/// An embedded broker, a scripted gateway, and workers of one group.
final class Stage: Sendable {
    /// How workers make their answers durable.
    enum Mode: Sendable {
        case idempotent
        case atomic
        case scripted(ScriptedDelivery.Script)
    }

    let gateway = HeldGateway()
    let broker: EmbeddedBroker
    let partitions: Int
    private let concurrency: Int
    private let mode: Mode
    private let configuration: WorkerConfiguration
    private let hasWorked = Mutex(false)
    let log = LogTally()
    let logger: Logger

    init(
        partitions: Int, concurrency: Int = 16, window: Int = 1000, drainDeadline: Duration = .seconds(20),
        _ mode: Mode = .idempotent, adjust: (inout WorkerConfiguration) -> Void = { _ in }
    ) async throws {
        let log = log
        logger = Logger(label: "test") { _ in log }
        let topics = ["jobs", "events", "jobs.dead-letters", "cobrador.events.cards"]
        broker = try EmbeddedBroker(topics: topics.map { (name: $0, partitions: partitions) }, logger: logger)
        self.partitions = partitions
        self.concurrency = concurrency
        self.mode = mode
        var configuration = WorkerConfiguration(
            inbound: [.init(topic: "jobs", kind: .chargeSavedCard)], eventTopics: [.charges: "events"],
            groupID: "group")
        configuration.window = window
        configuration.drainDeadline = drainDeadline
        configuration.sessionTimeout = .milliseconds(3500)
        configuration.callTimeout = .milliseconds(500)
        configuration.indexLag = .milliseconds(100)
        configuration.publishRetryPause = .milliseconds(100)
        adjust(&configuration)
        self.configuration = configuration
    }

    private var kafka: KafkaConfiguration { KafkaConfiguration(bootstrapServers: [broker.bootstrapServers]) }

    func send(_ jobs: [(key: String, job: String)]) async throws {
        let records = jobs.map { key, job in
            let value = """
                {"job_id":"\(job)","customer_id":"\(key)","token":"ff8080814c11e237014c1ff593b57b4d",\
                "transaction_amount":"100.50"}
                """
            return ProducerRecord(topic: "jobs", key: Array(key.utf8), value: Array(value.utf8))
        }
        let producer = try Producer(ProducerConfiguration(kafka: kafka), logger: logger)
        for result in await producer.send(records) { _ = try result.get() }
        await producer.close(deadline: .seconds(5))
    }

    /// Sends jobs of as many keys, named by `numbers`.
    func send(_ numbers: Range<Int>) async throws {
        try await send(numbers.map { (key: "customer-\($0)", job: "job-\($0)") })
    }

    func sendRaw(key: String, value: String, headers: [RecordHeader] = []) async throws {
        let producer = try Producer(ProducerConfiguration(kafka: kafka), logger: logger)
        _ = try await producer.send(
            ProducerRecord(topic: "jobs", key: Array(key.utf8), value: Array(value.utf8), headers: headers))
        await producer.close(deadline: .seconds(5))
    }

    /// Runs a worker until `body` returns, and then until it has drained.
    ///
    /// The group is said to be new for its first worker, unless something else is said.
    func withWorker(
        isNewGroup: Bool? = nil, adjust: (inout WorkerConfiguration) -> Void = { _ in },
        _ body: (Worker) async throws -> Void
    ) async throws -> WorkerEnding {
        let isFirst = isFirst()
        let worker = try makeWorker(isNewGroup: isNewGroup ?? isFirst, adjust)
        return try await withThrowingTaskGroup(of: WorkerEnding.self) { group in
            group.addTask { try await worker.run() }
            try await body(worker)
            await worker.drain()
            return try await group.next() ?? .drained
        }
    }

    /// Runs a worker until `body` returns, and cancels it then.
    func withCancelledWorker(
        adjust: (inout WorkerConfiguration) -> Void = { _ in }, _ body: (Worker) async throws -> Void
    ) async throws {
        let worker = try makeWorker(isNewGroup: isFirst(), adjust)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await worker.run() }
            try await body(worker)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Runs two workers; the second one starts when `first` has returned.
    func withTwoWorkers(
        first: () async throws -> Void = {}, _ body: () async throws -> Void
    ) async throws -> [WorkerEnding] {
        let isNewGroup = isFirst()
        let workers = try (0..<2).map { try makeWorker(isNewGroup: isNewGroup && $0 == 0) }
        return try await withThrowingTaskGroup(of: WorkerEnding.self) { group in
            group.addTask { try await workers[0].run() }
            try await first()
            group.addTask { try await workers[1].run() }
            try await body()
            for worker in workers { await worker.drain() }
            var endings: [WorkerEnding] = []
            for try await ending in group { endings.append(ending) }
            return endings
        }
    }

    func makeWorker(
        isNewGroup: Bool, _ adjust: (inout WorkerConfiguration) -> Void = { _ in }
    ) throws -> Worker {
        var configuration = configuration
        configuration.isNewGroup = isNewGroup
        adjust(&configuration)
        let consumer = try Consumer(member(of: "group"), logger: logger)
        let leases = Leases()
        let pipeline = JobPipeline(
            accounts: [
                .standard: PipelineAccount(gateway, limits: AccountLimits(concurrencyMax: concurrency))
            ], concurrency: concurrency,
            looks: LookPolicy(indexLag: .milliseconds(50), pause: .milliseconds(30), countMin: 2),
            leases: leases, encoder: EventEncoder(source: "/test"), logger: logger)
        let client: DeliveryClient
        switch mode {
        case .idempotent:
            client = .idempotent(try Producer(ProducerConfiguration(kafka: kafka), logger: logger))
        case .atomic:
            var settings = TransactionalProducerConfiguration(
                producer: ProducerConfiguration(kafka: kafka), transactionalID: "worker-0")
            settings.transactionTimeout = .seconds(3)
            settings.sessionTimeout = configuration.sessionTimeout
            client = .atomic(try TransactionalProducer(settings, logger: logger), settings)
        case .scripted(let script):
            return Worker(
                configuration: configuration, consumer: consumer,
                through: ScriptedDelivery(script, consumer: consumer), pipeline: pipeline, leases: leases,
                time: SystemTime(), logger: logger)
        }
        return Worker(
            configuration: configuration, consumer: consumer, delivery: client, pipeline: pipeline,
            leases: leases, logger: logger)
    }

    /// Whether no worker has run yet.
    func isFirst() -> Bool {
        hasWorked.withLock { hasWorked in
            defer { hasWorked = true }
            return !hasWorked
        }
    }

    func member(of group: String) -> ConsumerConfiguration {
        var configuration = ConsumerConfiguration(kafka: kafka, groupID: group)
        configuration.sessionTimeout = .milliseconds(3500)
        configuration.heartbeatInterval = .milliseconds(300)
        configuration.fetchWaitMax = .milliseconds(10)
        return configuration
    }

    func events() async throws -> [ConsumedRecord] { try await read(topic: "events") }

    /// Every record of a topic, read by a consumer of a group of its own.
    ///
    /// With `count` it waits until there are as many.
    func read(topic: String, count: Int? = nil) async throws -> [ConsumedRecord] {
        let consumer = try Consumer(member(of: "reader-of-\(topic)"), logger: logger)
        try await consumer.subscribe([topic])
        let all = (0..<Int32(partitions)).map { TopicPartition(topic: topic, partition: $0) }
        let ends = try await consumer.ends(of: all, timeout: .seconds(10))
        let wanted = count.map(Int64.init) ?? ends.values.map(\.high).reduce(0, +)
        var records: [ConsumedRecord] = []
        while records.count < Int(wanted) {
            for event in await consumer.next() {
                switch event {
                case .assigning(let assignment):
                    let starts = assignment.partitions.map { ($0.topicPartition, StartOffset.earliest) }
                    _ = await consumer.start(
                        epoch: assignment.epoch, from: Dictionary(uniqueKeysWithValues: starts))
                    let credit = assignment.partitions.map { ($0.topicPartition, Int(wanted)) }
                    consumer.grant(total: Int(wanted), partitions: Dictionary(uniqueKeysWithValues: credit))
                case .records(let more): records += more
                default: break
                }
            }
        }
        await consumer.close(deadline: .seconds(5))
        return records
    }
}

extension ConsumedRecord {
    func text(_ header: String) -> String? {
        headers.last { $0.name == header }?.value.map { String(decoding: $0, as: UTF8.self) }
    }
}
