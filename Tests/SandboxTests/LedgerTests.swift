import ExactJSON
import Testing

@testable import Sandbox

/// The books: what a checker of double charges and double refunds compares.
@Suite("The ledger of money") struct LedgerTests {
    @Test("captured less refunded is what moved, for one payment and for all")
    func sums() async throws {
        try await Bench.run { bench in
            let (paid, held) = (try await bench.pay(), try await bench.pay(changes: ["capture": false]))
            let (void, poor) = (try await bench.pay(changes: ["capture": false]), try await bench.pay("FUND"))
            _ = try await bench.refund(paid, ["amount": 30, "metadata": ["job": "j"]], key: "r")
            _ = try await bench.refund(paid, ["amount": 30, "metadata": ["job": "j"]], key: "r")
            _ = try await bench.put(held, ["capture": true, "transaction_amount": 60])
            _ = try await bench.put(void, ["status": "cancelled"])
            func row(_ id: Int64) async throws -> [JSON?] {
                let record = try await bench.record(id)
                return ["authorized_amount", "captured_amount", "refunded_amount", "moved_amount"].map {
                    record[$0]
                }
            }
            #expect(try await row(paid) == [100, 100, 30, 70])
            #expect(try await row(held) == [100, 60, 0, 60])
            #expect(try await row(void) == [100, 0, 0, 0])
            #expect(try await row(poor) == [0, 0, 0, 0])
            let record = try await bench.record(paid)
            #expect(record["refunds"]?.array?.count == 1 && record["refunds"]?[0]?["posts"] == 2)
            #expect(record["refunds"]?[0]?["metadata"] == ["job": "j"])
            let account = try await bench.get("/_sandbox/summary").json["accounts"]?[0]
            #expect(account?["captured_amount"] == 160 && account?["refunded_amount"] == 30)
            #expect(account?["moved_amount"] == 130 && account?["refunds"] == 1)
            #expect(account?["captures"] == 1 && account?["cancellations"] == 1)
        }
    }

    @Test("the log tells a capture from a cancellation, and counts what they were answered")
    func actions() async throws {
        try await Bench.run { bench in
            let id = try await bench.pay(changes: ["capture": false])
            _ = try await bench.put(id, ["capture": true])
            _ = try await bench.put(id, ["status": "cancelled"])
            _ = try await bench.put(id, ["metadata": [:]])
            _ = try await bench.refund(id, key: "r")
            _ = try await bench.get("/v1/payments/\(id)/refunds")
            let lines = try await bench.get("/_sandbox/requests").json["requests"]?.array ?? []
            #expect(
                lines.map { $0["action"] } == [
                    .null, "charge", "capture", "cancel", "update", "refund", .null,
                ])
            #expect(lines[5]["path"] == "/v1/payments/{id}/refunds" && lines[5]["idempotency_key"] == "r")
            let summary = try await bench.get("/_sandbox/summary").json["requests"]
            #expect(
                summary?["actions"] == [
                    "cancel": ["400": 1], "capture": ["200": 1], "charge": ["201": 1], "refund": ["201": 1],
                    "update": ["200": 1],
                ])
            #expect(summary?["answers"]?["PUT /v1/payments/{id}"] == ["200": 2, "400": 1])
        }
    }

    @Test("a charge that was refunded is still one of two")
    func repeated() async throws {
        try await Bench.run { bench in
            let first = try await bench.pay(changes: ["external_reference": "a"])
            _ = try await bench.refund(first, key: "r")
            let held = try await bench.pay(changes: ["external_reference": "b", "capture": false])
            _ = try await bench.put(held, ["status": "cancelled"])
            _ = try await bench.pay(changes: ["external_reference": "b"])
            func count() async throws -> JSON? {
                try await bench.get("/_sandbox/summary").json["accounts"]?[0]?[
                    "references_charged_more_than_once"]
            }
            #expect(try await count() == 0)
            _ = try await bench.pay(changes: ["external_reference": "a"])
            #expect(try await count() == 1)
        }
    }

    @Test("no history moves less than nothing or more than was authorised", arguments: seeds)
    func histories(_ seed: UInt64) async throws {
        print("a history of payments from seed \(seed)")
        var random = Identifiers(seed: seed)
        let site = SandboxSite.allCases[Int(random.next() % UInt64(SandboxSite.allCases.count))]
        let start = random
        try await Bench.run({ $0.accounts[0].site = site }) { bench in
            var history = History(bench: bench, site: site, random: start)
            for _ in 0..<150 {
                try await history.step()
                try await history.check("seed \(seed), \(site)")
            }
        }
    }

    /// A dozen that are always the same, and one that is new each time.
    private static let seeds = Array(1...12 as ClosedRange<UInt64>) + [UInt64.random(in: .min ... .max)]
}

/// Random things done to a few payments, and what was answered about the money.
private struct History {
    let bench: Bench
    let site: SandboxSite
    var random: Identifiers
    private var ids: [Int64] = []
    /// What the answers said was refunded, by payment.
    private var refunded: [Int64: ExactDecimal] = [:]
    private var sent: [(id: Int64, body: JSON, key: String)] = []

    init(bench: Bench, site: SandboxSite, random: Identifiers) {
        (self.bench, self.site, self.random) = (bench, site, random)
    }

    private mutating func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

    private mutating func amount() -> JSON {
        JSON(ExactDecimal(coefficient: Int64(1 + pick(400_000)), scale: site.decimals) ?? .zero)
    }

    mutating func step() async throws {
        if ids.isEmpty || pick(8) == 0 { return try await pay() }
        let id = ids[pick(ids.count)]
        switch pick(9) {
        case 0: _ = try await bench.put(id, ["capture": true])
        case 1: _ = try await bench.put(id, ["capture": true, "transaction_amount": amount()])
        case 2: _ = try await bench.put(id, ["status": "cancelled"])
        case 3: try await refund(id, [:])
        case 4, 5: try await refund(id, ["amount": amount()])
        case 6: if !sent.isEmpty { try await repeatRefund(sent[pick(sent.count)]) }
        case 7:
            let status = PaymentStatus.allCases[pick(PaymentStatus.allCases.count)]
            let before = try await bench.record(id)
            let answer = try await bench.settle(id, ["status": .string(status.rawValue)])
            if status == .refunded, answer.status == 200 {
                add(before["moved_amount"]?.decimal ?? .zero, to: id)
            }
        default: bench.clock.move(seconds: Int64(pick(3 * 86_400)))
        }
    }

    private mutating func pay() async throws {
        let holder = ["APRO", "APRO", "CONT", "FUND"][pick(4)]
        let canHold = site != .chile && site != .colombia
        let changes: [String: JSON?] = [
            "capture": .bool(!canHold || pick(2) == 0), "transaction_amount": amount(),
        ]
        let body = Bench.guest(try await bench.token(holder), changes)
        let answer = try await bench.post("/v1/payments", body, key: "\(random.next())")
        if let id = answer.json["id"]?.int64 { ids.append(id) }
    }

    private mutating func refund(_ id: Int64, _ body: JSON) async throws {
        let key = "\(random.next())"
        let answer = try await bench.refund(id, body, key: key)
        guard answer.status == 201 else { return }
        add(answer.json["amount"]?.decimal ?? .zero, to: id)
        sent.append((id, body, key))
    }

    private func repeatRefund(_ call: (id: Int64, body: JSON, key: String)) async throws {
        #expect(try await bench.refund(call.id, call.body, key: call.key).status == 200)
    }

    private mutating func add(_ amount: ExactDecimal, to id: Int64) {
        refunded[id] = (refunded[id] ?? .zero).adding(amount)
    }

    func check(_ origin: String) async throws {
        for record in try await bench.get("/_sandbox/payments").json["payments"]?.array ?? [] {
            let id = try #require(record["id"]?.int64)
            let money = ["authorized_amount", "captured_amount", "refunded_amount", "moved_amount"]
                .compactMap { record[$0]?.decimal }
            try #require(money.count == 4)
            let (authorized, captured, back, moved) = (money[0], money[1], money[2], money[3])
            #expect(!moved.isNegative && moved <= captured && captured <= authorized, "\(origin)")
            #expect(captured.subtracting(back) == moved, "\(origin)")
            #expect(back == refunded[id] ?? .zero, "\(origin): the answers told of every refund, once")
            let isAllBack = !captured.isZero && moved.isZero
            #expect((record["status"] == "refunded") == isAllBack, "\(origin)")
        }
    }
}
