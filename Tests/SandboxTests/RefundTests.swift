import ExactJSON
import Testing

@testable import Sandbox

@Suite("Refunds") struct RefundTests {
    @Test("nothing said gives all back; the payment says so", arguments: [JSON?.none, [:], ["amount": nil]])
    func total(_ body: JSON?) async throws {
        try await Bench.run { bench in
            let id = try await bench.pay()
            bench.clock.move(seconds: 60)
            let refund = try await bench.refund(id, body, key: "r")
            #expect(refund.status == 201 && refund.json["amount"] == 100)
            #expect(refund.json["payment_id"] == JSON(id) && refund.json["source"]?["type"] == "collector")
            let payment = try await bench.read(id)
            #expect(payment["status"] == "refunded" && payment["status_detail"] == "refunded")
            #expect(payment["transaction_amount_refunded"] == 100 && payment["transaction_amount"] == 100)
            #expect(payment["refunds"] == [refund.json])
            #expect(payment["date_last_updated"] == "2026-11-23T08:01:00.000-04:00")
            #expect(payment["payer"]?["email"] == "test_payer_1@testuser.com")
            #expect(try await bench.refund(id, body, key: "other").code == 2_063)
        }
    }

    @Test("parts add up, with their metadata, until nothing is left")
    func parts() async throws {
        try await Bench.run { bench in
            let cents = try #require(JSONNumber("33.33"))
            let id = try await bench.pay()
            var ids: [JSON?] = []
            for (index, left) in ["66.67", "33.34", "0.01"].enumerated() {
                let body: JSON = ["amount": .number(cents), "metadata": ["jobId": .string("j\(index)")]]
                let refund = try await bench.refund(id, body, key: "\(index)")
                #expect(refund.status == 201 && refund.json["metadata"]?["job_id"] == .string("j\(index)"))
                ids.append(refund.json["id"])
                let payment = try await bench.read(id)
                #expect(payment["status"] == "approved" && payment["status_detail"] == "partially_refunded")
                #expect(payment["refunds"]?.array?.count == index + 1)
                let record = try await bench.record(id)
                #expect(record["moved_amount"]?.decimal == ExactDecimal(left))
                #expect(record["refunds"]?[index]?["metadata"] == ["job_id": .string("j\(index)")])
            }
            #expect(try await bench.refund(id, ["amount": .number(cents)], key: "more").code == 2_063)
            #expect(try await bench.refund(id, key: "rest").json["amount"]?.decimal == ExactDecimal("0.01"))
            #expect(try await bench.read(id)["status"] == "refunded")
            let list = try await bench.get("/v1/payments/\(id)/refunds").json
            #expect(list.array?.dropLast().map { $0["id"] } == ids)
            for refund in list.array ?? [] {
                let one = try #require(refund["id"]?.int64)
                #expect(try await bench.get("/v1/payments/\(id)/refunds/\(one)").json == refund)
            }
        }
    }

    @Test("a repeat answers 200 with the same refund; another body is a conflict")
    func idempotency() async throws {
        try await Bench.run { bench in
            let (id, other) = (try await bench.pay(), try await bench.pay())
            let made = try await bench.refund(id, ["amount": 10], key: "k")
            #expect(made.status == 201)
            let ten = try #require(JSONNumber("10.00"))
            for body in [["amount": 10], ["amount": .number(ten)]] as [JSON] {
                let again = try await bench.refund(id, body, key: "k")
                #expect(again.status == 200 && again.json == made.json)
            }
            for body in [["amount": 11], ["amount": 10, "metadata": [:]], nil] as [JSON?] {
                #expect(try await bench.refund(id, body, key: "k").status == 409)
            }
            #expect(try await bench.refund(other, ["amount": 10], key: "k").status == 201)
            #expect(try await bench.read(id)["transaction_amount_refunded"] == 10)
            #expect(try await bench.record(id)["refunds"]?[0]?["posts"] == 6)
            #expect(try await bench.refund(id, key: nil).code == 4_292)
            #expect(try await bench.refund(id, key: String(repeating: "k", count: 65)).code == 4_293)
            let payment = try await bench.post(
                "/v1/payments", Bench.guest(try await bench.token()), key: "k")
            #expect(payment.status == 201, "a refund's key is no payment's")
        }
    }

    @Test("a key is locked while its refund is being made, and a refusal isn't remembered")
    func locked() async throws {
        // Long enough that the second call comes while the first is under way, on any machine.
        try await Bench.run({ $0.processing = .seconds(2) }, callsAtOnce: true) { bench in
            let id = try await bench.pay()
            async let one = bench.refund(id, key: "k").status
            async let two = bench.refund(id, key: "k").status
            #expect(try await [one, two].sorted() == [201, 423])
        }
        try await Bench.run { bench in
            let id = try await bench.pay()
            #expect(try await bench.refund(id, ["amount": 101], key: "k").status == 400)
            #expect(try await bench.refund(id, ["amount": 100], key: "k").status == 201)
        }
    }

    @Test(
        "a refund that can't be is refused",
        arguments: [
            (["amount": 0], 4_040), (["amount": -1], 4_040), (["amount": "1"], 4_041),
            (["amount": .number(JSONNumber("0.001") ?? 0)], 4_041), (["amount": 101], 2_063),
            (["sum": 1], 8), (["metadata": 1], 4_022), ([], 1),
        ] as [(JSON, Int64)])
    func refusals(_ body: JSON, _ code: Int64) async throws {
        try await Bench.run { bench in
            let id = try await bench.pay()
            let before = try await bench.read(id)
            let answer = try await bench.refund(id, body, key: "k")
            #expect(answer.status == 400 && answer.code == JSON(code))
            #expect(try await bench.read(id) == before)
        }
    }

    @Test("unknown payments and refunds aren't found")
    func unknown() async throws {
        try await Bench.run { bench in
            let (id, other) = (try await bench.pay(), try await bench.pay())
            let refund = try #require(try await bench.refund(id, key: "k").json["id"]?.int64)
            #expect(try await bench.refund(1, key: "k").code == 2_000)
            #expect(try await bench.get("/v1/payments/1/refunds").code == 2_000)
            for path in ["\(id)/refunds/1", "\(id)/refunds/x", "\(other)/refunds/\(refund)"] {
                let answer = try await bench.get("/v1/payments/\(path)")
                #expect(answer.status == 404 && answer.code == 2_032)
            }
            #expect(try await bench.get("/v1/payments/\(other)/refunds").json == [])
            #expect(try await bench.call("DELETE", "/v1/payments/\(id)/refunds").status == 405)
        }
    }

    @Test("twenty parts, and then only the rest")
    func most() async throws {
        try await Bench.run { bench in
            let id = try await bench.pay()
            for index in 0..<20 {
                #expect(try await bench.refund(id, ["amount": 1], key: "\(index)").status == 201)
            }
            #expect(try await bench.refund(id, ["amount": 1], key: "more").code == 2_022)
            #expect(try await bench.refund(id, key: "rest").json["amount"] == 80)
            #expect(try await bench.record(id)["refunds"]?.array?.count == 21)
        }
    }

    @Test("a payment can be too old, by default after 180 days, elsewhere by its country's rule")
    func window() async throws {
        for (site, days) in [(SandboxSite.argentina, 360), (.brazil, 180)] as [(SandboxSite, Int64)] {
            try await Bench.run({
                $0.accounts[0].site = site
                $0.refundWindows = [.argentina: .days(360)]
            }) { bench in
                let (early, late) = (try await bench.pay(), try await bench.pay())
                bench.clock.move(seconds: days * 86_400 - 1)
                #expect(try await bench.refund(early, key: "k").status == 201)
                bench.clock.move(seconds: 1)
                let refused = try await bench.refund(late, key: "k")
                #expect(refused.status == 404 && refused.code == 2_024)
            }
        }
    }

    @Test("Peru gives all back or nothing; Chile and Colombia have no cents")
    func countries() async throws {
        try await Bench.run({ $0.accounts[0].site = .peru }) { bench in
            let id = try await bench.pay()
            #expect(try await bench.refund(id, ["amount": 10], key: "k").code == 3_024)
            #expect(try await bench.refund(id, ["amount": 100], key: "k").status == 201)
        }
        for site in [SandboxSite.chile, .colombia] {
            try await Bench.run({ $0.accounts[0].site = site }) { bench in
                let id = try await bench.pay(changes: ["transaction_amount": 2_000])
                let half = try #require(JSONNumber("10.5"))
                #expect(try await bench.refund(id, ["amount": .number(half)], key: "k").code == 4_041)
                #expect(try await bench.refund(id, ["amount": 10], key: "k").status == 201)
            }
        }
    }

    @Test("a seller without money can't give any back until there is some")
    func balance() async throws {
        try await Bench.run({ $0.isBalanceExhausted = true }) { bench in
            let id = try await bench.pay()
            let refused = try await bench.refund(id, key: "k")
            #expect(refused.status == 400 && refused.code == 2_030)
            #expect(try await bench.post("/_sandbox/balance", ["exhausted": false]).status == 200)
            #expect(try await bench.refund(id, ["amount": 1], key: "k").status == 201)
            #expect(try await bench.post("/_sandbox/balance", [:]).json["exhausted"] == true)
            #expect(try await bench.refund(id, key: "k2").code == 2_030)
            #expect(try await bench.post("/_sandbox/balance", ["exhaust": 1]).status == 400)
            #expect(try await bench.post("/_sandbox/reset", [:]).status == 200)
            #expect(try await bench.refund(try await bench.pay(), key: "k").code == 2_030)
        }
    }

    @Test("a forgotten payment takes the keys of its refunds along")
    func eviction() async throws {
        var settings = SandboxConfiguration()
        settings.paymentsMax = 1
        let seller = Seller(settings.accounts[0], settings: settings, seed: 1)
        let now = Instant(milliseconds: 1_795_435_200_000)
        var ids: [Int64] = []
        for key in ["a", "b"] {
            let made = try await seller.makeTokens(TokensRequest([:]), now: now)
            let body: JSONObject = [
                "transaction_amount": 1, "token": made["tokens"]?[0] ?? nil, "installments": 1,
                "payer": ["email": "a@b.com"],
            ]
            #expect(await seller.begin(key, body: []) == .fresh)
            let payment = try await seller.charge(key, body, now: now)
            ids.append(payment.id)
            #expect(await seller.beginRefund(payment.id, "k", body: []) == .fresh)
            _ = try await seller.refund(payment.id, "k", [:], now: now)
        }
        #expect(await seller.beginRefund(ids[0], "k", body: []) == .fresh)
        #expect(await seller.beginRefund(ids[1], "k", body: []) != .fresh)
    }
}
