import AsyncHTTPClient
import ExactJSON
import NIOCore
import NIOHTTP1

/// A customer that the sandbox was seeded with.
struct SandboxCustomer: Sendable, Hashable {
    var id: String
    var tokens: [String]
}

/// One payment of the sandbox's ledger.
struct LedgerPayment: Sendable, Hashable {
    var id: Int64
    var jobID: String
    var status: String
    /// How often it was asked for.
    var posts: Int
}

/// The sandbox's control endpoints.
struct SandboxControl: Sendable {
    /// The sandbox doesn't do what it should.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let baseURL: String
    let client: HTTPClient

    /// Makes customers with one saved card of `holder` each, and one token of it.
    func seed(customers: Int, holder: String) async throws -> [SandboxCustomer] {
        let body: JSON = [
            "customers": JSON(customers), "holder": .string(holder), "email_prefix": "test_saved_",
        ]
        let answer = try await post("seed", body)
        return (answer["customers"]?.array ?? []).compactMap { customer in
            guard let id = customer["customer_id"]?.string else { return nil }
            return SandboxCustomer(id: id, tokens: customer["tokens"]?.array?.compactMap(\.string) ?? [])
        }
    }

    /// Tokens of the site's test card, which no customer has saved.
    func cardTokens(_ count: Int) async throws -> [String] {
        let answer = try await post("card-tokens", ["count": JSON(count)])
        return answer["tokens"]?.array?.compactMap(\.string) ?? []
    }

    /// A token of a card that is typed in, as a browser makes one.
    ///
    /// The number is Mercado Pago's published test card.
    func typedCardToken(publicKey: String, year: Int) async throws -> String {
        let body: JSON = [
            "card_number": "4509953566233704", "security_code": "123", "expiration_month": 11,
            "expiration_year": JSON(year),
            "cardholder": ["name": "APRO", "identification": ["type": "DNI", "number": "12345678"]],
        ]
        let answer = try await send("POST", "/v1/card_tokens?public_key=\(publicKey)", body)
        guard let token = answer["id"]?.string else { throw Failure(description: "no card token") }
        return token
    }

    /// Lets the next call for a reference fail once.
    func arm(_ kind: String, reference: String, retryAfter: Int?) async throws {
        var fault: JSONObject = ["kind": .string(kind), "times": 1]
        fault["match"] = ["method": "POST", "external_reference": .string(reference)]
        fault["retry_after"] = retryAfter.map { JSON($0) }
        _ = try await post("faults", .object(fault))
    }

    /// Every payment that was made.
    func ledger() async throws -> [LedgerPayment] {
        let answer = try await send("GET", "/_sandbox/payments", nil)
        return (answer["payments"]?.array ?? []).compactMap { payment in
            guard let id = payment["id"]?.int64, let status = payment["status"]?.string else { return nil }
            return LedgerPayment(
                id: id, jobID: payment["metadata"]?["cobrador_job_id"]?.string ?? "?", status: status,
                posts: payment["posts"]?.int64.map(Int.init) ?? 0)
        }
    }

    /// How many calls arrived.
    func callCount() async throws -> Int {
        try await send("GET", "/_sandbox/summary", nil)["requests"]?["total"]?.int64.map(Int.init) ?? 0
    }

    private func post(_ path: String, _ body: JSON) async throws -> JSON {
        try await send("POST", "/_sandbox/" + path, body)
    }

    private func send(_ method: String, _ path: String, _ body: JSON?) async throws -> JSON {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = .init(rawValue: method)
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body.serialized())
        }
        let response = try await client.execute(request, timeout: .seconds(10))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let answer = try JSON(parsing: Array(bytes.readableBytesView))
        guard (200..<300).contains(response.status.code) else {
            throw Failure(description: "\(method) \(path): HTTP \(response.status.code) \(answer)")
        }
        return answer
    }
}
