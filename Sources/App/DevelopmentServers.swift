import FoundationEssentials
import Kafka
import Logging
import PaymentJobs
import Sandbox
import ServiceLifecycle
import UnixSignals

/// `cobrador sandbox`: the sandbox until a signal.
package struct SandboxProcess: Sendable {
    private let configuration: SandboxConfiguration
    private let terminal: Terminal

    package init(_ configuration: SandboxConfiguration, terminal: Terminal) {
        self.configuration = configuration
        self.terminal = terminal
    }

    /// Serves until SIGTERM or SIGINT; the base URL is the one line on standard output.
    package func run() async throws {
        let logs = LogSetup(
            level: .error, format: .text(isColoured: terminal.style.isColoured),
            sink: DescriptorSink.standardError)
        let server = SandboxServer(configuration: configuration, logger: logs.logger("sandbox")) { port in
            let url = "http://\(configuration.host):\(port)"
            DescriptorSink.standardOutput.write(url)
            DescriptorSink.standardError.write(guide(url))
        }
        let group = ServiceGroup(
            services: [SandboxService(server: server)], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logs.logger("sandbox"))
        do {
            try await group.run()
        } catch {
            throw CommandFailure(
                .unavailable,
                "can't listen on port \(configuration.port) (\(error)); try another, or --port 0")
        }
    }

    private func guide(_ url: String) -> String {
        let account = configuration.accounts[0]
        let token = account.accessToken == SandboxAccount().accessToken ? account.accessToken : "…"
        return """
            A sandboxed Mercado Pago (\(account.site.rawValue), \(account.site.currency)). End it with ^C.

              a worker on it     COBRADOR_GATEWAY_BASE_URL=\(url) \\
                                 COBRADOR_GATEWAY_ACCESS_TOKEN=\(token) \(Program.name) run
              customers, cards   curl -s \(url)/_sandbox/seed -d '{"customers": 1, "tokens": 3}'
              tokens of a card   curl -s \(url)/_sandbox/card-tokens -d '{"count": 1, "holder": "FUND"}'
              a fault            curl -s \(url)/_sandbox/faults -d '{"kind": "5xx-after", "times": 1}'
              what was charged   curl -s \(url)/_sandbox/payments
              how it went        curl -s \(url)/_sandbox/summary
            """
    }
}

/// The sandbox as a service, because it ends calmly only in a group of services.
struct SandboxService: Service {
    let server: SandboxServer

    func run() async throws { try await server.run() }
}

/// `cobrador broker`: the embedded broker until a signal.
package struct BrokerProcess: Sendable {
    /// All of Cobrador's topics; nil partitions mean the command's default.
    package static var usualTopics: [(String, Int?)] {
        let inbound = JobKind.allCases.map { "cobrador.jobs.\($0.rawValue)" }
        let events = EventStream.allCases.map { "cobrador.events.\($0.rawValue)" }
        return (inbound + events + inbound.map { $0 + ".dead-letters" }).map { ($0, nil) }
    }

    private let topics: [String: Int]
    private let addressFile: String?
    private let terminal: Terminal

    package init(topics: [String: Int], addressFile: String?, terminal: Terminal) {
        self.topics = topics
        self.addressFile = addressFile
        self.terminal = terminal
    }

    /// Serves until SIGTERM or SIGINT; the address is the one line on standard output.
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
        let address = broker.bootstrapServers
        if let addressFile {
            do {
                try Data((address + "\n").utf8).write(to: URL(filePath: addressFile), options: .atomic)
            } catch {
                broker.close()
                throw CommandFailure(
                    .io, "can't write \(addressFile): its folder must exist, and let this user write")
            }
        }
        DescriptorSink.standardOutput.write(address)
        DescriptorSink.standardError.write(guide(address))
        await Signals.first()
        broker.close()
    }

    private func guide(_ address: String) -> String {
        let width = topics.keys.map(\.count).max() ?? 0
        let rows = topics.sorted { $0.key < $1.key }
            .map { "  \($0.key.padding(to: width))  \($0.value) partitions" }
        let first = topics.keys.sorted().first ?? ""
        return """
            An embedded Kafka broker on \(address). End it with ^C.

            \(rows.joined(separator: "\n"))

              kcat -b \(address) -L
              kcat -b \(address) -C -t \(first) -X fetch.wait.max.ms=10
              COBRADOR_KAFKA_BOOTSTRAP_SERVERS=\(address) \(Program.name) run
            """
    }
}

/// Kafka's rule for the names of topics.
package enum TopicRule {
    package static func accepts(_ name: String) -> Bool { name.isTopicName }
}
