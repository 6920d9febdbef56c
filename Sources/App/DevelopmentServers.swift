import Logging
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
        let others = configuration.accounts.dropFirst().enumerated().map { index, account in
            "\n  another seller     \(account.name) (\(account.site.rawValue)): add ?account=\(index + 1)"
        }
        return """
            A sandboxed Mercado Pago (\(account.site.rawValue), \(account.site.currency)). End it with ^C.

              a worker on it     COBRADOR_GATEWAY_BASE_URL=\(url) \\
                                 COBRADOR_GATEWAY_ACCESS_TOKEN=\(token) \(Program.name) run
              customers, cards   curl -s \(url)/_sandbox/seed -d '{"customers": 1, "tokens": 3}'
              tokens of a card   curl -s \(url)/_sandbox/card-tokens -d '{"count": 1, "holder": "FUND"}'
              a fault            curl -s \(url)/_sandbox/faults -d '{"kind": "5xx-after", "times": 1}'
              what was charged   curl -s \(url)/_sandbox/payments
              how it went        curl -s \(url)/_sandbox/summary
            """ + others.joined()
    }
}

/// The sandbox as a service, because it ends calmly only in a group of services.
struct SandboxService: Service {
    let server: SandboxServer

    func run() async throws { try await server.run() }
}
