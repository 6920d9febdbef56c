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

    @Test(
        "what a customer can't be is refused with its code",
        arguments: [
            ([:], "106"), (["email": "nobody"], "106"), (["email": "a@b"], "106"), (["email": 1], "106"),
            ([], "118"),
            (["email": "a\u{0}@b.com"], "106"), (["email": "a@b\u{7F}.com"], "106"),
            (["email": "a@b.com\u{85}"], "106"), (["email": "a\u{1B}[0m@b.com"], "106"),
            (["email": .string(String(repeating: "x", count: 250) + "@b.com")], "104"),
            (["email": "a@b.com", "first_name": 1], "107"), (["email": "a@b.com", "last_name": []], "108"),
            (["email": "a@b.com", "phone": "1"], "103"), (["email": "a@b.com", "identification": 1], "103"),
            (["email": "a@b.com", "address": "Av. 1"], "103"),
            (["email": "a@b.com", "address": ["city": "Osasco"]], "103"),
            (["email": "a@b.com", "phone": ["area_code": 11]], "109"),
            (["email": "a@b.com", "phone": ["number": 1]], "110"),
            (["email": "a@b.com", "identification": ["type": 1]], "111"),
            (["email": "a@b.com", "identification": ["number": 12_345_678]], "112"),
            (["email": "a@b.com", "address": ["zip_code": 1_430]], "113"),
            (["email": "a@b.com", "address": ["street_name": true]], "114"),
            (["email": "a@b.com", "address": ["street_number": false]], "125"),
            (["email": "a@b.com", "date_registered": "yesterday"], "115"),
            (["email": "a@b.com", "date_registered": "2021-13-01"], "115"),
            (["email": "a@b.com", "date_registered": 2_021], "115"),
            (["email": "a@b.com", "description": 1], "116"),
            (["email": "a@b.com", "metadata": []], "117"),
            (["email": "a@b.com", "description": .string(String(repeating: "x", count: 256))], "104"),
            (["email": "a@b.com", "default_card": "1"], "120"),
            (["email": "a@b.com", "default_card": 1], "125"),
        ] as [(JSON, String)])
    func refusals(_ body: JSON, _ code: String) async throws {
        try await Bench.run { bench in
            let answer = try await bench.post("/v1/customers", body)
            #expect(answer.status == 400 && answer.code == .string(code))
            #expect(answer.json["error"] == "bad_request" && answer.json["status"] == 400)
            #expect(answer.json["message"] == answer.json["cause"]?[0]?["description"])
            #expect(try await bench.get("/v1/customers/search").json["paging"]?["total"] == 0)
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

    @Test("an update replaces what it names, and the rest stays")
    func partial() async throws {
        try await Bench.run { bench in
            let body: JSON = [
                "email": "a@b.com", "first_name": "Ana", "phone": ["area_code": "11", "number": "9"],
                "identification": ["type": "CPF", "number": "19119119100"],
                "address": ["zip_code": "01430", "street_name": "Rua", "street_number": 7],
                "date_registered": "2000-01-18", "description": "one", "default_card": "None",
            ]
            let made = try await bench.post("/v1/customers", body).json
            let path = "/v1/customers/\(try #require(made["id"]?.string))"
            #expect(made["default_card"] == .null && made["date_registered"] == "2000-01-18")
            #expect(made["address"]?["street_number"] == "7")
            #expect(made["addresses"]?[0]?["street_number"] == 7)
            #expect(made["default_address"] == made["address"]?["id"])
            bench.clock.move(seconds: 60)
            let changes: JSON = [
                "last_name": "Lovelace", "phone": ["number": "8"], "first_name": nil,
                "address": ["street_name": "Avenida", "city": ["name": "Osasco"]], "email": "A@B.COM",
                "nickname": "countess",
            ]
            let changed = try await bench.call("PUT", path, changes).json
            #expect(changed["first_name"] == "Ana" && changed["last_name"] == "Lovelace")
            #expect(changed["email"] == "a@b.com" && changed["nickname"] == nil)
            #expect(changed["phone"] == ["area_code": nil, "number": "8"])
            #expect(changed["identification"] == ["type": "CPF", "number": "19119119100"])
            #expect(changed["address"]?["id"] == made["address"]?["id"])
            #expect(changed["address"]?["zip_code"] == .null)
            #expect(changed["addresses"]?[0]?["city"] == ["id": nil, "name": "Osasco"])
            #expect(changed["addresses"]?[0]?["country"] == ["id": "AR", "name": "Argentina"])
            #expect(changed["date_created"] == made["date_created"])
            #expect(changed["date_last_updated"] == "2026-11-23T08:01:00.000-04:00")
            #expect(try await bench.get(path).json == changed)
        }
    }

    @Test("a deleted customer is gone with its cards, and its e-mail is free again")
    func deletion() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed(1, tokens: 2)[0]
            let path = "/v1/customers/\(ana.id)"
            let before = try await bench.get(path).json
            let email = try #require(before["email"]?.string)
            let deleted = try await bench.call("DELETE", path)
            #expect(deleted.status == 200 && deleted.json == before)
            let absent: JSON = [
                "message": "customer not found", "error": "not_found", "status": 404, "cause": [[]],
            ]
            for (method, rest) in [("GET", ""), ("DELETE", ""), ("GET", "/cards"), ("PUT", "")] {
                let answer = try await bench.call(method, path + rest, method == "PUT" ? [:] : nil)
                #expect(answer.status == 404 && answer.json == absent)
            }
            let card: JSON = ["card_id": .string(ana.cardID), "security_code": "123"]
            #expect(try await bench.post("/v1/card_tokens", card).status == 404)
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "1").code == 2_002)
            #expect(try await bench.get("/v1/customers/search?email=\(email)").json["results"] == [])
            let again = try await bench.post("/v1/customers", ["email": .string(email)])
            #expect(again.status == 201 && again.json["id"] != .string(ana.id))
            #expect(again.json["cards"] == [])
        }
    }

    @Test("the refusals of a known e-mail and of an unknown customer are worded as recorded")
    func bodies() async throws {
        try await Bench.run { bench in
            _ = try await bench.post("/v1/customers", ["email": "a@b.com"])
            let again = try await bench.post("/v1/customers", ["email": "a@b.com"])
            let text = "the customer already exist"
            #expect(
                again.json == [
                    "message": .string(text), "error": "bad_request", "status": 400,
                    "cause": [["code": "101", "description": .string(text)]],
                ])
            for id in ["nobody", "1-", "-x", "1-x%20", "x-1"] {
                #expect(try await bench.get("/v1/customers/\(id)").code == "105")
            }
            #expect(try await bench.get("/v1/customers/").status == 405)
            #expect(try await bench.call("DELETE", "/v1/customers/").status == 405)
        }
    }

    @Test(
        "test credentials can be made to take test e-mails only",
        arguments: [
            ("test_payer_1@testuser.com", true), ("test_payer_1234567890@testuser.com", true),
            ("test_payer_12345678901@testuser.com", false), ("test_payer_@testuser.com", false),
            ("test_payer_1a@testuser.com", false), ("test_user_1@testuser.com", false),
            ("test_payer_1@testuser.com.ar", false), ("ana@b.com", false),
        ])
    func testEmails(_ email: String, _ isTaken: Bool) async throws {
        let live = SandboxAccount(accessToken: "APP_USR-live", publicKey: "APP_USR-public", collectorID: 7)
        try await Bench.run({
            $0.requiresTestEmails = true
            $0.accounts.append(live)
        }) { bench in
            let body: JSON = ["email": .string(email)]
            let answer = try await bench.post("/v1/customers", body)
            #expect(isTaken ? answer.status == 201 : answer.code == "128")
            let other = try await bench.call("POST", "/v1/customers", body, token: "APP_USR-live")
            #expect(other.status == 201, "the rule is for test credentials")
        }
    }
}
