import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// The port for operators: whether the process lives, and whether its worker is ready.
///
/// `GET /health/live` and `GET /health/ready`, without a log line and without authentication.
public struct OperationsServer: Sendable {
    /// Where it listens.
    public let address: ListenAddress
    private let responder: ProbeResponder
    private let logger: Logger
    private let onListening: @Sendable (ListenAddress) async -> Void

    /// A server that isn't listening yet.
    ///
    /// - Parameters:
    ///   - address: Where to listen.
    ///   - logger: Where the server's own troubles go.
    ///   - readiness: Asked for each answer; the worker's loops have to get round to it, so that a process
    ///     that is stuck answers neither path.
    ///   - onListening: Told the address, with the port that is in use, once connections are taken.
    public init(
        address: ListenAddress, logger: Logger,
        readiness: @escaping @Sendable () async -> ReadinessReport,
        onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) {
        self.address = address
        self.logger = logger
        self.onListening = onListening
        responder = ProbeResponder(readiness: readiness)
    }

    /// Serves until the task is cancelled or a surrounding service group shuts down gracefully.
    ///
    /// - Throws: Where the address can't be listened on.
    public func run() async throws {
        let (address, onListening) = (address, onListening)
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? address.port
                await onListening(ListenAddress(host: address.host, port: port))
            },
            logger: logger)
        try await application.run()
    }
}
