import PaymentJobs
import Synchronization
import Testing

@testable import MercadoPago

@Suite("Connections that several sellers share", .timeLimit(.minutes(1)))
struct SharedConnectionsTests {
    /// A token that a test replaces.
    private final class Tokens: AccessTokenSource {
        private let kept: Mutex<AccessToken>
        private let next = Mutex<AccessToken?>(nil)

        init(_ token: AccessToken) { kept = Mutex(token) }

        var current: AccessToken { kept.withLock { $0 } }

        func replace(with token: AccessToken) { next.withLock { $0 = token } }

        func refresh() async -> Bool {
            guard let token = next.withLock({ $0.take() }) else { return false }
            kept.withLock { $0 = token }
            return true
        }
    }

    private static let account = response("200 OK", #"{"id":1,"site_id":"MLA"}"#)

    private static func token(_ text: String) throws -> AccessToken {
        try #require(AccessToken(Secret(text)))
    }

    private static func withConnections<Result>(
        port: Int, _ body: (MercadoPagoConnections) async throws -> Result
    ) async throws -> Result {
        var configuration = MercadoPagoConfiguration()
        configuration.baseURL = "http://127.0.0.1:\(port)"
        configuration.connectionsMax = 1
        let connections = try MercadoPagoConnections(configuration)
        do {
            let result = try await body(connections)
            await connections.shutdown()
            return result
        } catch {
            await connections.shutdown()
            throw error
        }
    }

    @Test("each call carries its seller's token, and one connection serves all")
    func tokens() async throws {
        try await ScriptedServer.run(.onRequest { _ in [.send(Self.account)] }) { server in
            try await Self.withConnections(port: server.port) { connections in
                let one = MercadoPagoClient(sharing: connections, accessToken: try Self.token("TEST-one"))
                let two = MercadoPagoClient(sharing: connections, accessToken: try Self.token("TEST-two"))
                for client in [one, two, one] { _ = try await client.account() }
                // What is shared isn't one client's to close.
                await one.shutdown()
                _ = try await two.account()
            }
            let sent = server.requests.map { $0.headers["authorization"] }
            #expect(
                sent == [["Bearer TEST-one"], ["Bearer TEST-two"], ["Bearer TEST-one"], ["Bearer TEST-two"]])
            #expect(server.connections == 1)
        }
    }

    @Test("a token that is replaced is used from the next call on")
    func replaced() async throws {
        try await ScriptedServer.run(.onRequest { _ in [.send(Self.account)] }) { server in
            try await Self.withConnections(port: server.port) { connections in
                let tokens = Tokens(try Self.token("TEST-before"))
                let client = MercadoPagoClient(sharing: connections, accessToken: tokens)
                let gateway = MercadoPagoGateway(client)
                _ = try await client.account()
                #expect(await !gateway.refreshCredentials())
                tokens.replace(with: try Self.token("TEST-after"))
                #expect(await gateway.refreshCredentials())
                #expect(await !client.refreshAccessToken())
                _ = try await client.account()
            }
            let sent = server.requests.map { $0.headers["authorization"] }
            #expect(sent == [["Bearer TEST-before"], ["Bearer TEST-after"]])
        }
    }

    @Test("a client of its own needs a token, connections don't; both tell everything that is wrong")
    func problems() throws {
        var configuration = MercadoPagoConfiguration()
        #expect(configuration.problems == [])
        #expect(throws: MercadoPagoConfigurationError(problems: ["accessToken: must be given"])) {
            try MercadoPagoClient(configuration)
        }
        configuration.baseURL = "ftp://example.com"
        #expect(throws: MercadoPagoConfigurationError(problems: configuration.problems)) {
            try MercadoPagoConnections(configuration)
        }
        let client = #expect(throws: MercadoPagoConfigurationError.self) {
            try MercadoPagoClient(configuration)
        }
        #expect(client?.problems.count == 2)
    }

    @Test("no token is one that a header can't hold, and none is ever shown")
    func secrecy() throws {
        for text in ["", "two words", "line\n", "acción", String(repeating: "x", count: 513)] {
            #expect(AccessToken(Secret(text)) == nil)
        }
        let token = try Self.token(Canary.accessToken)
        var dumped = ""
        dump(token, to: &dumped)
        for shown in ["\(token)", String(reflecting: token), dumped] { #expect(!shown.contains("canary")) }
    }
}
