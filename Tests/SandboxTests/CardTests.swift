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

    @Test("a token lives eight days")
    func expiry() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed(1, tokens: 2)[0]
            let token = try await bench.get("/v1/card_tokens/\(ana.token)").json
            #expect(token["date_created"] == "2026-11-23T08:00:00.000-04:00")
            #expect(token["date_due"] == "2026-12-01T08:00:00.000-04:00")
            bench.clock.move(seconds: 8 * 86_400 - 1)
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "1").status == 201)
            bench.clock.move(seconds: 1)
            let late = Bench.charge(ana, ["token": .string(ana.tokens[1])])
            #expect(try await bench.post("/v1/payments", late, key: "2").code == 3_003)
        }
    }

    @Test("a browser makes tokens with the public key, and nothing else")
    func publicKey() async throws {
        try await Bench.run { bench in
            let path = "/v1/card_tokens?public_key=TEST-sandbox-public-key"
            let token = try await bench.call("POST", path, Bench.card(), token: nil)
            #expect(token.status == 201 && token.json["public_key"] == "TEST-sandbox-public-key")
            let wrong = try await bench.call("POST", "/v1/card_tokens?public_key=x", Bench.card(), token: nil)
            #expect(wrong.status == 404 && wrong.json["message"] == "not found public_key")
            let other = "/v1/customers?public_key=TEST-sandbox-public-key"
            #expect(try await bench.call("POST", other, ["email": "a@b.com"], token: nil).status == 401)
        }
    }

    @Test(
        "what a card can't be is refused with its code",
        arguments: [
            ("card_number", nil, "205"), ("card_number", "5031755734530605", "E301"),
            ("card_number", "12", "E301"),
            ("security_code", "12", "E302"), ("expiration_month", nil, "208"),
            ("expiration_month", 13, "325"),
            ("expiration_year", nil, "209"), ("expiration_year", 2_025, "326"), ("cardholder", nil, "221"),
            ("cardholder", ["name": .string(String(repeating: "x", count: 101))], "316"),
            ("card_id", [], "E301"),
        ] as [(String, JSON?, String)])
    func tokenRefusals(_ name: String, _ value: JSON?, _ code: String) async throws {
        try await Bench.run { bench in
            var body = try #require(Bench.card().object)
            body[name] = value
            let answer = try await bench.post("/v1/card_tokens", .object(body))
            #expect(answer.status == 400 && answer.code == .string(code))
        }
    }

    @Test("a token of a saved card names it, and never the number")
    func saved() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let body: JSON = [
                "card_id": .string(ana.cardID), "security_code": "123", "customer_id": .string(ana.id),
            ]
            let token = try await bench.post("/v1/card_tokens", body)
            #expect(token.status == 201 && token.json["card_id"] == .string(ana.cardID))
            #expect(token.json["id"]?.string?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
            #expect(!String(decoding: token.bytes, as: UTF8.self).contains("5031755734530604"))
            let stranger: JSON = ["card_id": .string(ana.cardID), "customer_id": "1-x"]
            #expect(try await bench.post("/v1/card_tokens", stranger).status == 404)
            #expect(try await bench.post("/v1/card_tokens", ["card_id": "1"]).status == 404)
        }
    }
}
