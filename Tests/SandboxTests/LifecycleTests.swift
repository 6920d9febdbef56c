import ExactJSON
import Sandbox
import Testing

/// Every action in every state: what is answered, and where the payment stands then.
@Suite("The life of a payment") struct LifecycleTests {
    enum State: String, CaseIterable {
        case pending, inProcess, authorized, approved, partlyRefunded, refunded, inMediation, chargedBack
        case rejected, cancelled, expired
    }

    enum Action: String, CaseIterable {
        case capture, captureSome, cancel, refund, refundSome, annotate
    }

    /// HTTP status and error code, or HTTP status and where the payment stands.
    private static let table: [State: [Action: String]] = [
        .pending: row("400 2018", "400 2018", "200 cancelled/by_collector", "400 2063", "400 2063"),
        .inProcess: row("400 2018", "400 2018", "200 cancelled/by_collector", "400 2063", "400 2063"),
        .authorized: row(
            "200 approved/accredited", "200 approved/accredited", "200 cancelled/by_collector", "400 2063",
            "400 2063"),
        .approved: row(
            "200 approved/accredited", "400 2018", "400 2018", "201 refunded/refunded",
            "201 approved/partially_refunded"),
        .partlyRefunded: row(
            "200 approved/partially_refunded", "400 2018", "400 2018", "201 refunded/refunded",
            "201 approved/partially_refunded"),
        .refunded: row("400 2018", "400 2018", "400 2018", "400 2063", "400 2063"),
        .inMediation: row("400 2018", "400 2018", "400 2018", "400 2063", "400 2063"),
        .chargedBack: row("400 2018", "400 2018", "400 2018", "400 2063", "400 2063"),
        .rejected: row("400 2018", "400 2018", "400 2018", "400 2063", "400 2063"),
        .cancelled: row("400 2018", "400 2018", "400 2018", "400 2063", "400 2063"),
        .expired: row("400 2018", "400 2018", "400 2018", "400 2063", "400 2063"),
    ]

    private static func row(
        _ capture: String, _ captureSome: String, _ cancel: String, _ refund: String, _ refundSome: String
    ) -> [Action: String] {
        [
            .capture: capture, .captureSome: captureSome, .cancel: cancel, .refund: refund,
            .refundSome: refundSome,
        ]
    }

    private static func make(_ state: State, _ bench: Bench) async throws -> Int64 {
        switch state {
        case .pending:
            let id = try await bench.pay("CONT")
            #expect(try await bench.settle(id, ["status": "pending"]).status == 200)
            return id
        case .inProcess: return try await bench.pay("CONT")
        case .authorized: return try await bench.pay(changes: ["capture": false])
        case .approved: return try await bench.pay()
        case .partlyRefunded, .refunded:
            let id = try await bench.pay()
            let body: JSON = state == .refunded ? [:] : ["amount": 30]
            #expect(try await bench.refund(id, body, key: "before").status == 201)
            return id
        case .inMediation, .chargedBack:
            let id = try await bench.pay()
            let status: JSON = state == .inMediation ? "in_mediation" : "charged_back"
            #expect(try await bench.settle(id, ["status": status]).status == 200)
            return id
        case .rejected: return try await bench.pay("OTHE")
        case .cancelled:
            let id = try await bench.pay(changes: ["capture": false])
            #expect(try await bench.put(id, ["status": "cancelled"]).status == 200)
            return id
        case .expired:
            let id = try await bench.pay(changes: ["capture": false])
            bench.clock.move(seconds: 7 * 86_400)
            return id
        }
    }

    private static func act(_ action: Action, _ id: Int64, _ bench: Bench) async throws -> Answer {
        switch action {
        case .capture: try await bench.put(id, ["capture": true])
        case .captureSome: try await bench.put(id, ["capture": true, "transaction_amount": 40])
        case .cancel: try await bench.put(id, ["status": "cancelled"])
        case .refund: try await bench.refund(id, key: "now")
        case .refundSome: try await bench.refund(id, ["amount": 20], key: "now")
        case .annotate: try await bench.put(id, ["metadata": ["note": "n"]])
        }
    }

    private static func standing(_ payment: JSON) -> String {
        "\(payment["status"]?.string ?? "?")/\(payment["status_detail"]?.string ?? "?")"
    }

    @Test("every action in every state", arguments: State.allCases, Action.allCases)
    func transitions(_ state: State, _ action: Action) async throws {
        try await Bench.run { bench in
            let id = try await Self.make(state, bench)
            let before = try await bench.read(id)
            bench.clock.move(seconds: 60)
            let answer = try await Self.act(action, id, bench)
            let after = try await bench.read(id)
            let isRefused = answer.status >= 400
            let end = isRefused ? "\(answer.code?.int64 ?? 0)" : Self.standing(after)
            let expected = Self.table[state]?[action] ?? "200 \(Self.standing(before))"
            #expect("\(answer.status) \(end)" == expected, "\(state) + \(action)")
            if isRefused { #expect(after == before, "what is refused changes nothing") }
            if action != .refund, action != .refundSome, !isRefused { #expect(answer.json == after) }
        }
    }

    @Test("the table has every state and every action that moves money")
    func complete() {
        #expect(Set(Self.table.keys) == Set(State.allCases))
        for row in Self.table.values { #expect(row.count == Action.allCases.count - 1) }
    }
}
