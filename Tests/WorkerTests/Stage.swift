import Kafka
import Logging
import PaymentJobs
import Pipeline
import Synchronization

@testable import Worker

/// An embedded broker, a scripted gateway, and workers of one group.
final class Stage: Sendable {
    let gateway = HeldGateway()
    private let broker: EmbeddedBroker
    private let partitions: Int
    private let concurrency: Int
    private let window: Int
    private let drainDeadline: Duration
    private let hasWorked = Mutex(false)
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(
        partitions: Int, concurrency: Int = 16, window: Int = 1000, drainDeadline: Duration = .seconds(20)
    ) async throws {
        let topics = ["jobs", "events", "jobs.dead-letters"]
        broker = try EmbeddedBroker(topics: topics.map { (name: $0, partitions: partitions) }, logger: logger)
        self.partitions = partitions
        self.concurrency = concurrency
        self.window = window
        self.drainDeadline = drainDeadline
    }

    private var kafka: KafkaConfiguration { KafkaConfiguration(bootstrapServers: [broker.bootstrapServers]) }

    func send(_ jobs: [(key: String, job: String)]) async throws {
        for (key, job) in jobs {
            let value = """
                {"job_id":"\(job)","customer_id":"\(key)","token":"ff8080814c11e237014c1ff593b57b4d",\
                "transaction_amount":"100.50"}
                """
            try await sendRaw(key: key, value: value)
        }
    }

    func sendRaw(key: String, value: String, headers: [RecordHeader] = []) async throws {
        let producer = try Producer(ProducerConfiguration(kafka: kafka), logger: logger)
        _ = try await producer.send(
            ProducerRecord(topic: "jobs", key: Array(key.utf8), value: Array(value.utf8), headers: headers))
        await producer.close(deadline: .seconds(5))
    }

    /// Runs a worker until `body` returns, and then until it has drained.
    func withWorker(_ body: (Worker) async throws -> Void) async throws -> WorkerEnding {
        let worker = try makeWorker(isNewGroup: isFirst())
        return try await withThrowingTaskGroup(of: WorkerEnding.self) { group in
            group.addTask { try await worker.run() }
            try await body(worker)
            await worker.drain()
            return try await group.next() ?? .drained
        }
    }

    /// Runs a worker until `body` returns, and cancels it then.
    func withCancelledWorker(_ body: () async throws -> Void) async throws {
        let worker = try makeWorker(isNewGroup: isFirst())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await worker.run() }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    func refuseDeadLetters() throws {
        try broker.setTopicError("jobs.dead-letters", .unknownTopicOrPartition)
    }

    func takeDeadLetters() throws {
        try broker.setTopicError("jobs.dead-letters", KafkaErrorCode(rawValue: 0))
    }

    func withTwoWorkers(_ body: () async throws -> Void) async throws -> [WorkerEnding] {
        let isNewGroup = isFirst()
        let workers = try (0..<2).map { _ in try makeWorker(isNewGroup: isNewGroup) }
        return try await withThrowingTaskGroup(of: WorkerEnding.self) { group in
            for worker in workers { group.addTask { try await worker.run() } }
            try await body()
            for worker in workers { await worker.drain() }
            var endings: [WorkerEnding] = []
            for try await ending in group { endings.append(ending) }
            return endings
        }
    }

    private func makeWorker(isNewGroup: Bool) throws -> Worker {
        var consumer = ConsumerConfiguration(kafka: kafka, groupID: "group")
        consumer.sessionTimeout = .milliseconds(3500)
        consumer.heartbeatInterval = .milliseconds(300)
        consumer.fetchWaitMax = .milliseconds(10)
        var configuration = WorkerConfiguration(
            inbound: [.init(topic: "jobs", kind: .chargeSavedCard)], eventTopics: [.charges: "events"],
            groupID: "group")
        configuration.window = window
        configuration.drainDeadline = drainDeadline
        configuration.sessionTimeout = consumer.sessionTimeout
        configuration.callTimeout = .milliseconds(500)
        configuration.indexLag = .milliseconds(100)
        configuration.isNewGroup = isNewGroup
        let leases = Leases()
        let pipeline = JobPipeline(
            accounts: [.standard: gateway], concurrency: concurrency, leases: leases,
            encoder: EventEncoder(source: "/test"), logger: logger)
        return Worker(
            configuration: configuration, consumer: try Consumer(consumer, logger: logger),
            delivery: .idempotent(try Producer(ProducerConfiguration(kafka: kafka), logger: logger)),
            pipeline: pipeline, leases: leases, logger: logger)
    }

    /// Whether no worker has run yet.
    private func isFirst() -> Bool {
        hasWorked.withLock { hasWorked in
            defer { hasWorked = true }
            return !hasWorked
        }
    }

    func events() async throws -> [ConsumedRecord] { try await read(topic: "events") }

    /// Every record of a topic, read by a consumer of a group of its own.
    ///
    /// With `count` it waits until there are as many.
    func read(topic: String, count: Int? = nil) async throws -> [ConsumedRecord] {
        var configuration = ConsumerConfiguration(kafka: kafka, groupID: "reader-of-\(topic)")
        configuration.sessionTimeout = .milliseconds(3500)
        configuration.heartbeatInterval = .milliseconds(300)
        configuration.fetchWaitMax = .milliseconds(10)
        let consumer = try Consumer(configuration, logger: logger)
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
