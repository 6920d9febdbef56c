import ExactJSON
import Sandbox
import Testing

@Suite("Reading the sandbox") struct ControlTests {
    @Test("the ledger has a record of every payment, and of nothing else")
    func ledger() async throws {
        try await Bench.run { bench in
            let people = try await bench.seed(2)
            let body = Bench.charge(people[0], ["external_reference": "r-0", "metadata": ["job": "j"]])
            let made = try await bench.post("/v1/payments", body, key: "k-0")
            _ = try await bench.post("/v1/payments", Bench.charge(people[1]), key: "k-1")
            _ = try await bench.post("/v1/payments", Bench.charge(people[1]), key: "k-2")
            let ledger = try await bench.get("/_sandbox/payments").json
            #expect(ledger["total"] == 2)
            let record = try #require(ledger["payments"]?[0])
            #expect(
                record["id"] == made.json["id"] && record["idempotency_key"] == "k-0" && record["posts"] == 1)
            #expect(record["external_reference"] == "r-0" && record["metadata"] == ["job": "j"])
            #expect(
                record["customer_id"] == .string(people[0].id)
                    && record["card_id"] == .string(people[0].cardID))
            #expect(record["status"] == "approved" && record["created_ms"] == JSON(bench.clock.now))
            #expect(try await bench.get("/_sandbox/payments?external_reference=r-0").json["total"] == 1)
            let second = try await bench.get("/_sandbox/payments?offset=1&limit=5").json["payments"]?.array
            #expect(second?.count == 1 && second?[0]["idempotency_key"] == "k-1")
        }
    }

    @Test("the log keeps the last arrivals, counts them all, and holds no token and no id")
    func requests() async throws {
        try await Bench.run({ $0.requestsMax = 3 }) { bench in
            let ana = try await bench.seed()[0]
            _ = try await bench.get("/v1/customers/\(ana.id)")
            _ = try await bench.get("/v1/card_tokens/\(ana.token)")
            _ = try await bench.get("/secret/\(ana.token)")
            _ = try await bench.post("/v1/payments", Bench.charge(ana), key: "k")
            let log = try await bench.get("/_sandbox/requests")
            #expect(log.json["total"] == 4 && log.json["stored"] == 3)
            let lines = try #require(log.json["requests"]?.array)
            #expect(lines.map { $0["sequence"] } == [1, 2, 3])
            #expect(lines.map { $0["path"] } == ["/v1/card_tokens/{id}", "(unknown)", "/v1/payments"])
            #expect(lines.map { $0["status"] } == [200, 404, 201])
            #expect(lines[2]["idempotency_key"] == "k" && lines[2]["method"] == "POST")
            let text = String(decoding: log.bytes, as: UTF8.self)
            #expect(!text.contains(ana.token) && !text.contains("TEST-sandbox-access-token"))
            let page = try await bench.get("/_sandbox/requests?from=2&limit=1").json["requests"]
            #expect(page?.array?.map { $0["sequence"] } == [2])
        }
    }

    @Test("the summary shows a reference that was charged twice")
    func summary() async throws {
        try await Bench.run { bench in
            let people = try await bench.seed(2)
            let poor = try await bench.seed(1, holder: "FUND")[0]
            for (index, person) in (people + [poor]).enumerated() {
                let body = Bench.charge(person, ["external_reference": index == 0 ? "a" : "b"])
                _ = try await bench.post("/v1/payments", body, key: "k\(index)")
            }
            var account = try #require(try await bench.get("/_sandbox/summary").json["accounts"]?[0])
            #expect(account["references_charged_more_than_once"] == 0)
            #expect(
                account["payments_by_status"] == ["approved": 2, "rejected": 1] && account["customers"] == 3)
            let more = try await bench.seed()[0]
            _ = try await bench.post(
                "/v1/payments", Bench.charge(more, ["external_reference": "a"]), key: "again")
            account = try #require(try await bench.get("/_sandbox/summary").json["accounts"]?[0])
            #expect(account["references_charged_more_than_once"] == 1)
            let answers = try await bench.get("/_sandbox/summary").json["requests"]?["answers"]
            #expect(answers == ["POST /v1/payments": ["201": 4]])
        }
    }

    @Test("a reset forgets everything and disarms the faults")
    func reset() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            _ = try await bench.post("/v1/payments", Bench.charge(ana), key: "k")
            _ = try await bench.post("/_sandbox/faults", ["kind": "status", "status": 500])
            #expect(try await bench.post("/_sandbox/reset", [:]).status == 200)
            #expect(try await bench.get("/v1/customers/\(ana.id)").status == 404)
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "k").code == 2_006)
            #expect(try await bench.get("/_sandbox/payments").json["total"] == 0)
            #expect(try await bench.get("/_sandbox/requests").json["total"] == 2)
        }
    }

    @Test("tokens come in bulk, raw or of a saved card")
    func tokens() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let raw = try await bench.post("/_sandbox/card-tokens", ["count": 50, "holder": "OTHE"])
            let made = try #require(raw.json["tokens"]?.array).compactMap(\.string)
            #expect(Set(made).count == 50)
            let paid = try await bench.post("/v1/payments", Bench.guest(made[0]), key: "1")
            #expect(paid.json["status"] == "rejected")
            let saved = try await bench.post("/_sandbox/card-tokens", ["card_id": .string(ana.cardID)])
            let token = try #require(saved.json["tokens"]?[0])
            let body = Bench.charge(ana, ["token": token])
            #expect(
                try await bench.post("/v1/payments", body, key: "2").json["card"]?["id"]
                    == .string(ana.cardID))
            #expect(try await bench.post("/_sandbox/card-tokens", ["card_id": "1"]).status == 400)
            #expect(try await bench.post("/_sandbox/seed?account=1", [:]).status == 400)
            #expect(try await bench.post("/_sandbox/seed", ["custmers": 5]).status == 400)
            #expect(try await bench.get("/_sandbox/nothing").status == 404)
        }
    }

    @Test("a seed makes ids repeatable")
    func seeds() async throws {
        let first = Ids()
        let second = Ids()
        for ids in [first, second] {
            try await Bench.run({ $0.seed = 7 }) { bench in
                let ana = try await bench.seed()[0]
                await ids.add([ana.id, ana.cardID, ana.token])
            }
        }
        #expect(await first.all == second.all)
    }

    private actor Ids {
        private(set) var all: [String] = []

        func add(_ ids: [String]) { all += ids }
    }
}
