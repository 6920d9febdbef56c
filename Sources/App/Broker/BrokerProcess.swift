import FoundationEssentials
import Kafka
import Logging
import PaymentJobs
import ServiceLifecycle
import UnixSignals

/// `cobrador broker`: the embedded broker until a signal.
package struct BrokerProcess: Sendable {
    /// All of Cobrador's topics; nil partitions mean the command's default.
    package static var usualTopics: [(String, Int?)] {
        let inbound = JobKind.allCases.map { "cobrador.jobs.\($0.rawValue)" }
        let events = EventStream.allCases.map { "cobrador.events.\($0.rawValue)" }
        return (inbound + events + inbound.map { $0 + ".dead-letters" }).map { ($0, nil) }
    }

    /// The requests that the control port can let fail, by its names for them.
    package static var faultyRequests: [String] { EmbeddedBroker.Request.allCases.map(\.controlName) }

    private let topics: [String: Int]
    private let addressFile: String?
    private let control: Control?
    private let terminal: Terminal

    /// That there is a control port, and where its address goes besides standard output.
    package struct Control: Sendable {
        let file: String?

        package init(file: String?) { self.file = file }
    }

    package init(topics: [String: Int], addressFile: String?, control: Control?, terminal: Terminal) {
        self.topics = topics
        self.addressFile = addressFile
        self.control = control
        self.terminal = terminal
    }

    /// Serves until SIGTERM or SIGINT; standard output gets the address, and the control port's as a
    /// second line where there is one.
    package func run() async throws(CommandFailure) {
        let logs = LogSetup(
            level: .error, format: .text(isColoured: terminal.style.isColoured),
            sink: DescriptorSink.standardError)
        let broker: EmbeddedBroker
        do {
            let list = topics.sorted { $0.key < $1.key }.map { (name: $0.key, partitions: $0.value) }
            broker = try EmbeddedBroker(topics: list, logger: logs.logger("broker"))
        } catch {
            throw CommandFailure(.unavailable, "the embedded broker doesn't start: \(error)")
        }
        defer { broker.close() }
        if let control {
            try await serve(control, broker, logs)
        } else {
            try announce(broker.bootstrapServers)
            await Signals.first()
        }
    }

    /// Announces nothing before the control port takes connections.
    private func serve(
        _ control: Control, _ broker: EmbeddedBroker, _ logs: LogSetup
    ) async throws(CommandFailure) {
        let (urls, url) = AsyncStream.makeStream(of: String.self)
        let service = BrokerControl(
            broker, topics: Set(topics.keys), logger: logs.logger("control")
        ) { url.yield($0) }
        let services = ServiceGroup(
            services: [service], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logs.logger("control"))
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { url.finish() }
                    try await services.run()
                }
                group.addTask {
                    for await url in urls { try announce(broker.bootstrapServers, url, control.file) }
                }
                try await group.waitForAll()
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.unavailable, "the control port doesn't open: \(error)")
        }
    }

    private func announce(
        _ address: String, _ url: String? = nil, _ controlFile: String? = nil
    ) throws(CommandFailure) {
        if let addressFile { try Self.write(address, to: addressFile) }
        if let url, let controlFile { try Self.write(url, to: controlFile) }
        DescriptorSink.standardOutput.write(address)
        if let url { DescriptorSink.standardOutput.write(url) }
        DescriptorSink.standardError.write(guide(address, url))
    }

    private static func write(_ line: String, to file: String) throws(CommandFailure) {
        do {
            try Data((line + "\n").utf8).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw CommandFailure(
                .io, "can't write \(file): its folder must exist, and let this user write")
        }
    }

    private func guide(_ address: String, _ url: String?) -> String {
        let width = topics.keys.map(\.count).max() ?? 0
        let rows = topics.sorted { $0.key < $1.key }
            .map { "  \($0.key.padding(to: width))  \($0.value) partitions" }
        let first = topics.keys.sorted().first ?? ""
        let faults = url.map { url in
            """


              curl -s \(url)/faults -d '{"request": "produce", "error": "NOT_ENOUGH_REPLICAS", "count": 2}'
              curl -s \(url)/faults -X DELETE
            """
        }
        return """
            An embedded Kafka broker on \(address). End it with ^C.

            \(rows.joined(separator: "\n"))

              kcat -b \(address) -L
              kcat -b \(address) -C -t \(first) -X fetch.wait.max.ms=10
              COBRADOR_KAFKA_BOOTSTRAP_SERVERS=\(address) \(Program.name) run\(faults ?? "")
            """
    }
}

/// Kafka's rule for the names of topics.
package enum TopicRule {
    package static func accepts(_ name: String) -> Bool { name.isTopicName }
}
