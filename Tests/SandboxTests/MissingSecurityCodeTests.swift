import ExactJSON
import Testing

@testable import Sandbox

/// Charging a saved card by its id: a token is made of it, without a security code, and pays once.
@Suite("Without a security code") struct MissingSecurityCodeTests {
    private static let sellers = [
        SandboxAccount(),
        SandboxAccount(name: "south", accessToken: "TEST-south", publicKey: "pk-south", site: .chile),
        SandboxAccount(name: "west", accessToken: "TEST-west", publicKey: "pk-west", site: .peru),
    ]
    private static let tokens = sellers.map(\.accessToken)

    /// The body of a charge by card id: the token is new, and nobody typed a code.
    private static func charge(_ bench: Bench, _ account: Int) async throws -> JSON {
        let seeded = try await bench.post("/_sandbox/seed?account=\(account)", ["tokens": 0]).json
        let customer = try #require(seeded["customers"]?[0])
        let card: JSON = ["card_id": customer["card_id"] ?? nil]
        let token = try await bench.call("POST", "/v1/card_tokens", card, token: tokens[account])
        #expect(token.status == 201 && token.json["card_id"] == customer["card_id"])
        return [
            "transaction_amount": 1_000, "token": token.json["id"] ?? nil, "installments": 1,
            "payer": ["type": "customer", "id": customer["customer_id"] ?? nil],
        ]
    }

    private static func pay(
        _ bench: Bench, _ account: Int, _ body: JSON, key: String
    ) async throws -> Answer {
        try await bench.call("POST", "/v1/payments", body, key: key, token: tokens[account])
    }

    @Test("it pays where the seller may, and nowhere in Chile", arguments: [false, true])
    func permission(_ isAllowed: Bool) async throws {
        try await Bench.run({
            $0.accounts = Self.sellers
            $0.allowsMissingSecurityCode = isAllowed
        }) { bench in
            for (account, seller) in Self.sellers.enumerated() {
                let answer = try await Self.pay(
                    bench, account, try await Self.charge(bench, account), key: "k")
                let isTaken = isAllowed && seller.site != .chile
                #expect(answer.status == (isTaken ? 201 : 400))
                #expect(answer.code == (isTaken ? nil : 3_013))
            }
        }
    }

    @Test("a token that was refused is good still, pays once, and its payment can be asked for again")
    func singleUse() async throws {
        try await Bench.run { bench in
            let body = try await Self.charge(bench, 0)
            #expect(try await Self.pay(bench, 0, body, key: "a").code == 3_013)
            #expect(try await bench.post("/_sandbox/missing-security-code", [:]).status == 200)
            let paid = try await Self.pay(bench, 0, body, key: "a")
            #expect(paid.status == 201 && paid.json["status"] == "approved")
            let again = try await Self.pay(bench, 0, body, key: "a")
            #expect(again.status == 200 && again.json["id"] == paid.json["id"])
            #expect(try await Self.pay(bench, 0, body, key: "b").code == 3_003)
            #expect(try await bench.get("/_sandbox/payments").json["total"] == 1)
        }
    }

    @Test("one seller may be allowed what the others aren't, until a reset")
    func sellers() async throws {
        try await Bench.run({ $0.accounts = Self.sellers }) { bench in
            func code(_ account: Int) async throws -> JSON? {
                let body = try await Self.charge(bench, account)
                return try await Self.pay(bench, account, body, key: try #require(body["token"]?.string))
                    .code
            }
            for account in [1, 2] {
                let allowed: JSON = ["account": JSON(account), "allowed": true]
                #expect(try await bench.post("/_sandbox/missing-security-code", allowed).status == 200)
            }
            let listed = try await bench.get("/_sandbox/accounts").json["accounts"]?.array
            #expect(listed?.map { $0["missing_security_code"] } == [false, true, true])
            #expect(try await code(0) == 3_013)
            #expect(try await code(1) == 3_013)
            #expect(try await code(2) == nil)
            _ = try await bench.post("/_sandbox/missing-security-code?account=2", ["allowed": false])
            #expect(try await code(2) == 3_013)
            _ = try await bench.post("/_sandbox/missing-security-code", [:])
            #expect(try await code(0) == nil)
            _ = try await bench.post("/_sandbox/reset", [:])
            #expect(try await code(0) == 3_013)
            let unknown = try await bench.post("/_sandbox/missing-security-code", ["account": 3])
            #expect(unknown.status == 400)
        }
    }
}
