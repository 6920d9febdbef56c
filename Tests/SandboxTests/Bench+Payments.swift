import ExactJSON
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

/// Payments and what is done with them, in a word each.
extension Bench {
    /// Makes a one-off payment and returns its id.
    func pay(_ holder: String = "APRO", changes: [String: JSON?] = [:]) async throws -> Int64 {
        let token = try await token(holder)
        let answer = try await post("/v1/payments", Bench.guest(token, changes), key: token)
        #expect(answer.status == 201)
        return try #require(answer.json["id"]?.int64)
    }

    func read(_ id: Int64) async throws -> JSON { try await get("/v1/payments/\(id)").json }

    func put(_ id: Int64, _ body: JSON) async throws -> Answer {
        try await call("PUT", "/v1/payments/\(id)", body)
    }

    /// Without a body it is a refund of all that is left.
    func refund(_ id: Int64, _ body: JSON? = nil, key: String?) async throws -> Answer {
        try await call("POST", "/v1/payments/\(id)/refunds", body, key: key)
    }

    /// What happens to a payment elsewhere.
    func settle(_ id: some LosslessStringConvertible, _ body: JSON) async throws -> Answer {
        try await post("/_sandbox/payments/\(id)", body)
    }

    func arm(_ fault: JSON) async throws {
        #expect(try await post("/_sandbox/faults", fault).status == 201)
    }

    /// The sandbox's record of one payment.
    func record(_ id: Int64) async throws -> JSON {
        let ledger = try await get("/_sandbox/payments").json["payments"]?.array ?? []
        return try #require(ledger.first { $0["id"] == JSON(id) })
    }

    func validate(_ body: JSON, key: String) async throws -> Answer {
        var headers = HTTPFields()
        headers[.authorization] = "Bearer TEST-sandbox-access-token"
        for (name, value) in [("X-Idempotency-Key", key), ("X-Card-Validation", "card_validation")] {
            headers[try #require(HTTPField.Name(name))] = value
        }
        let response = try await client.execute(
            uri: "/v1/payments", method: .post, headers: headers, body: ByteBuffer(bytes: body.serialized()))
        return Answer(
            status: response.status.code, headers: response.headers,
            bytes: Array(response.body.readableBytesView))
    }
}
