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
    let responder: SandboxResponder

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
            server: Self.http(responder),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { await onListening(port) }
            },
            logger: logger)
    }

    /// HTTP/1.1 that answers by the sandbox's own clock, and knows when each request began to arrive.
    ///
    /// The application's own way would put the system's time, up to a second old, into every answer, and that
    /// is what a caller compares a date in `Retry-After` with.
    private static func http(_ responder: SandboxResponder) -> HTTPServerBuilder {
        HTTPServerBuilder { _ in
            let times = ArrivalTimes(uptime: responder.gateway.configuration.uptime)
            return HTTP1Channel(
                responder: { request, writer, channel in
                    let context = SandboxContext(channel: channel, arrival: times.of(channel))
                    let response = await responder.answer(request, context)
                    try await writer.write(response: response.head, body: response.body)
                },
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [HangUpWatch(), ArrivalWatch(times)]))
        }
    }
}
