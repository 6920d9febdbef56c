import ExactJSON
import Sandbox
import Testing

@Suite("Search of customers") struct CustomerSearchTests {
    @Test("an unknown filter finds everybody, page by page")
    func paging() async throws {
        try await Bench.run { bench in
            _ = try await bench.seed(25)
            let first = try await bench.get("/v1/customers/search?mail=x@y.com")
            #expect(first.json["paging"]?["total"] == 25 && first.json["results"]?.array?.count == 10)
            let last = try await bench.get("/v1/customers/search?limit=20&offset=20")
            #expect(last.json["paging"] == ["limit": 20, "offset": 20, "total": 25])
            #expect(last.json["results"]?.array?.count == 5)
            let past = try await bench.get("/v1/customers/search?offset=25")
            #expect(past.json["paging"] == ["limit": 10, "offset": 25, "total": 25])
            #expect(past.json["results"] == [])
        }
    }

    @Test("the pages of a search are all there is, each customer once")
    func pages() async throws {
        try await Bench.run { bench in
            let made = try await bench.seed(23).map(\.id)
            var found: [String] = []
            for offset in stride(from: 0, to: 30, by: 7) {
                let page = try await bench.get("/v1/customers/search?limit=7&offset=\(offset)")
                found += try #require(page.json["results"]?.array).compactMap { $0["id"]?.string }
            }
            #expect(found == made)
        }
    }

    @Test(
        "a search is narrowed by the documented filters",
        arguments: [
            ("email=ANA@b.com", 1), ("email=bob@b.com", 1), ("email=nobody@b.com", 0), ("first_name=Ana", 2),
            ("last_name=Lovelace", 1), ("first_name=Ana&last_name=Lovelace", 1), ("description=vip", 1),
            ("identification.type=CPF", 2), ("identification.number=19119119100", 1), ("id=1-x", 0),
            ("email=bob@b.com&first_name=Ana", 0), ("nickname=x", 3), ("", 3),
        ])
    func filters(_ query: String, _ total: Int) async throws {
        try await Bench.run { bench in
            for body: JSON in [
                ["email": "ana@b.com", "first_name": "Ana", "last_name": "Lovelace", "description": "vip"],
                ["email": "ann@b.com", "first_name": "Ana", "identification": ["type": "CPF"]],
                ["email": "bob@b.com", "identification": ["type": "CPF", "number": "19119119100"]],
            ] {
                #expect(try await bench.post("/v1/customers", body).status == 201)
            }
            let found = try await bench.get("/v1/customers/search?\(query)").json
            #expect(found["paging"]?["total"] == JSON(total))
            #expect(found["results"]?.array?.count == total)
        }
    }

    @Test(
        "a page that can't be is refused",
        arguments: ["limit=0", "limit=x", "offset=-1", "offset=1.5", "limit="])
    func refusals(_ query: String) async throws {
        try await Bench.run { bench in
            let answer = try await bench.get("/v1/customers/search?\(query)")
            #expect(answer.status == 400 && answer.code == "205")
        }
    }

    @Test("a new customer is found only after the lag, though its e-mail is taken at once")
    func lag() async throws {
        try await Bench.run({ $0.customerSearchLag = .seconds(2) }) { bench in
            let made = try await bench.post("/v1/customers", ["email": "a@b.com"]).json
            let search = "/v1/customers/search?email=a@b.com"
            bench.clock.move(seconds: 1)
            #expect(try await bench.get(search).json["paging"]?["total"] == 0)
            #expect(try await bench.get("/v1/customers/search").json["paging"]?["total"] == 0)
            #expect(try await bench.post("/v1/customers", ["email": "a@b.com"]).code == "101")
            bench.clock.move(seconds: 1)
            #expect(try await bench.get(search).json["results"] == [made])
        }
    }

    @Test("within the lag a changed customer is found as it was, and a deleted one still is")
    func changes() async throws {
        try await Bench.run({ $0.customerSearchLag = .seconds(3) }) { bench in
            func names(_ query: String = "?email=a@b.com") async throws -> [String?] {
                let found = try await bench.get("/v1/customers/search\(query)").json
                let results = try #require(found["results"]?.array)
                return results.map { $0["first_name"]?.string }
            }
            let body: JSON = ["email": "a@b.com", "first_name": "one"]
            let id = try #require(try await bench.post("/v1/customers", body).json["id"]?.string)
            let path = "/v1/customers/\(id)"
            bench.clock.move(seconds: 3)
            _ = try await bench.call("PUT", path, ["first_name": "two"])
            bench.clock.move(seconds: 1)
            _ = try await bench.call("PUT", path, ["first_name": "three"])
            #expect(try await bench.get(path).json["first_name"] == "three", "a read sees it at once")
            for query in ["?email=A@b.com", ""] { #expect(try await names(query) == ["one"]) }
            bench.clock.move(seconds: 2)
            for query in ["?email=a@b.com", "?first_name=two"] { #expect(try await names(query) == ["two"]) }
            bench.clock.move(seconds: 1)
            #expect(try await names() == ["three"])

            #expect(try await bench.call("DELETE", path).status == 200)
            _ = try await bench.post("/v1/customers", ["email": "a@b.com", "first_name": "new"])
            bench.clock.move(seconds: 2)
            for query in ["?email=a@b.com", ""] { #expect(try await names(query) == ["three"]) }
            #expect(try await bench.get(path).status == 404)
            bench.clock.move(seconds: 1)
            for query in ["?email=a@b.com", ""] { #expect(try await names(query) == ["new"]) }
        }
    }
}
