import ExactJSON
import Testing

@testable import Sandbox

@Suite("Several sellers") struct SellersTests {
    private static let first = "TEST-sandbox-access-token"
    private static let sellers = [
        SandboxAccount(),
        SandboxAccount(
            name: "south", accessToken: "TEST-south", publicKey: "pk-south", collectorID: 2, site: .chile),
    ]

    private static func run(_ body: @Sendable (Bench) async throws -> Void) async throws {
        try await Bench.run({ $0.accounts = sellers }, body)
    }

    @Test("a seller is written as its name, its token and, where it wants, its country")
    func specifications() throws {
        let north = try #require(SandboxAccount("north:TEST-a", number: 0, site: .brazil))
        #expect(north.name == "north" && north.accessToken == "TEST-a" && north.site == .brazil)
        #expect(north.publicKey == SandboxAccount().publicKey)
        #expect(north.collectorID == SandboxAccount().collectorID)
        let south = try #require(SandboxAccount("south:APP_USR-b:mlc", number: 1))
        #expect(south.name == "south" && south.accessToken == "APP_USR-b" && south.site == .chile)
        #expect(south.publicKey != north.publicKey && south.collectorID != north.collectorID)
    }

    @Test(
        "what is no seller is none",
        arguments: ["", "a", "a:", ":t", "a:t:", "a:t:MLX", "a:t:MLA:", "a b:t", "a:t t", "a::MLA"])
    func noSeller(_ text: String) {
        #expect(SandboxAccount(text, number: 0) == nil)
    }

    @Test("every control call that is about a seller takes its number")
    func controls() async throws {
        try await Self.run { bench in
            let seeded = try await bench.post("/_sandbox/seed?account=1", ["holder": "CONT"]).json
            let customer = try #require(seeded["customers"]?[0]?["customer_id"]?.string)
            let path = "/v1/customers/\(customer)"
            #expect(try await bench.call("GET", path, token: "TEST-south").status == 200)
            #expect(try await bench.get(path).status == 404)
            let made = try await bench.post("/_sandbox/card-tokens?account=1", [:]).json["tokens"]?[0]
            let token = try #require(made?.string)
            let guest = Bench.guest(token, ["transaction_amount": 1_000])
            #expect(try await bench.post("/v1/payments", guest, key: "k").code == 2_006)
            let paid = try await bench.call("POST", "/v1/payments", guest, key: "k", token: "TEST-south")
            #expect(paid.status == 201 && paid.json["collector_id"] == 2)
            #expect(paid.json["currency_id"] == "CLP")
            #expect(try await bench.get("/_sandbox/payments").json["total"] == 0)
            #expect(try await bench.get("/_sandbox/payments?account=1").json["total"] == 1)
            #expect(try await bench.post("/_sandbox/forget-keys", [:]).json["forgotten"] == 0)
            #expect(try await bench.post("/_sandbox/forget-keys?account=1", [:]).json["forgotten"] == 1)
            let cards = try await bench.get("/_sandbox/test-cards?account=1").json
            #expect(cards != (try await bench.get("/_sandbox/test-cards").json))
            let accounts = try await bench.get("/_sandbox/summary").json["accounts"]
            #expect(accounts?.array?.map { $0["site"] } == ["MLA", "MLC"])
            #expect(accounts?.array?.map { $0["payments"] } == [0, 1])
        }
    }

    @Test("one seller's empty balance isn't another's")
    func balance() async throws {
        try await Self.run { bench in
            #expect(try await bench.post("/_sandbox/balance?account=1", ["exhausted": true]).status == 200)
            for (account, token, code) in [(0, Self.first, nil), (1, "TEST-south", 2_030)] {
                let made = try await bench.post("/_sandbox/card-tokens?account=\(account)", [:]).json
                let card = try #require(made["tokens"]?[0]?.string)
                let body = Bench.guest(card, ["transaction_amount": 1_000])
                let paid = try await bench.call("POST", "/v1/payments", body, key: "k", token: token)
                let path = "/v1/payments/\(try #require(paid.json["id"]?.int64))/refunds"
                let refund = try await bench.call("POST", path, [:], key: "r", token: token)
                #expect(refund.code == code.map { JSON($0) } && refund.status == (code == nil ? 201 : 400))
            }
        }
    }

    @Test("a token that was changed is nobody's from then on, until a reset")
    func rotation() async throws {
        try await Self.run { bench in
            func status(_ token: String) async throws -> Int {
                try await bench.call("GET", "/users/me", token: token).status
            }
            let changed = try await bench.post(
                "/_sandbox/access-token", ["account": 1, "token": "TEST-south-2"])
            #expect(changed.status == 200 && changed.json["accounts"]?[0]?["name"] == "south")
            #expect(!String(decoding: changed.bytes, as: UTF8.self).contains("TEST-south-2"))
            #expect(try await status("TEST-south") == 401)
            #expect(try await status("TEST-south-2") == 200)
            #expect(try await status(Self.first) == 200)
            #expect(try await bench.post("/_sandbox/access-token", ["token": "TEST-north-2"]).status == 200)
            #expect(try await status(Self.first) == 401)
            #expect(try await status("TEST-north-2") == 200)
            let log = try await bench.get("/_sandbox/requests")
            #expect(log.json["requests"]?.array?.map { $0["account"] } == [.null, 1, 0, .null, 0])
            #expect(!String(decoding: log.bytes, as: UTF8.self).contains("TEST-"))
            _ = try await bench.post("/_sandbox/reset", [:])
            #expect(try await status("TEST-south") == 200)
            #expect(try await status("TEST-south-2") == 401)
        }
    }

    @Test(
        "a token that is another seller's, or none, is refused",
        arguments: [
            ["account": 1, "token": "TEST-sandbox-access-token"], ["account": 1], ["token": ""], ["token": 1],
            ["account": 2, "token": "x"], ["account": -1, "token": "x"], ["tokn": "x"],
        ] as [JSON])
    func noRotation(_ body: JSON) async throws {
        try await Self.run { bench in
            #expect(try await bench.post("/_sandbox/access-token", body).status == 400)
            #expect(try await bench.get("/users/me").json["site_id"] == "MLA")
            let south = try await bench.call("GET", "/users/me", token: "TEST-south")
            #expect(south.json["site_id"] == "MLC")
        }
    }

    @Test("a fault may be for one seller's calls alone")
    func faults() async throws {
        try await Self.run { bench in
            try await bench.arm(["kind": "status", "status": 503, "match": ["account": 1]])
            #expect(try await bench.get("/users/me").status == 200)
            #expect(try await bench.call("GET", "/users/me", token: "TEST-south").status == 503)
            let listed = try await bench.get("/_sandbox/faults").json["faults"]?[0]
            #expect(listed?["match"] == ["account": 1] && listed?["applied"] == 1)
        }
    }

    @Test("the sellers are listed without their tokens")
    func list() async throws {
        try await Self.run { bench in
            let answer = try await bench.get("/_sandbox/accounts")
            let south: JSON = [
                "account": 1, "name": "south", "site": "MLC", "public_key": "pk-south", "collector_id": 2,
                "rate_limit": nil, "latency_ms": 0, "capacity": nil, "missing_security_code": false,
            ]
            #expect(answer.json["accounts"]?.array?.count == 2 && answer.json["accounts"]?[1] == south)
            #expect(!String(decoding: answer.bytes, as: UTF8.self).contains("access-token"))
        }
    }
}
