import ExactJSON
import Sandbox
import Testing

@Suite("Searching payments") struct PaymentSearchTests {
    private static func pay(
        _ bench: Bench, _ references: [String], holder: String = "APRO"
    ) async throws -> [JSON] {
        var made: [JSON] = []
        for (index, person) in try await bench.seed(references.count, holder: holder).enumerated() {
            let body = Bench.charge(person, ["external_reference": .string(references[index])])
            made.append(try await bench.post("/v1/payments", body, key: "\(holder)-\(index)").json)
            bench.clock.move(seconds: 60)
        }
        return made
    }

    private static func ids(_ answer: Answer) -> [JSON?] {
        (answer.json["results"]?.array ?? []).map { $0["id"] }
    }

    @Test("by reference, newest first unless asked otherwise")
    func reference() async throws {
        try await Bench.run { bench in
            let made = try await Self.pay(bench, ["a", "b", "a b&c", "a"])
            let path = "/v1/payments/search?external_reference="
            let found = try await bench.get(path + "a")
            #expect(Self.ids(found) == [made[3]["id"], made[0]["id"]])
            #expect(found.json["paging"] == ["total": 2, "limit": 30, "offset": 0])
            #expect(found.json["results"]?[0] == made[3])
            #expect(
                Self.ids(try await bench.get(path + "a&sort=date_created&criteria=asc")).first
                    == made[0]["id"])
            #expect(Self.ids(try await bench.get(path + "a%20b%26c")) == [made[2]["id"]])
            #expect(Self.ids(try await bench.get(path + "a+b%26c")) == [made[2]["id"]])
            #expect(try await bench.get(path + "nobody").json["paging"]?["total"] == 0)
        }
    }

    @Test("page by page; a page past the end keeps the total")
    func paging() async throws {
        try await Bench.run { bench in
            let made = try await Self.pay(bench, Array(repeating: "r", count: 5))
            var seen: [JSON?] = []
            for offset in [0, 2, 4] {
                let path =
                    "/v1/payments/search?external_reference=r&sort=id&criteria=asc&limit=2&offset=\(offset)"
                seen += Self.ids(try await bench.get(path))
            }
            #expect(seen == made.map { $0["id"] })
            let past = try await bench.get("/v1/payments/search?external_reference=r&limit=2&offset=6")
            #expect(past.json["results"] == [] && past.json["paging"]?["total"] == 5)
            #expect(try await bench.get("/v1/payments/search?limit=500").json["paging"]?["limit"] == 100)
        }
    }

    @Test("a window of dates holds both of its ends")
    func window() async throws {
        try await Bench.run { bench in
            let made = try await Self.pay(bench, ["a", "b", "c"])
            func found(_ query: String) async throws -> [JSON?] {
                Self.ids(try await bench.get("/v1/payments/search?criteria=asc&" + query))
            }
            let minute = "range=date_created&begin_date=2026-11-23T08:01:00.000-04:00"
            #expect(try await found(minute) == [made[1]["id"], made[2]["id"]])
            #expect(try await found(minute + "&end_date=2026-11-23T12:01:00Z") == [made[1]["id"]])
            #expect(
                try await found("begin_date=NOW-2MINUTES&end_date=NOW") == [made[1]["id"], made[2]["id"]])
            #expect(try await found("range=date_approved&begin_date=NOW-1HOUR").count == 3)
            bench.clock.move(seconds: 100 * 86_400)
            #expect(try await found("range=date_created").isEmpty)
            #expect(try await found("range=date_created&begin_date=NOW-365DAYS").count == 3)
            bench.clock.move(seconds: 300 * 86_400)
            #expect(try await found("external_reference=a").isEmpty)
        }
    }

    @Test("by status and id; what isn't known is ignored")
    func filters() async throws {
        try await Bench.run { bench in
            let good = try await Self.pay(bench, ["a"])
            let bad = try await Self.pay(bench, ["a"], holder: "OTHE")
            func found(_ query: String) async throws -> [JSON?] {
                Self.ids(try await bench.get("/v1/payments/search?" + query))
            }
            #expect(try await found("status=approved") == [good[0]["id"]])
            #expect(try await found("status=rejected&external_reference=a") == [bad[0]["id"]])
            #expect(try await found("id=\(try #require(bad[0]["id"]?.int64))") == [bad[0]["id"]])
            #expect(try await found("job=1").count == 2)
            #expect(try await found("range=date_approved") == [good[0]["id"]])
        }
    }

    @Test("the index lags, except for ids")
    func lag() async throws {
        try await Bench.run({ $0.paymentSearchLag = .seconds(90) }) { bench in
            let made = try await Self.pay(bench, ["a"])
            let path = "/v1/payments/search?external_reference=a"
            #expect(try await bench.get(path).json["results"] == [])
            let id = try #require(made[0]["id"]?.int64)
            #expect(Self.ids(try await bench.get("/v1/payments/search?id=\(id)")) == [made[0]["id"]])
            #expect(try await bench.get("/v1/payments/\(id)").status == 200)
            bench.clock.move(seconds: 30)
            #expect(Self.ids(try await bench.get(path)) == [made[0]["id"]])
        }
    }

    @Test("the index learns of changes as late as of payments")
    func updateLag() async throws {
        try await Bench.run({ $0.paymentSearchLag = .seconds(90) }) { bench in
            let id = try await bench.pay(changes: ["external_reference": "a", "capture": false])
            let path = "/v1/payments/search?external_reference=a"
            func standing() async throws -> [JSON?] {
                let result = try await bench.get(path).json["results"]?[0]
                return [result?["status"], result?["transaction_amount_refunded"]]
            }
            bench.clock.move(seconds: 90)
            #expect(try await standing() == ["authorized", 0])
            #expect(try await bench.put(id, ["capture": true]).status == 200)
            bench.clock.move(seconds: 60)
            #expect(try await bench.refund(id, ["amount": 10], key: "r").status == 201)
            #expect(try await standing() == ["authorized", 0])
            #expect(try await bench.get(path + "&status=approved").json["paging"]?["total"] == 0)
            let exact = try await bench.get("/v1/payments/search?id=\(id)").json["results"]?[0]
            #expect(exact?["transaction_amount_refunded"] == 10)
            bench.clock.move(seconds: 30)
            #expect(try await standing() == ["approved", 0])
            bench.clock.move(seconds: 60)
            #expect(try await standing() == ["approved", 10])
            #expect(try await bench.get(path + "&status=approved").json["paging"]?["total"] == 1)
        }
    }

    @Test("a hold that lapsed is found as what it is, by the date when it ended")
    func lapsed() async throws {
        try await Bench.run { bench in
            let id = try await bench.pay(changes: ["capture": false])
            bench.clock.move(seconds: 8 * 86_400)
            let path = "/v1/payments/search?status=cancelled&range=date_last_updated&begin_date="
            let found = Self.ids(try await bench.get(path + "NOW-1DAYS"))
            #expect(found == [JSON(id)])
            #expect(Self.ids(try await bench.get(path + "NOW-23HOURS")).isEmpty)
        }
    }

    @Test("sorted by each field that there is; who hasn't got it comes last")
    func sorting() async throws {
        try await Bench.run { bench in
            let first = try await bench.pay(changes: ["capture": false])
            bench.clock.move(seconds: 60)
            let second = try await bench.pay()
            bench.clock.move(seconds: 60)
            let third = try await bench.pay("OTHE")
            bench.clock.move(seconds: 60)
            _ = try await bench.put(first, ["capture": true])
            func found(_ field: String, _ criteria: String) async throws -> [JSON?] {
                Self.ids(try await bench.get("/v1/payments/search?sort=\(field)&criteria=\(criteria)"))
            }
            let (a, b, c) = (JSON(first), JSON(second), JSON(third))
            for field in ["id", "date_created"] {
                #expect(try await found(field, "asc") == [a, b, c])
                #expect(try await found(field, "desc") == [c, b, a])
            }
            #expect(try await found("date_last_updated", "asc") == [b, c, a])
            for field in ["date_approved", "money_release_date"] {
                #expect(try await found(field, "asc") == [b, a, c])
                #expect(try await found(field, "desc") == [a, b, c])
            }
        }
    }

    @Test("only this seller's payments are found, and none of a shop or a till")
    func places() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            _ = try await bench.post("/v1/payments", Bench.charge(ana), key: "k")
            let payer = try #require(ana.id.split(separator: "-").first)
            for (query, count) in [
                ("collector.id=261735089", 1), ("collector.id=1", 0), ("store_id=1", 0), ("pos_id=1", 0),
                ("payer.id=\(payer)", 1), ("payer.id=1", 0),
            ] {
                let found = try await bench.get("/v1/payments/search?" + query)
                #expect(found.json["paging"]?["total"] == JSON(count), "\(query)")
            }
        }
    }

    @Test(
        "a search that can't be is refused",
        arguments: [
            ("payer.email=a@b.com", 1), ("id=x", 1), ("sort=amount", 1), ("criteria=up", 1),
            ("range=date", 1),
            ("limit=0", 1), ("limit=x", 1), ("limit=1001", 1_000), ("offset=-1", 1), ("offset=10001", 1_000),
            ("begin_date=2026-11-23", 1_001), ("end_date=NOW-400DAYS", 1_001),
        ] as [(String, Int64)])
    func refusals(_ query: String, _ code: Int64) async throws {
        try await Bench.run { bench in
            let answer = try await bench.get("/v1/payments/search?" + query)
            #expect(answer.status == 400 && answer.code == JSON(code))
        }
    }
}
