import ExactJSON
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import Sandbox

/// A clock that stands still until a test moves it.
final class HandClock: Sendable {
    private let milliseconds: Atomic<Int64>

    init(_ milliseconds: Int64 = 1_795_435_200_000) { self.milliseconds = Atomic(milliseconds) }

    var now: Int64 { milliseconds.load(ordering: .relaxed) }

    /// The same clock as a monotonic one, in nanoseconds.
    var uptime: Int64 { now * 1_000_000 }

    func move(seconds: Int64) { move(milliseconds: seconds * 1_000) }

    func move(milliseconds: Int64) { self.milliseconds.add(milliseconds, ordering: .relaxed) }
}

/// What came back.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var json: JSON { (try? JSON(parsing: bytes)) ?? "not JSON" }
    var code: JSON? { json["cause"]?[0]?["code"] }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

/// One sandbox of its own on a free port of the loopback, called over real sockets.
struct Bench: Sendable {
    let client: any TestClientProtocol
    let clock: HandClock
    /// What the calls come in through, where a test holds some of them up.
    var admissions: AdmissionControl?

    /// Calls go over one connection, one after the other, unless a test wants several at once.
    static func run(
        _ configure: (inout SandboxConfiguration) -> Void = { _ in },
        callsAtOnce: Bool = false,
        _ body: @Sendable (Bench) async throws -> Void
    ) async throws {
        let clock = HandClock()
        var configuration = SandboxConfiguration()
        configuration.now = { clock.now }
        configuration.uptime = { clock.uptime }
        configure(&configuration)
        let logger = Logger(label: "sandbox-tests") { _ in SwiftLogNoOpLogHandler() }
        let server = SandboxServer(configuration: configuration, logger: logger)
        try await server.application().test(callsAtOnce ? .ahc(.http) : .live) { client in
            let admissions = server.responder.gateway.admissions
            try await body(Bench(client: client, clock: clock, admissions: admissions))
        }
    }

    func call(
        _ method: String,
        _ path: String,
        _ body: JSON? = nil,
        key: String? = nil,
        token: String? = "TEST-sandbox-access-token"
    ) async throws -> Answer {
        var headers = HTTPFields()
        if let token { headers[.authorization] = "Bearer \(token)" }
        if let key, let name = HTTPField.Name("X-Idempotency-Key") { headers[name] = key }
        let method = try #require(HTTPRequest.Method(rawValue: method))
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0.serialized()) }
        )
        return Answer(
            status: response.status.code, headers: response.headers,
            bytes: Array(response.body.readableBytesView))
    }

    func get(_ path: String) async throws -> Answer { try await call("GET", path) }

    func post(_ path: String, _ body: JSON, key: String? = nil) async throws -> Answer {
        try await call("POST", path, body, key: key)
    }
}

/// A customer with a saved card, and the tokens that were made for it.
struct SeededCustomer: Sendable {
    let id: String
    let cardID: String
    let tokens: [String]
    var token: String { tokens[0] }
}

extension Bench {
    func seed(
        _ count: Int = 1, holder: String = "APRO", tokens: Int = 1, code: Bool = true
    ) async throws
        -> [SeededCustomer]
    {
        let answer = try await post(
            "/_sandbox/seed",
            [
                "customers": JSON(count), "holder": .string(holder), "tokens": JSON(tokens),
                "security_code": .bool(code),
            ])
        return try #require(answer.json["customers"]?.array).map { customer in
            SeededCustomer(
                id: try #require(customer["customer_id"]?.string),
                cardID: try #require(customer["card_id"]?.string),
                tokens: try #require(customer["tokens"]?.array).compactMap(\.string))
        }
    }

    /// A raw-card token from the API itself.
    func token(_ holder: String = "APRO", number: String = "5031755734530604") async throws -> String {
        let answer = try await post("/v1/card_tokens", Bench.card(holder, number: number))
        return try #require(answer.json["id"]?.string)
    }

    static func card(_ holder: String = "APRO", number: String = "5031755734530604") -> JSON {
        [
            "card_number": .string(number), "security_code": number.hasPrefix("37") ? "1234" : "123",
            "expiration_month": 11, "expiration_year": 2030,
            "cardholder": [
                "name": .string(holder), "identification": ["type": "DNI", "number": "12345678"],
            ],
        ]
    }

    /// The body of a charge; `changes` replace members, `nil` removes them.
    static func charge(_ customer: SeededCustomer, _ changes: [String: JSON?] = [:]) -> JSON {
        var body: JSONObject = [
            "transaction_amount": 100, "token": .string(customer.token), "installments": 1,
            "payer": ["type": "customer", "id": .string(customer.id)],
        ]
        for (name, value) in changes { body[name] = value }
        return .object(body)
    }

    /// The body of a one-off payment with a raw-card token.
    static func guest(_ token: String, _ changes: [String: JSON?] = [:]) -> JSON {
        var body: JSONObject = [
            "transaction_amount": 100, "token": .string(token), "installments": 1,
            "payer": ["email": "test_payer_1@testuser.com"],
        ]
        for (name, value) in changes { body[name] = value }
        return .object(body)
    }
}
