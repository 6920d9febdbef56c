import ExactJSON
import Hummingbird
import HummingbirdTesting
import Logging
import ServiceLifecycle
import Testing

@testable import Sandbox

@Suite("Over real sockets", .serialized) struct LiveServerTests {
    /// A server on a free port, stopped by cancellation when the body is done.
    private static func serving(
        _ configure: (inout SandboxConfiguration) -> Void = { _ in },
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        var configuration = SandboxConfiguration()
        configure(&configuration)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = SandboxServer(configuration: configuration, logger: Logger(label: "sandbox-tests")) {
            continuation.yield($0)
        }
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            let port = try #require(await ports.first { _ in true })
            try await body(port)
            group.cancelAll()
            while let end = await group.nextResult() {
                if case .failure(let error) = end, !(error is CancellationError) { throw error }
            }
        }
    }

    private static func get(_ path: String) -> String {
        "GET \(path) HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer TEST-sandbox-access-token\r\n\r\n"
    }

    private static func json(_ end: SocketEnd) throws -> JSON {
        guard case .answered(let text) = end else { throw Unanswered(end: end) }
        let body = try #require(text.split(separator: "\r\n\r\n", maxSplits: 1).last)
        return try JSON(parsing: String(body))
    }

    private struct Unanswered: Error {
        let end: SocketEnd
    }

    private static func read(_ port: Int, _ path: String) async throws -> JSON {
        try json(await RawSocket.exchange(port: port, request: get(path)))
    }

    private static func send(_ port: Int, _ path: String, _ body: JSON, key: String = "") async -> SocketEnd {
        await RawSocket.exchange(port: port, request: RawSocket.post(path, body.description, key: key))
    }

    private static func customer(_ port: Int) async throws -> SeededCustomer {
        let seeded = try json(await send(port, "/_sandbox/seed", [:]))["customers"]?[0]
        return SeededCustomer(
            id: try #require(seeded?["customer_id"]?.string),
            cardID: try #require(seeded?["card_id"]?.string),
            tokens: [try #require(seeded?["token"]?.string)])
    }

    @Test("a reset really resets; after means that the charge was made", arguments: [false, true])
    func reset(_ after: Bool) async throws {
        try await Self.serving { port in
            let ana = try await Self.customer(port)
            let kind: JSON = after ? "reset-after" : "reset-before"
            _ = await Self.send(
                port, "/_sandbox/faults", ["kind": kind, "match": ["path": "/v1/payments"], "times": 1])
            #expect(await Self.send(port, "/v1/payments", Bench.charge(ana), key: "k") == .reset)
            #expect(try await Self.read(port, "/_sandbox/payments")["total"] == (after ? 1 : 0))
            let log = try await Self.read(port, "/_sandbox/requests")["requests"]?[0]
            #expect(log?["status"] == .null && log?["fault"] == kind)
            let again = await Self.send(port, "/v1/payments", Bench.charge(ana), key: "k")
            guard case .answered(let text) = again else { throw Unanswered(end: again) }
            #expect(text.hasPrefix(after ? "HTTP/1.1 200" : "HTTP/1.1 201"))
        }
    }

    @Test(
        "an answer that is lost after the effect leaves the effect",
        arguments: ["capture", "cancel", "refund"])
    func lost(_ action: String) async throws {
        try await Self.serving { port in
            let ana = try await Self.customer(port)
            let body = Bench.charge(ana, ["capture": .bool(action == "refund")])
            let made = try Self.json(await Self.send(port, "/v1/payments", body, key: "k"))
            let id = try #require(made["id"]?.int64)
            let fault: JSON = ["kind": "reset-after", "match": ["action": .string(action)], "times": 1]
            _ = await Self.send(port, "/_sandbox/faults", fault)
            let path = "/v1/payments/\(id)" + (action == "refund" ? "/refunds" : "")
            let update: JSON = action == "capture" ? ["capture": true] : ["status": "cancelled"]
            let request = RawSocket.post(path, action == "refund" ? "{}" : update.description, key: "r")
            let sent = action == "refund" ? request : "PUT" + request.dropFirst(4)
            #expect(await RawSocket.exchange(port: port, request: sent) == .reset)
            let ends = ["capture": "approved", "cancel": "cancelled", "refund": "refunded"]
            #expect(try await Self.read(port, "/v1/payments/\(id)")["status"]?.string == ends[action])
            let actions = try await Self.read(port, "/_sandbox/summary")["requests"]?["actions"]
            #expect(actions?[action] == ["cut": 1])
        }
    }

    @Test("an answer in pieces begins before it is over")
    func drips() async throws {
        try await Self.serving { port in
            _ = await Self.send(
                port, "/_sandbox/faults", ["kind": "drip", "milliseconds": 600, "pieces": 2, "times": 1])
            let first = await RawSocket.exchange(port: port, request: Self.get("/v1/payments/search"))
            guard case .answered(let text) = first else { throw Unanswered(end: first) }
            #expect(text.hasPrefix("HTTP/1.1 200") && !text.hasSuffix("}"))
        }
    }

    @Test("a hang says nothing until its time is over, then closes")
    func hangs() async throws {
        try await Self.serving { port in
            _ = await Self.send(port, "/_sandbox/faults", ["kind": "hang", "milliseconds": 700, "times": 1])
            let clock = ContinuousClock()
            let start = clock.now
            let end = await RawSocket.exchange(port: port, request: Self.get("/v1/payments/1"))
            #expect(end == .closed && clock.now - start >= .milliseconds(700))
            // It was under way until then, and is no longer.
            for _ in 0..<1_000 {
                let account = try await Self.read(port, "/_sandbox/summary")["accounts"]?[0]
                if account?["in_flight"] == 0 { break }
            }
            let account = try await Self.read(port, "/_sandbox/summary")["accounts"]?[0]
            #expect(account?["in_flight"] == 0 && account?["in_flight_max"] == 1)
        }
    }

    @Test("a hang after has charged, and ends as soon as the caller hangs up")
    func hangUp() async throws {
        try await Self.serving { port in
            let ana = try await Self.customer(port)
            _ = await Self.send(port, "/_sandbox/faults", ["kind": "hang-after", "times": 1])
            let request = RawSocket.post("/v1/payments", Bench.charge(ana).description, key: "k")
            #expect(await RawSocket.exchange(port: port, request: request, hangUp: true) == .closed)
            #expect(try await Self.read(port, "/_sandbox/payments")["total"] == 1)
        }
    }

    @Test("a server that is stopped drops the calls that hang", arguments: [Stop.cancelled, .graceful])
    func stops(_ stop: Stop) async throws {
        // The fault lasts a minute, the caller waits for twenty seconds: only the stop can end it in time.
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let service = SandboxService(
            server: SandboxServer(logger: Logger(label: "sandbox-tests")) { continuation.yield($0) })
        let services = ServiceGroup(services: [service], logger: Logger(label: "sandbox-tests"))
        try await withThrowingTaskGroup { group in
            group.addTask { try await services.run() }
            let port = try #require(await ports.first { _ in true })
            _ = await Self.send(port, "/_sandbox/faults", ["kind": "hang", "times": 1])
            async let end = RawSocket.exchange(port: port, request: Self.get("/v1/payments/1"))
            for _ in 0..<1_000 {
                let log = try await Self.read(port, "/_sandbox/requests")["requests"]
                if log?[0]?["fault"] == "hang" { break }
            }
            switch stop {
            case .cancelled: group.cancelAll()
            case .graceful: await services.triggerGracefulShutdown()
            }
            #expect([.closed, .reset].contains(await end))
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    enum Stop {
        case cancelled, graceful
    }

    private struct SandboxService: Service {
        let server: SandboxServer

        func run() async throws { try await server.run() }
    }

    @Test("one connection carries many calls, and every answer has an id of its own")
    func keepAlive() async throws {
        let server = SandboxServer(logger: Logger(label: "sandbox-tests"))
        try await server.application().test(.live) { client in
            let bench = Bench(client: client, clock: HandClock())
            var ids: Set<String> = []
            for _ in 0..<200 {
                ids.insert(try #require(try await bench.get("/v1/payments/1").header("X-Request-Id")))
            }
            #expect(ids.count == 200)
        }
    }
}
