import NIOCore
import NIOPosix
import Synchronization

/// A TCP server on an ephemeral port of this machine that does what a test says, byte for byte.
final class ScriptedServer: Sendable {
    /// What it does next.
    enum Step: Sendable {
        case send(String)
        /// Sends one byte after the other, endlessly.
        case trickle(every: TimeAmount)
        case close
        case reset
        case hang
    }

    /// When it does it.
    enum Behaviour: Sendable {
        case onAccept([Step])
        case onFirstBytes([Step])
        case onRequest(@Sendable (Request) -> [Step])
    }

    /// A complete request.
    struct Request: Sendable {
        var method = ""
        var target = ""
        var headers: [String: [String]] = [:]
        var body = ""
        var connection = 0
    }

    private struct State {
        var requests: [Request] = []
        var connections = 0
        var open: [ObjectIdentifier: any Channel] = [:]
    }

    private let state = Mutex(State())
    private let channel: any Channel
    /// One element per complete request.
    let arrivals: AsyncStream<Void>
    /// One element per connection that ended.
    let departures: AsyncStream<Void>

    var port: Int { channel.localAddress?.port ?? 0 }
    var requests: [Request] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }

    private init(channel: any Channel, arrivals: AsyncStream<Void>, departures: AsyncStream<Void>) {
        self.channel = channel
        self.arrivals = arrivals
        self.departures = departures
    }

    /// Runs `body` with a server that is stopped afterwards, connections included.
    static func run<Result>(
        _ behaviour: Behaviour, _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let (departures, departed) = AsyncStream.makeStream(of: Void.self)
        let box = Mutex<ScriptedServer?>(nil)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Accepting waits until the server knows its channel.
            .serverChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let server = box.withLock({ $0 }) else { throw ChannelError.operationUnsupported }
                    let handler = Connection(behaviour, server.opened(channel)) { event in
                        switch event {
                        case .request(let request):
                            server.state.withLock { $0.requests.append(request) }
                            arrived.yield()
                        case .ended:
                            server.state.withLock { $0.open[ObjectIdentifier(channel)] = nil }
                            departed.yield()
                        }
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedServer(channel: channel, arrivals: arrivals, departures: departures)
        box.withLock { $0 = server }
        try await channel.setOption(.autoRead, value: true).get()
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    private func opened(_ channel: any Channel) -> Int {
        state.withLock { state in
            state.connections += 1
            state.open[ObjectIdentifier(channel)] = channel
            return state.connections
        }
    }

    private func stop() async {
        try? await channel.close().get()
        for channel in state.withLock({ Array($0.open.values) }) { try? await channel.close().get() }
    }
}
