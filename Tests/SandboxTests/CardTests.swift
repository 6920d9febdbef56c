import ExactJSON
import Sandbox
import Testing

@Suite("Cards and their tokens") struct CardTests {
    private static func path(_ customer: String) -> String { "/v1/customers/\(customer)/cards" }

    @Test("a token saves one card; the first becomes the default")
    func save() async throws {
        try await Bench.run { bench in
            let made = try await bench.post("/v1/customers", ["email": "a@b.com"])
            let id = try #require(made.json["id"]?.string)
            let token = try await bench.token("Ana Lovelace")
            let card = try await bench.post(Self.path(id), ["token": .string(token)])
            #expect(card.status == 201)
            #expect(card.json["id"]?.string?.wholeMatch(of: /\d{13}/) != nil)
            #expect(card.json["payment_method"]?["id"] == "master" && card.json["last_four_digits"] == "0604")
            #expect(
                card.json["cardholder"]?["name"] == "Ana Lovelace" && card.json["customer_id"] == .string(id))
            #expect(card.json["user_id"]?.string == id.split(separator: "-").first.map(String.init))

            let customer = try await bench.get("/v1/customers/\(id)")
            #expect(customer.json["default_card"] == card.json["id"] && customer.json["cards"] == [card.json])
            #expect(try await bench.get(Self.path(id)).json == [card.json])
            let cardID = try #require(card.json["id"]?.string)
            #expect(try await bench.get(Self.path(id) + "/" + cardID).json == card.json)
            #expect(try await bench.get("/v1/card_tokens/\(token)").json["status"] == "used")

            let again = try await bench.post(Self.path(id), ["token": .string(token)])
            #expect(again.status == 400 && again.json["message"] == "invalid parameters ")
            #expect(again.json["cause"]?[0]?[0]?["code"] == "card-120")
        }
    }

    @Test("the same number and expiry is the same card; another number is another")
    func same() async throws {
        try await Bench.run { bench in
            let made = try await bench.post("/v1/customers", ["email": "a@b.com"])
            let path = Self.path(try #require(made.json["id"]?.string))
            let first = try await bench.post(path, ["token": .string(try await bench.token())])
            let again = try await bench.post(path, ["token": .string(try await bench.token())])
            #expect(again.status == 200 && again.json == first.json)
            let other = try await bench.token("APRO", number: "4509953566233704")
            // The official Python SDK posts to a path that ends in a slash.
            #expect(try await bench.post(path + "/", ["token": .string(other)]).status == 201)
            #expect(try await bench.get(path).json.array?.count == 2)
        }
    }

    @Test("what can't be saved is refused with its code")
    func refusals() async throws {
        try await Bench.run({ $0.cardsPerCustomerMax = 1 }) { bench in
            let (ana, eve) = (try await bench.seed()[0], try await bench.seed()[0])
            func code(_ body: JSON) async throws -> JSON? {
                try await bench.post(Self.path(ana.id), body).json["cause"]?[0]?[0]?["code"]
            }
            #expect(try await code([:]) == "card-119")
            #expect(try await code(["token": "0123"]) == "card-120")
            #expect(try await code(["token": .string(eve.token)]) == "card-140")
            let visa = try await bench.token("APRO", number: "4509953566233704")
            #expect(try await code(["token": .string(visa), "payment_method_id": "master"]) == "card-127")
            #expect(try await code(["token": .string(visa), "payment_method_id": "visa"]) == "card-129")
            #expect(try await bench.get("/v1/card_tokens/\(visa)").json["status"] == "active")
            let absent = try await bench.post(Self.path("1-x"), ["token": .string(visa)])
            #expect(absent.status == 404 && absent.json["message"] == "customer not found")
            #expect(try await bench.get(Self.path(ana.id) + "/1").status == 404)
        }
    }

    @Test(
        "method and issuer are taken in both forms",
        arguments: [
            (["payment_method_id": "visa", "issuer_id": "1234"], nil, 1_234),
            (["payment_method_id": "visa", "issuer_id": 1_234], nil, 1_234),
            (["payment_method": ["id": "visa"], "issuer": ["id": "1234"]], nil, 1_234),
            (["payment_method": ["id": "visa"], "issuer": ["id": 1_234]], nil, 1_234),
            (["payment_method_id": nil, "issuer_id": nil], nil, 25), ([:], nil, 25),
            (["payment_method_id": 1], "card-125", 0), (["payment_method": ["id": "oca"]], "card-127", 0),
            (["issuer_id": "banco"], "card-108", 0),
            (["issuer": ["id": true]], "card-108", 0),
        ] as [(JSONObject, String?, Int)])
    func forms(_ extra: JSONObject, _ code: String?, _ issuer: Int) async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            var body = extra
            body["token"] = .string(try await bench.token("APRO", number: "4509953566233704"))
            let answer = try await bench.post(Self.path(ana.id), .object(body))
            if let code {
                #expect(answer.status == 400 && answer.json["cause"]?[0]?[0]?["code"] == .string(code))
            } else {
                #expect(answer.status == 201 && answer.json["issuer"]?["id"] == JSON(issuer))
                #expect(answer.json["payment_method"]?["id"] == "visa")
            }
        }
    }

    @Test(
        "a number that several methods share needs both named",
        arguments: [
            ([:], "card-127"), (["issuer_id": "25"], "card-123"), (["payment_method_id": "visa"], "card-124"),
            (["payment_method_id": "nothing", "issuer_id": "25"], "card-127"),
            (["payment_method_id": "debvisa", "issuer_id": "25"], nil),
        ] as [(JSONObject, String?)])
    func ambiguous(_ extra: JSONObject, _ code: String?) async throws {
        try await Bench.run({ $0.ambiguousPrefixes = ["450995"] }) { bench in
            let ana = try await bench.seed()[0]
            var body = extra
            body["token"] = .string(try await bench.token("APRO", number: "4509953566233704"))
            let answer = try await bench.post(Self.path(ana.id), .object(body))
            let found = answer.json["cause"]?[0]?[0]?["code"]
            #expect(code == nil ? answer.status == 201 : found == code.map(JSON.string))
            if code == nil { #expect(answer.json["payment_method"]?["id"] == "debvisa") }
        }
    }

    @Test("the refusal of a bad token is worded as observed")
    func wording() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let answer = try await bench.post(Self.path(ana.id), ["token": "0123"])
            let text = "Invalid token. Card token not found"
            #expect(
                answer.json == [
                    "message": "invalid parameters ", "error": "bad_request", "status": 400,
                    "cause": [[["code": "card-120", "description": .string(text)]]],
                ])
        }
    }

    @Test("a token made with another seller's credentials saves nothing")
    func foreign() async throws {
        let other = SandboxAccount(accessToken: "APP_USR-other", publicKey: "APP_USR-public", collectorID: 7)
        try await Bench.run({ $0.accounts.append(other) }) { bench in
            let ana = try await bench.seed()[0]
            let made = try await bench.call("POST", "/v1/card_tokens", Bench.card(), token: "APP_USR-other")
            let body: JSON = ["token": made.json["id"] ?? nil]
            let answer = try await bench.post(Self.path(ana.id), body)
            #expect(answer.json["cause"]?[0]?[0]?["code"] == "card-140")
            #expect(try await bench.post(Self.path("1-x"), body).status == 404)
        }
    }
}
