import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// A Mercado Pago that runs on this machine: real sockets, real answers, invented money.
///
/// It keeps everything in memory, within the limits of its configuration, and forgets it when it ends.
public struct SandboxServer: Sendable {
    /// What the server runs with.
    public let configuration: SandboxConfiguration
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void
    private let responder: SandboxResponder

    /// A server that tells `onListening` the port once it takes connections.
    public init(
        configuration: SandboxConfiguration = SandboxConfiguration(),
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        responder = SandboxResponder(configuration)
    }

    /// Serves until the task is cancelled or a surrounding service group shuts down gracefully.
    ///
    /// A graceful shutdown answers the calls that are under way; a call that hangs by a fault is dropped.
    /// - Throws: Where the address can't be listened on.
    public func run() async throws {
        try await application().run()
    }

    /// The application itself, for tests that run it with a client of their own.
    func application() -> Application<SandboxResponder> {
        let onListening = onListening
        return Application(
            responder: responder,
            server: .http1(
                configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [HangUpWatch()])),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { await onListening(port) }
            },
            logger: logger)
    }
}
