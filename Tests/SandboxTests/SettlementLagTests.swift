import ExactJSON
import Sandbox
import Testing

@Suite("Payments that aren't settled yet") struct SettlementLagTests {
    @Test("for some seconds a new payment can't be captured, cancelled or refunded")
    func lag() async throws {
        try await Bench.run({ $0.settlementLag = .seconds(5) }) { bench in
            let (paid, waiting) = (try await bench.pay(), try await bench.pay("CONT"))
            let held = try await bench.pay(changes: ["capture": false])
            bench.clock.move(seconds: 4)
            #expect(try await bench.refund(paid, key: "r").code == 2_063)
            #expect(try await bench.put(waiting, ["status": "cancelled"]).code == 2_018)
            #expect(try await bench.put(held, ["capture": true]).code == 2_018)
            let noted = try await bench.put(held, ["metadata": ["a": 1]])
            #expect(noted.status == 200 && noted.json["status"] == "authorized")
            #expect(try await bench.record(held)["captures"] == 0)

            bench.clock.move(seconds: 1)
            #expect(try await bench.refund(paid, key: "r").status == 201, "a refusal isn't remembered")
            #expect(try await bench.put(waiting, ["status": "cancelled"]).json["status"] == "cancelled")
            #expect(try await bench.put(held, ["capture": true]).json["status"] == "approved")
        }
    }

    @Test("what happens elsewhere doesn't wait, and by default nothing does")
    func elsewhere() async throws {
        try await Bench.run({ $0.settlementLag = .seconds(5) }) { bench in
            let id = try await bench.pay()
            #expect(try await bench.settle(id, ["status": "refunded", "amount": 30]).status == 200)
        }
        try await Bench.run { bench in
            let id = try await bench.pay()
            #expect(try await bench.refund(id, key: "r").status == 201)
        }
    }
}
