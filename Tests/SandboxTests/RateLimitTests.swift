import ExactJSON
import Testing

@testable import Sandbox

@Suite("A limit that nobody is told") struct RateLimitTests {
    private static let limit = RateLimit(callsPerSecond: 10, kind: .bucket(burst: 2))

    @Test("a seller's calls beyond the limit are 429 until their time has come")
    func refuses() async throws {
        try await Bench.run({ $0.rateLimit = Self.limit }) { bench in
            // Every call counts, those for nothing too; only the control calls don't.
            #expect(try await bench.get("/v1/payments/1").status == 404)
            #expect(try await bench.get("/v1/nothing").status == 404)
            for _ in 0..<5 { #expect(try await bench.get("/_sandbox/faults").status == 200) }
            let refused = try await bench.get("/v1/payments/1")
            #expect(refused.status == 429 && refused.header("Retry-After") == "1")
            #expect(refused.header("X-Request-Id") != nil)
            #expect(refused.json["status"] == 429 && refused.json["cause"] == [])
            #expect(refused.json["error"] == "too_many_requests")
            bench.clock.move(milliseconds: 99)
            #expect(try await bench.get("/v1/payments/1").status == 429)
            bench.clock.move(milliseconds: 1)
            #expect(try await bench.get("/v1/payments/1").status == 404)
            #expect(try await bench.get("/v1/payments/1").status == 429)
        }
    }

    @Test("a refused call does nothing: its key is free and its token unused")
    func noEffect() async throws {
        try await Bench.run({ $0.rateLimit = RateLimit(callsPerSecond: 1) }) { bench in
            let ana = try await bench.seed()[0]
            #expect(try await bench.get("/v1/payments/1").status == 404)
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "k").status == 429)
            #expect(try await bench.get("/_sandbox/payments").json["total"] == 0)
            bench.clock.move(seconds: 1)
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "k").status == 201)
        }
    }

    @Test("a date in Retry-After is to be read by the answer's Date")
    func dates() async throws {
        let limit = RateLimit(callsPerSecond: 1, retryAfter: .date, retryAfterWait: 3)
        try await Bench.run({ $0.rateLimit = limit }) { bench in
            let taken = try await bench.get("/v1/payments/1")
            #expect(taken.header("Date") == "Mon, 23 Nov 2026 12:00:00 GMT")
            let refused = try await bench.get("/v1/payments/1")
            #expect(refused.status == 429 && refused.header("Date") == "Mon, 23 Nov 2026 12:00:00 GMT")
            #expect(refused.header("Retry-After") == "Mon, 23 Nov 2026 12:00:03 GMT")
        }
    }

    @Test("each seller has a limit of its own; who is nobody has none")
    func sellers() async throws {
        let sellers = [SandboxAccount(), SandboxAccount(name: "b", accessToken: "TEST-b", publicKey: "pk-b")]
        try await Bench.run({
            $0.accounts = sellers
            $0.rateLimit = RateLimit(callsPerSecond: 1)
        }) { bench in
            let path = "/v1/payments/1"
            #expect(try await bench.get(path).status == 404)
            #expect(try await bench.get(path).status == 429)
            #expect(try await bench.call("GET", path, token: "TEST-b").status == 404)
            let browser = try await bench.call("GET", "/v1/payment_methods?public_key=pk-b", token: nil)
            #expect(browser.status == 429)
            for _ in 0..<3 { #expect(try await bench.call("GET", path, token: "TEST-nobody").status == 401) }
            let summary = try await bench.get("/_sandbox/summary").json
            #expect(summary["requests"]?["total"] == 7 && summary["requests"]?["limited"] == 2)
            #expect(summary["requests"]?["answers"]?["GET /v1/payments/{id}"]?["429"] == 1)
            let accounts = try #require(summary["accounts"]?.array)
            #expect(accounts.map { $0["calls"] } == [2, 2] && accounts.map { $0["limited"] } == [1, 1])
            #expect(accounts.map { $0["name"] } == ["default", "b"])
            let lines = try #require(try await bench.get("/_sandbox/requests").json["requests"]?.array)
            #expect(lines.map { $0["account"] } == [0, 0, 1, 1, .null, .null, .null])
            #expect(lines.map { $0["limited"] } == [false, true, false, true, false, false, false])
            #expect(lines.map { $0["status"] } == [404, 429, 404, 429, 401, 401, 401])
        }
    }

    @Test("a limit comes, changes and goes while the sandbox runs, for one seller or all")
    func changes() async throws {
        let sellers = [SandboxAccount(), SandboxAccount(name: "b", accessToken: "TEST-b", publicKey: "pk-b")]
        try await Bench.run({ $0.accounts = sellers }) { bench in
            func status(_ token: String = "TEST-sandbox-access-token") async throws -> Int {
                try await bench.call("GET", "/v1/payments/1", token: token).status
            }
            let wanted: JSON = [
                "account": 1, "calls_per_second": 2, "burst": 3, "retry_after": "date", "wait_s": 1,
            ]
            let set = try await bench.post("/_sandbox/rate-limit", wanted)
            let shown: JSON = [
                "calls_per_second": 2, "kind": "bucket", "burst": 3, "retry_after": "date", "wait_s": 1,
            ]
            #expect(set.status == 200 && set.json["accounts"]?.array?.count == 1)
            #expect(set.json["accounts"]?[0]?["rate_limit"] == shown)
            for _ in 0..<9 { #expect(try await status() == 404) }
            for wanted in [404, 404, 404, 429] { #expect(try await status("TEST-b") == wanted) }
            let window: JSON = ["calls_per_second": 1, "kind": "window"]
            #expect(try await bench.post("/_sandbox/rate-limit", window).json["accounts"]?.array?.count == 2)
            for wanted in [404, 429] {
                #expect(try await status() == wanted)
                #expect(try await status("TEST-b") == wanted)
            }
            #expect(try await bench.call("DELETE", "/_sandbox/rate-limit?account=0").status == 200)
            #expect(try await status() == 404)
            #expect(try await status("TEST-b") == 429)
            #expect(try await bench.call("DELETE", "/_sandbox/rate-limit", ["account": 1]).status == 200)
            #expect(try await status("TEST-b") == 404)
            #expect(try await bench.call("DELETE", "/_sandbox/rate-limit", ["acount": 1]).status == 400)
        }
    }

    @Test("a reset brings back the limit that was configured, with a full bucket")
    func reset() async throws {
        try await Bench.run({ $0.rateLimit = Self.limit }) { bench in
            for _ in 0..<3 { _ = try await bench.get("/v1/payments/1") }
            _ = try await bench.call("DELETE", "/_sandbox/rate-limit")
            _ = try await bench.post("/_sandbox/reset", [:])
            for wanted in [404, 404, 429] {
                #expect(try await bench.get("/v1/payments/1").status == wanted)
            }
            let account = try await bench.get("/_sandbox/summary").json["accounts"]?[0]
            #expect(account?["calls"] == 3 && account?["limited"] == 1 && account?["in_flight"] == 0)
        }
    }

    @Test("the limiter comes before every fault, and a fault's 429 isn't its")
    func faults() async throws {
        try await Bench.run({ $0.rateLimit = RateLimit(callsPerSecond: 1) }) { bench in
            try await bench.arm(["kind": "429", "times": 2])
            #expect(try await bench.get("/v1/payments/1").header("Retry-After") == nil)
            #expect(try await bench.get("/v1/payments/1").header("Retry-After") == "1")
            #expect(try await bench.get("/_sandbox/faults").json["faults"]?[0]?["applied"] == 1)
            let lines = try #require(try await bench.get("/_sandbox/requests").json["requests"]?.array)
            #expect(lines.map { $0["status"] } == [429, 429])
            #expect(lines.map { $0["fault"] } == ["429", .null])
            #expect(lines.map { $0["limited"] } == [false, true])
        }
    }

    @Test(
        "a limit that can't be understood is refused, and nothing changes",
        arguments: [
            [:], ["calls_per_second": "5"], ["calls_per_second": 0], ["calls_per_second": 5, "brust": 1],
            ["calls_per_second": 5, "burst": 0], ["calls_per_second": 5, "kind": "leaky"],
            ["calls_per_second": 5, "kind": "window", "burst": 2], ["calls_per_second": 5, "account": 1],
            ["calls_per_second": 5, "retry_after": "soon"], ["calls_per_second": 5, "wait_s": -1], [],
        ] as [JSON])
    func refusals(_ body: JSON) async throws {
        try await Bench.run { bench in
            let answer = try await bench.post("/_sandbox/rate-limit", body)
            #expect(answer.status == 400 && answer.json["error"]?.string?.isEmpty == false)
            let accounts = try await bench.get("/_sandbox/accounts").json["accounts"]
            #expect(accounts?[0]?["rate_limit"] == .null)
        }
    }
}
