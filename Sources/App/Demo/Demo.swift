import AsyncHTTPClient
import Kafka
import Logging
import PaymentJobs
import Sandbox
import ServiceLifecycle
import Worker

/// `cobrador demo`: broker, sandbox and worker in this process, a mix of jobs, and what became of them.
package struct Demo: Sendable {
    package var jobs = 300
    package var concurrency = 32
    package var latency = Duration.milliseconds(50)
    package var keep = false
    package var logLevel = "error"
    /// After which silence the demo gives up.
    package var patience = Duration.seconds(60)
    /// Where its text goes.
    package var output: any DemoOutput = StandardOutput()
    let terminal: Terminal

    /// The fewest jobs that have one of each part.
    package static let jobsMin = DemoPart.totalMin
    static let account = SandboxAccount()
    static let partitions = 12

    package init(terminal: Terminal) { self.terminal = terminal }

    /// Runs the demo.
    ///
    /// - Returns: `software` where the events and the sandbox's ledger disagree.
    package func run() async throws -> ExitStatus {
        let logs = LogSetup(
            level: Logger.Level(rawValue: logLevel) ?? .error,
            format: .text(isColoured: terminal.style.isColoured), sink: DescriptorSink.standardError)
        let broker = try EmbeddedBroker(
            topics: BrokerProcess.usualTopics.map { (name: $0.0, partitions: Self.partitions) },
            logger: logs.logger("broker"))
        defer { broker.close() }
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            let status = try await withSandbox(logs) { url in
                try await withWorker(broker.bootstrapServers, url, http, logs)
            }
            try await http.shutdown()
            return status
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    private func withSandbox(
        _ logs: LogSetup, _ body: @escaping @Sendable (String) async throws -> ExitStatus
    ) async throws -> ExitStatus {
        var configuration = SandboxConfiguration(accounts: [Self.account])
        configuration.latency = latency
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = SandboxServer(configuration: configuration, logger: logs.logger("sandbox")) {
            port.yield($0)
        }
        let group = ServiceGroup(
            services: [SandboxService(server: server)], logger: logs.logger("sandbox"))
        return try await beside("the sandbox") {
            try await group.run()
        } stop: {
            await group.triggerGracefulShutdown()
        } _: {
            for await port in ports { return try await body("http://127.0.0.1:\(port)") }
            throw CancellationError()
        }
    }

    private func withWorker(
        _ bootstrap: String, _ url: String, _ http: HTTPClient, _ logs: LogSetup
    ) async throws -> ExitStatus {
        let configuration = try await self.configuration(bootstrap, url)
        var watching = configuration.consumer
        watching.groupID = "cobrador-demo-reader"
        let reader = try TopicReader(
            watching, topics: configuration.answerTopics, logger: logs.logger("reader"))
        let producer = try Composition.makeProducer(configuration.producer, logger: logs.logger("demo"))
        try await Composition.prime(producer, configuration.worker.inbound.map(\.topic))
        let composition = try await Composition(configuration, logs: logs)
        let book = DemoBook()
        let stage = DemoStage(
            demo: self, configuration: configuration, bootstrap: bootstrap,
            sandbox: SandboxControl(baseURL: url, client: http), producer: producer, book: book)
        let status = try await beside("the worker") {
            _ = try await composition.run()
        } stop: {
            await composition.worker.drain()
        } _: {
            try await beside("the reader") {
                try await reader.run { await book.received($0) }
            } stop: {
                await reader.close()
            } _: {
                try await stage.run()
            }
        }
        await producer.close(deadline: .seconds(1))
        return status
    }

    /// The worker is configured as any other, so that the demo shows what runs elsewhere.
    private func configuration(
        _ bootstrap: String, _ url: String
    ) async throws(CommandFailure) -> AppConfiguration {
        let sources = ConfigurationSources(
            arguments: [
                "kafka.group-id": "cobrador-demo", "kafka.consumer.session-timeout": "3500ms",
                "kafka.consumer.heartbeat-interval": "300ms", "kafka.consumer.fetch-wait-max": "10ms",
                "gateway.base-url": url, "worker.concurrency": String(concurrency),
                "worker.revoke-deadline": "3s", "worker.drain-deadline": "10s", "worker.close-deadline": "3s",
                "retry.pause-base": "200ms", "worker.new-group": "true", "gateway.index-lag": "250ms",
                "events.source": "/cobrador/demo", "log.level": logLevel,
            ],
            environment: [
                "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
                "COBRADOR_GATEWAY_ACCESS_TOKEN": Self.account.accessToken,
            ])
        do throws(ConfigurationError) {
            return try await AppConfiguration.load(sources)
        } catch {
            throw CommandFailure(error)
        }
    }
}

/// Where a demo's text goes.
package protocol DemoOutput: Sendable {
    func write(_ text: String)
}

/// This process's standard output.
struct StandardOutput: DemoOutput {
    func write(_ text: String) { DescriptorSink.standardOutput.writeRaw(text) }
}
