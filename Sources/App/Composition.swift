import Kafka
import Logging
import MercadoPago
import PaymentJobs
import Pipeline
import Worker

/// A worker with all that it works with, made of a configuration.
package struct Composition: Sendable {
    /// The worker.
    package let worker: Worker
    private let connections: MercadoPagoConnections
    private let pipeline: JobPipeline
    private let tokenFiles: [AccessTokenFile]

    /// Connects everything; nothing is read from Kafka yet.
    ///
    /// - Throws: A failure that says which settings librdkafka refuses.
    package init(_ configuration: AppConfiguration, logs: LogSetup) async throws(CommandFailure) {
        let readings = configuration.readings
        let delivery = try Self.makeDelivery(
            configuration, readings, logger: logs.logger("kafka.producer"))
        var opened: Consumer?
        do throws(CommandFailure) {
            let consumer = try Self.makeConsumer(
                configuration.consumer, readings, logger: logs.logger("kafka.consumer"))
            opened = consumer
            try await Self.prime(delivery, configuration.answerTopics)
            let sellers = try configuration.accounts.map { account throws(CommandFailure) in
                try Seller(account, logger: logs.logger("credentials"))
            }
            tokenFiles = sellers.compactMap(\.tokenFile)
            // Last, because it must be shut down, and nothing can fail after it.
            connections = try Self.makeConnections(configuration.gateway)
            let leases = Leases()
            pipeline = Self.makePipeline(
                configuration, sellers, connections, leases, logger: logs.logger("pipeline"))
            worker = Worker(
                configuration: configuration.worker, consumer: consumer, delivery: delivery,
                pipeline: pipeline, leases: leases, logger: logs.logger("worker"))
        } catch {
            await opened?.close(deadline: .zero)
            await Self.close(delivery)
            throw error
        }
    }

    /// Works until the worker is drained, or can't go on.
    package func run() async throws(WorkerError) -> WorkerEnding {
        let result: Result<WorkerEnding, WorkerError>
        do throws(WorkerError) {
            result = .success(try await worker.run())
        } catch {
            result = .failure(error)
        }
        await connections.shutdown()
        return try result.get()
    }

    /// Looks at the secret files of access tokens until it is cancelled.
    ///
    /// - Parameter pause: The pause between two looks.
    func watchAccessTokens(every pause: Duration) async {
        await AccessTokenWatch(files: tokenFiles, pause: pause).run { account in
            await pipeline.credentialsChanged(of: account)
        }
    }

    private static func makePipeline(
        _ configuration: AppConfiguration, _ sellers: [Seller], _ connections: MercadoPagoConnections,
        _ leases: Leases, logger: Logger
    ) -> JobPipeline {
        let accounts = Dictionary(sellers.map { ($0.name, $0.account(on: connections)) }) { first, _ in
            first
        }
        return JobPipeline(
            accounts: accounts, concurrency: configuration.concurrency, policy: configuration.retries,
            looks: configuration.looks, leases: leases,
            decoder: JobDecoder(
                maxValueSize: configuration.jobSizeMax,
                sites: accounts.compactMapValues(\.rules.site)),
            encoder: EventEncoder(source: configuration.eventSource), logger: logger)
    }

    private static func makeConnections(
        _ configuration: MercadoPagoConfiguration
    ) throws(CommandFailure) -> MercadoPagoConnections {
        do {
            return try MercadoPagoConnections(configuration)
        } catch {
            throw CommandFailure(.configuration, "the gateway's settings can't be used: \(error)")
        }
    }

    private static func makeDelivery(
        _ configuration: AppConfiguration, _ readings: [String: SettingReader.Reading], logger: Logger
    ) throws(CommandFailure) -> DeliveryClient {
        guard let transactions = configuration.transactions else {
            return .idempotent(try makeProducer(configuration.producer, readings, logger: logger))
        }
        do {
            return .atomic(try TransactionalProducer(transactions, logger: logger), transactions)
        } catch {
            throw CommandFailure(error, of: .producer, readings)
        }
    }

    private static func close(_ delivery: DeliveryClient) async {
        switch delivery {
        case .idempotent(let producer): await producer.close(deadline: .zero)
        case .atomic(let producer, _): await producer.close(deadline: .zero)
        }
    }

    static func makeProducer(
        _ configuration: ProducerConfiguration, _ readings: [String: SettingReader.Reading] = [:],
        logger: Logger
    ) throws(CommandFailure) -> Producer {
        do {
            return try Producer(configuration, logger: logger)
        } catch {
            throw CommandFailure(error, of: .producer, readings)
        }
    }

    static func makeConsumer(
        _ configuration: ConsumerConfiguration, _ readings: [String: SettingReader.Reading] = [:],
        logger: Logger
    ) throws(CommandFailure) -> Consumer {
        do {
            return try Consumer(configuration, logger: logger)
        } catch {
            throw CommandFailure(error, of: .consumer, readings)
        }
    }
}

extension Composition {
    private static func prime(
        _ delivery: DeliveryClient, _ topics: [String]
    ) async throws(CommandFailure) {
        switch delivery {
        case .idempotent(let producer): try await prime(producer, topics)
        case .atomic(let producer, _):
            try await prime(topics) { topic throws(KafkaError) in
                try await producer.initialize(priming: [topic])
            }
        }
    }

    /// Sees to it that the topics are there before the first job is begun.
    static func prime(_ producer: Producer, _ topics: [String]) async throws(CommandFailure) {
        try await prime(topics) { topic throws(KafkaError) in try await producer.prime([topic]) }
    }

    private static func prime(
        _ topics: [String], _ prime: (String) async throws(KafkaError) -> Void
    ) async throws(CommandFailure) {
        for topic in topics {
            do throws(KafkaError) {
                try await prime(topic)
            } catch {
                guard case .broker(let code) = error else { throw CommandFailure(error) }
                if code == .unknownTopicOrPartition || code == .unknownTopic {
                    throw CommandFailure(
                        .unavailable,
                        "the topic \(topic) doesn't exist: create it, or name another in topics.…")
                }
                throw CommandFailure(
                    .unavailable,
                    "Kafka can't be reached (\(code)): check kafka.bootstrap-servers and the brokers")
            }
        }
    }
}

extension AppConfiguration {
    /// Four looks, the last of them after the search shows everything for sure.
    var looks: LookPolicy {
        let lag = worker.indexLag
        return LookPolicy(indexLag: lag, pause: max(.milliseconds(100), lag * 2 / 5), countMin: 4)
    }

    /// Every topic that answers go to.
    var answerTopics: [String] {
        Set(worker.eventTopics.values).union(worker.inbound.map(\.deadLetterTopic)).sorted()
    }
}

extension CommandFailure {
    /// What a Kafka client that couldn't be made means for the command.
    init(
        _ error: KafkaError, of client: KafkaRefusal.Client, _ readings: [String: SettingReader.Reading]
    ) {
        guard case .invalidConfiguration(let problems) = error else {
            self.init(error)
            return
        }
        let lines = problems.map { problem in
            let refusal = KafkaRefusal(problem, by: client, readings)
            return "  \(refusal.subject): \(refusal.fullMessage)"
                + (refusal.hint.map { "\n    \($0)" } ?? "")
        }
        self.init(.configuration, "Kafka's \(client) can't be made:\n" + lines.joined(separator: "\n"))
    }

    /// What a Kafka client that can't go on means for the command.
    init(_ error: KafkaError) {
        switch error {
        case .invalidConfiguration(let problems):
            let lines = problems.map { "  \($0)" }.joined(separator: "\n")
            self.init(.configuration, "librdkafka refuses the settings:\n\(lines)")
        case .broker(let code), .fatal(let code, _):
            let status: ExitStatus = code.isTransient ? .unavailable : .software
            self.init(status, "Kafka: \(error)")
        case .partitions, .offsetUnavailable: self.init(.unavailable, "Kafka: \(error)")
        case .noResources: self.init(.temporary, "Kafka: \(error)")
        case .closed, .invalidTopic, .invalidCommit, .notAssigned: self.init(.software, "Kafka: \(error)")
        }
    }
}
