import ExactJSON
import Sandbox
import Testing

@Suite("Captures, cancellations and updates") struct CaptureTests {
    private static let hold: [String: JSON?] = ["capture": false, "transaction_amount": 5_000]

    @Test("a capture takes the money, and a repeat changes nothing")
    func capture() async throws {
        try await Bench.run { bench in
            let id = try await bench.pay(changes: Self.hold)
            bench.clock.move(seconds: 60)
            let taken = try await bench.put(id, ["capture": true])
            #expect(taken.status == 200 && taken.header("X-Response-Status") == "approved/accredited")
            #expect(taken.json["captured"] == true && taken.json["transaction_amount"] == 5_000)
            #expect(taken.json["date_approved"] == "2026-11-23T08:01:00.000-04:00")
            #expect(taken.json["date_created"] == "2026-11-23T08:00:00.000-04:00")
            #expect(taken.json["transaction_details"]?["net_received_amount"] == 4_750)
            bench.clock.move(seconds: 60)
            for body in [["capture": true], ["capture": true, "transaction_amount": 5_000]] as [JSON] {
                let again = try await bench.put(id, body)
                #expect(again.status == 200 && again.json == taken.json)
            }
            #expect(try await bench.record(id)["captures"] == 3)
        }
    }

    @Test(
        "less may be captured where the country and the brand allow it",
        arguments: [
            (.argentina, "5031755734530604", true), (.argentina, "5895627823453005", false),
            (.brazil, "5031433215406351", true), (.mexico, "5474925432670366", false),
            (.peru, "5031755734530604", false), (.uruguay, "5031755734530604", false),
        ] as [(SandboxSite, String, Bool)])
    func partial(_ site: SandboxSite, _ number: String, _ isAllowed: Bool) async throws {
        try await Bench.run({ $0.accounts[0].site = site }) { bench in
            let token = try await bench.token("APRO", number: number)
            let body = Bench.guest(token, ["capture": false, "transaction_amount": 110])
            let id = try #require(
                try await bench.post("/v1/payments", body, key: "k").json["id"]?.int64)
            let more = try await bench.put(id, ["capture": true, "transaction_amount": 111])
            #expect(more.status == 400 && more.code == 2_017)
            let less = try await bench.put(id, ["capture": true, "transaction_amount": 40])
            #expect(isAllowed ? less.status == 200 : less.code == 2_017)
            let record = try await bench.record(id)
            #expect(record["captured_amount"] == (isAllowed ? 40 : 0))
            #expect(record["authorized_amount"] == 110 && record["moved_amount"] == record["captured_amount"])
            guard isAllowed else { return }
            #expect(less.json["transaction_amount"] == 40 && less.json["captured"] == true)
            let rest = try await bench.put(id, ["capture": true, "transaction_amount": 70])
            #expect(rest.code == 2_018)
            #expect(try await bench.refund(id, ["amount": 41], key: "r").code == 2_063)
            #expect(try await bench.refund(id, key: "r").json["amount"] == 40)
        }
    }

    @Test(
        "a hold lapses when its country's time is over",
        arguments: [
            (.argentina, 7), (.mexico, 7), (.brazil, 5), (.peru, 22), (.uruguay, 7),
        ] as [(SandboxSite, Int64)])
    func window(_ site: SandboxSite, _ days: Int64) async throws {
        try await Bench.run({ $0.accounts[0].site = site }) { bench in
            let id = try await bench.pay(changes: Self.hold)
            bench.clock.move(seconds: days * 86_400 - 1)
            #expect(try await bench.read(id)["status"] == "authorized")
            bench.clock.move(seconds: 1)
            let lapsed = try await bench.read(id)
            #expect(lapsed["status"] == "cancelled" && lapsed["status_detail"] == "expired")
            #expect(lapsed["captured"] == false && lapsed["authorization_code"] == .null)
            #expect(try await bench.put(id, ["capture": true]).code == 2_018)
            bench.clock.move(seconds: 86_400)
            #expect(try await bench.read(id) == lapsed, "it ended when it ended, not when somebody looked")
            #expect(try await bench.record(id)["moved_amount"] == 0)
        }
    }

    @Test("what nobody confirms ends after thirty days, or when its own date says")
    func pending() async throws {
        try await Bench.run { bench in
            let plain = try await bench.pay("CONT")
            let dated = try await bench.pay(
                "CONT", changes: ["date_of_expiration": "2026-11-24T08:00:00.000-04:00"])
            let changed = try await bench.pay("CONT")
            let later: JSON = ["date_of_expiration": "2026-11-25T08:00:00.000-04:00"]
            let answer = try await bench.put(changed, later).json
            #expect(answer["date_of_expiration"] == later["date_of_expiration"])
            func states() async throws -> [JSON?] {
                var states: [JSON?] = []
                for id in [plain, dated, changed] { states.append(try await bench.read(id)["status_detail"]) }
                return states
            }
            let waiting: JSON = "pending_contingency"
            bench.clock.move(seconds: 86_400)
            #expect(try await states() == [waiting, "expired", waiting])
            bench.clock.move(seconds: 86_400)
            #expect(try await states() == [waiting, "expired", "expired"])
            bench.clock.move(seconds: 28 * 86_400 - 1)
            #expect(try await states() == [waiting, "expired", "expired"])
            bench.clock.move(seconds: 1)
            #expect(try await states() == ["expired", "expired", "expired"])
        }
    }

    @Test(
        "an update that can't be one is refused",
        arguments: [
            (["status": "canceled"], 2_016), (["status": "approved"], 2_016), (["status": 1], 2_016),
            (["status": nil], 2_016), (["capture": nil], 2_078), (["capture": "true"], 2_079),
            (["capture": 1], 2_079), (["capture": false], 2_079), ([:], 1), ([], 1),
            (["captured": true], 8), (["capture": true, "amount": 1], 8),
            (["capture": true, "status": "cancelled"], 1), (["transaction_amount": 10], 1),
            (["capture": true, "transaction_amount": "10"], 4_003),
            (["capture": true, "transaction_amount": 0], 4_037),
            (["capture": true, "transaction_amount": -1], 4_037),
            (["capture": true, "transaction_amount": .number(JSONNumber("0.001") ?? 0)], 4_037),
            (["metadata": "x"], 4_022), (["date_of_expiration": "soon"], 23),
        ] as [(JSON, Int64)])
    func refusals(_ body: JSON, _ code: Int64) async throws {
        try await Bench.run { bench in
            let id = try await bench.pay(changes: ["capture": false])
            let answer = try await bench.put(id, body)
            #expect(answer.status == 400 && answer.code == JSON(code))
            #expect(try await bench.read(id)["status"] == "authorized")
        }
    }

    @Test("an unknown payment is not found; what is no id is no path")
    func unknown() async throws {
        try await Bench.run { bench in
            let answer = try await bench.put(1, ["status": "cancelled"])
            #expect(answer.status == 404 && answer.code == 2_000)
            #expect(try await bench.call("PUT", "/v1/payments/x", ["capture": true]).status == 404)
            #expect(try await bench.call("PUT", "/v1/payments/search", ["capture": true]).status == 404)
        }
    }

    @Test("metadata is replaced, in snake case, and says when")
    func metadata() async throws {
        try await Bench.run { bench in
            let id = try await bench.pay(changes: ["metadata": ["a": 1]])
            bench.clock.move(seconds: 5)
            let answer = try await bench.put(id, ["metadata": ["orderNumber": 7]])
            #expect(answer.json["metadata"] == ["order_number": 7] && answer.json["status"] == "approved")
            #expect(answer.json["date_last_updated"] == "2026-11-23T08:00:05.000-04:00")
            #expect(try await bench.record(id)["metadata"] == ["order_number": 7])
        }
    }
}
