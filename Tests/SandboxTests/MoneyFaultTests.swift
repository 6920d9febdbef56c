import ExactJSON
import Sandbox
import Testing

@Suite("Faults of refunds, captures and cancellations") struct MoneyFaultTests {
    /// A kind and its status, and whether the call was carried out all the same.
    static let faults: [(kind: String, status: Int, isDone: Bool)] = [
        ("409", 409, false), ("423", 423, false), ("424", 424, false), ("424-after", 424, true),
        ("429", 429, false), ("5xx-before", 500, false), ("5xx-after", 500, true),
        ("html-before", 502, false), ("html-after", 502, true), ("empty-before", 500, false),
        ("empty-after", 500, true), ("truncated-before", 500, false),
    ]

    @Test(
        "an answer goes wrong before or after the effect", arguments: faults, ["capture", "cancel", "refund"])
    func kinds(_ fault: (kind: String, status: Int, isDone: Bool), _ action: String) async throws {
        try await Bench.run { bench in
            let id = try await bench.pay(changes: ["capture": .bool(action == "refund")])
            let before = try await bench.record(id)
            let match: JSON = ["action": .string(action)]
            try await bench.arm(["kind": .string(fault.kind), "times": 1, "match": match])
            let answer = try await Self.act(action, id, bench)
            #expect(answer.status == fault.status)
            let after = try await bench.record(id)
            #expect((after["status"] != before["status"]) == fault.isDone)
            let again = try await Self.act(action, id, bench)
            switch (action, fault.isDone) {
            case ("cancel", true): #expect(again.code == 2_018)
            case ("refund", false): #expect(again.status == 201)
            default: #expect(again.status == 200)
            }
            #expect(try await bench.record(id)["refunds"]?.array?.count == (action == "refund" ? 1 : 0))
        }
    }

    private static func act(_ action: String, _ id: Int64, _ bench: Bench) async throws -> Answer {
        switch action {
        case "capture": try await bench.put(id, ["capture": true])
        case "cancel": try await bench.put(id, ["status": "cancelled"])
        default: try await bench.refund(id, key: "k")
        }
    }

    @Test("bodies that are no JSON")
    func bodies() async throws {
        try await Bench.run { bench in
            let id = try await bench.pay()
            func text(_ fault: JSON) async throws -> (Int, String, String?) {
                try await bench.arm(fault)
                let answer = try await bench.get("/v1/payments/\(id)")
                return (
                    answer.status, String(decoding: answer.bytes, as: UTF8.self),
                    answer.header("Content-Type")
                )
            }
            let page = try await text(["kind": "html-before", "status": 504, "times": 1])
            #expect(page.0 == 504 && page.1.hasPrefix("<html>") && page.2 == "text/html")
            let empty = try await text(["kind": "empty-after", "status": 200, "times": 1])
            #expect(empty.0 == 200 && empty.1.isEmpty)
            let cut = try await text(["kind": "truncated-after", "times": 1])
            #expect(cut.0 == 200 && cut.1.hasPrefix("{\"id\":\(id)") && (try? JSON(parsing: cut.1)) == nil)
            let broken = try await text(["kind": "truncated-before", "status": 503, "times": 1])
            #expect(broken.0 == 503 && !broken.1.isEmpty && (try? JSON(parsing: broken.1)) == nil)
            try await bench.arm(["kind": "424", "times": 1])
            #expect(try await bench.get("/v1/payments/\(id)").code == 9_032)
        }
    }

    @Test("an answer in pieces is the whole answer in the end", arguments: [2, 7, 1_000])
    func drip(_ pieces: Int) async throws {
        try await Bench.run { bench in
            let id = try await bench.pay()
            let whole = try await bench.read(id)
            let fault: JSON = ["kind": "drip", "milliseconds": 50, "pieces": JSON(pieces), "times": 1]
            try await bench.arm(fault)
            #expect(try await bench.read(id) == whole)
        }
    }

    @Test("a fault is told by what is asked, by path, and by the payment that is named")
    func matching() async throws {
        try await Bench.run { bench in
            let (one, two) = (
                try await bench.pay(changes: ["external_reference": "a", "capture": false]),
                try await bench.pay("ANA", changes: ["external_reference": "b", "capture": false])
            )
            try await bench.arm(["kind": "423", "match": ["action": "capture"], "times": 1])
            #expect(try await bench.put(one, ["metadata": [:]]).status == 200)
            #expect(try await bench.put(one, ["capture": true]).status == 423)
            let path: JSON = ["method": "POST", "path": "/v1/payments/{id}/refunds"]
            try await bench.arm(["kind": "423", "match": path, "times": 1])
            #expect(try await bench.get("/v1/payments/\(one)/refunds").status == 200)
            #expect(try await bench.refund(one, key: "k").status == 423)
            try await bench.arm(["kind": "423", "match": ["external_reference": "b"], "times": 1])
            #expect(try await bench.get("/v1/payments/\(one)").status == 200)
            #expect(try await bench.get("/v1/payments/\(two)").status == 423)
            try await bench.arm(["kind": "423", "match": ["holder": "ANA"], "times": 1])
            #expect(try await bench.put(one, ["capture": true]).status == 200)
            #expect(try await bench.put(two, ["capture": true]).status == 423)
            for body in [["kind": "423", "match": ["action": "x"]], ["kind": "drip"]] as [JSON] {
                #expect(try await bench.post("/_sandbox/faults", body).status == 400)
            }
        }
    }

    @Test("what takes longer locks its key as long")
    func slow() async throws {
        try await Bench.run(callsAtOnce: true) { bench in
            let id = try await bench.pay()
            // Long enough that the second call comes while the first is under way, on any machine.
            let match: JSON = ["action": "refund"]
            try await bench.arm(["kind": "slow", "milliseconds": 2_000, "match": match, "times": 1])
            async let one = bench.refund(id, key: "k").status
            async let two = bench.refund(id, key: "k").status
            #expect(try await [one, two].sorted() == [201, 423])
        }
    }
}
