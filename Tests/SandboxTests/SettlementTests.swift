import ExactJSON
import Sandbox
import Testing

@Suite("What happens to a payment elsewhere") struct SettlementTests {
    /// From, to, and where it stands then; `nil` where there is no such way.
    static let table: [(from: String, to: String, end: String?)] = [
        ("in_process", "approved", "approved/accredited"),
        ("in_process", "rejected", "rejected/cc_rejected_other_reason"),
        ("in_process", "cancelled", "cancelled/by_admin"),
        ("in_process", "pending", "pending/pending_contingency"),
        ("in_process", "charged_back", nil), ("in_process", "authorized", nil),
        ("in_process", "refunded", nil),
        ("hold in_process", "authorized", "authorized/pending_capture"),
        ("hold in_process", "approved", nil),
        ("authorized", "approved", "approved/accredited"), ("authorized", "cancelled", "cancelled/by_admin"),
        ("authorized", "charged_back", nil), ("approved", "charged_back", "charged_back/in_process"),
        ("approved", "in_mediation", "in_mediation/in_process"),
        ("approved", "refunded", "refunded/refunded"),
        ("approved", "cancelled", nil), ("approved", "pending", nil),
        ("in_mediation", "approved", "approved/accredited"),
        ("in_mediation", "refunded", "refunded/refunded"),
        ("in_mediation", "charged_back", "charged_back/in_process"), ("rejected", "approved", nil),
    ]

    private static func make(_ state: String, _ bench: Bench) async throws -> Int64 {
        switch state {
        case "in_process": return try await bench.pay("CONT")
        case "hold in_process": return try await bench.pay("CONT", changes: ["capture": false])
        case "authorized": return try await bench.pay(changes: ["capture": false])
        case "rejected": return try await bench.pay("OTHE")
        case "in_mediation":
            let id = try await bench.pay()
            _ = try await bench.settle(id, ["status": "in_mediation"])
            return id
        default: return try await bench.pay()
        }
    }

    @Test("a payment goes where payments go", arguments: table)
    func ways(_ from: String, _ to: String, _ end: String?) async throws {
        try await Bench.run { bench in
            let id = try await Self.make(from, bench)
            let before = try await bench.read(id)
            bench.clock.move(seconds: 60)
            let answer = try await bench.settle(id, ["status": .string(to)])
            let after = try await bench.read(id)
            guard let end else {
                #expect(answer.status == 400 && answer.json["error"]?.string?.isEmpty == false)
                #expect(after == before)
                return
            }
            #expect(answer.status == 200 && answer.json["id"] == JSON(id))
            #expect("\(after["status"]?.string ?? "")/\(after["status_detail"]?.string ?? "")" == end)
            #expect(after["date_last_updated"] == "2026-11-23T08:01:00.000-04:00")
            #expect((after["date_approved"] == .null) == (try await bench.record(id)["captured_amount"] == 0))
        }
    }

    @Test("the detail may be said; a dispute ends in one")
    func detail() async throws {
        try await Bench.run { bench in
            let id = try await bench.pay()
            _ = try await bench.settle(id, ["status": "charged_back"])
            let settled: JSON = ["status": "charged_back", "status_detail": "reimbursed"]
            #expect(try await bench.settle(id, settled).json["status_detail"] == "reimbursed")
            let held = try await bench.pay("CONT")
            let rejected: JSON = ["status": "rejected", "status_detail": "cc_rejected_high_risk"]
            #expect(try await bench.settle(held, rejected).status == 200)
            #expect(try await bench.read(held)["status_detail"] == "cc_rejected_high_risk")
        }
    }

    @Test("money can be given back in a panel, without a key and without a job id")
    func refund() async throws {
        try await Bench.run { bench in
            let id = try await bench.pay()
            let record = try await bench.settle(id, ["status": "refunded", "amount": 30]).json
            #expect(record["moved_amount"] == 70 && record["status_detail"] == "partially_refunded")
            #expect(record["refunds"]?[0]?["idempotency_key"] == .null)
            let list = try await bench.get("/v1/payments/\(id)/refunds").json
            #expect(list[0]?["source"]?["type"] == "admin" && list[0]?["amount"] == 30)
            _ = try await bench.settle(id, ["status": "in_mediation"])
            let back = try await bench.settle(id, ["status": "approved"]).json
            #expect(back["status_detail"] == "partially_refunded")
        }
    }

    @Test("half a peso can't be given back where pesos have no cents")
    func cents() async throws {
        try await Bench.run({ $0.accounts[0].site = .chile }) { bench in
            let id = try await bench.pay()
            let half = JSON.number(try #require(JSONNumber("0.5")))
            #expect(try await bench.settle(id, ["status": "refunded", "amount": half]).status == 400)
            #expect(try await bench.record(id)["refunded_amount"] == 0)
            let whole = JSON.number(try #require(JSONNumber("5.0")))
            #expect(try await bench.settle(id, ["status": "refunded", "amount": whole]).status == 200)
            #expect(try await bench.record(id)["refunded_amount"]?.decimal == ExactDecimal("5"))
        }
    }

    @Test("a part given back in a mediation doesn't end it, the rest does")
    func mediation() async throws {
        try await Bench.run { bench in
            let id = try await bench.pay()
            _ = try await bench.settle(id, ["status": "in_mediation"])
            let part = try await bench.settle(id, ["status": "refunded", "amount": 30]).json
            #expect(part["status"] == "in_mediation" && part["refunded_amount"] == 30)
            let shown = try await bench.read(id)
            #expect(shown["status_detail"] == "in_process" && shown["transaction_amount_refunded"] == 30)
            #expect(try await bench.refund(id, ["amount": 1], key: "r").code == 2_063)
            let rest = try await bench.settle(id, ["status": "refunded"]).json
            #expect(rest["status"] == "refunded" && rest["refunded_amount"] == 100)
        }
    }

    @Test(
        "what can't be understood is refused",
        arguments: [
            [:], ["status": "gone"], ["status": "approved", "amount": 1], ["stat": "approved"],
            ["status": "refunded", "amount": 0], ["status": "refunded", "amount": "1"],
            ["status": "refunded", "amount": 101], [],
            ["status": "refunded", "amount": .number(JSONNumber("0.0000001") ?? 0)],
            ["status": "refunded", "amount": .number(JSONNumber("0.005") ?? 0)],
        ] as [JSON])
    func refusals(_ body: JSON) async throws {
        try await Bench.run { bench in
            let id = try await bench.pay()
            #expect(try await bench.settle(id, body).status == 400)
            #expect(try await bench.read(id)["status"] == "approved")
            #expect(try await bench.settle(1, ["status": "approved"]).status == 400)
            #expect(try await bench.post("/_sandbox/payments/x", [:]).status == 404)
        }
    }
}
