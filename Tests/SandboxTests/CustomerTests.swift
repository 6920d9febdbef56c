import ExactJSON
import Sandbox
import Testing

@Suite("Customers") struct CustomerTests {
    @Test("a customer is created, read, updated and found")
    func life() async throws {
        try await Bench.run { bench in
            let made = try await bench.post(
                "/v1/customers", ["email": "ana+1@test.com", "phone": ["area_code": "11"]])
            #expect(made.status == 201)
            let id = try #require(made.json["id"]?.string)
            #expect(id.wholeMatch(of: /\d{9}-[A-Za-z0-9]{14}/) != nil)
            #expect(made.json["phone"] == ["area_code": "11", "number": nil])
            #expect(made.json["live_mode"] == false && made.json["default_card"] == .null)
            #expect(try await bench.get("/v1/customers/\(id)").json == made.json)

            let changed = try await bench.call("PUT", "/v1/customers/\(id)", ["first_name": "Ana"])
            #expect(changed.status == 200 && changed.json["first_name"] == "Ana")
            let found = try await bench.get("/v1/customers/search?email=ANA%2B1@test.com")
            #expect(found.json["paging"] == ["limit": 10, "offset": 0, "total": 1])
            #expect(found.json["results"]?[0] == changed.json)
            #expect(try await bench.get("/v1/customers/search?email=ana+1@test.com").json["results"] == [])
        }
    }

    @Test("an e-mail belongs to one customer, in letters of either case")
    func unique() async throws {
        try await Bench.run { bench in
            #expect(try await bench.post("/v1/customers", ["email": "a@b.com"]).status == 201)
            let again = try await bench.post("/v1/customers", ["email": "A@B.com"])
            #expect(again.status == 400)
            let cause: JSON = ["code": "101", "description": "the customer already exist"]
            #expect(again.json["cause"] == [cause])
        }
    }

    @Test("an unknown filter finds everybody, page by page")
    func paging() async throws {
        try await Bench.run { bench in
            _ = try await bench.seed(25)
            let first = try await bench.get("/v1/customers/search?mail=x@y.com")
            #expect(first.json["paging"]?["total"] == 25 && first.json["results"]?.array?.count == 10)
            let last = try await bench.get("/v1/customers/search?limit=20&offset=20")
            #expect(last.json["paging"] == ["limit": 20, "offset": 20, "total": 25])
            #expect(last.json["results"]?.array?.count == 5)
        }
    }

    @Test("a new customer is found only after the lag")
    func lag() async throws {
        try await Bench.run({ $0.customerSearchLag = .seconds(2) }) { bench in
            _ = try await bench.post("/v1/customers", ["email": "a@b.com"])
            #expect(try await bench.get("/v1/customers/search?email=a@b.com").json["results"] == [])
            bench.clock.move(seconds: 2)
            #expect(try await bench.get("/v1/customers/search?email=a@b.com").json["results"]?[0] != nil)
        }
    }

    @Test(
        "what a customer can't be is refused with its code",
        arguments: [
            ([:], "106"), (["email": "nobody"], "106"), (["email": "a@b"], "106"), (["email": 1], "106"),
            ([], "118"),
            (["email": "a@b.com", "first_name": 1], "107"), (["email": "a@b.com", "phone": "1"], "103"),
            (["email": "a@b.com", "phone": ["number": 1]], "110"),
            (["email": "a@b.com", "metadata": []], "117"),
            (["email": "a@b.com", "description": .string(String(repeating: "x", count: 256))], "104"),
            (["email": "a@b.com", "default_card": "1"], "120"),
        ] as [(JSON, String)])
    func refusals(_ body: JSON, _ code: String) async throws {
        try await Bench.run { bench in
            let answer = try await bench.post("/v1/customers", body)
            #expect(answer.status == 400 && answer.code == .string(code))
        }
    }

    @Test("an e-mail isn't changed, a default card has to be there")
    func updates() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let path = "/v1/customers/\(ana.id)"
            #expect(try await bench.call("PUT", path, ["email": "new@b.com"]).code == "126")
            #expect(try await bench.call("PUT", path, ["default_card": "1"]).code == "120")
            let kept = try await bench.call("PUT", path, ["default_card": .string(ana.cardID)])
            #expect(kept.json["default_card"] == .string(ana.cardID))
            let absent = try await bench.get("/v1/customers/1-x")
            #expect(absent.status == 404 && absent.json["cause"] == [[]])
        }
    }
}
