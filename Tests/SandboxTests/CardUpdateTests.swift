import ExactJSON
import Sandbox
import Testing

@Suite("Changes of saved cards") struct CardUpdateTests {
    private static func path(_ customer: SeededCustomer) -> String {
        "/v1/customers/\(customer.id)/cards/\(customer.cardID)"
    }

    @Test("an update echoes what it names and keeps the rest and the id")
    func update() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let before = try await bench.get(Self.path(ana)).json
            bench.clock.move(seconds: 60)
            let changes: JSON = [
                "expiration_month": 1, "expiration_year": 2_033,
                "cardholder": ["name": "FUND Ana", "identification": ["type": "CI"]],
            ]
            let changed = try await bench.call("PUT", Self.path(ana), changes)
            #expect(changed.status == 200)
            #expect(changed.json["expiration_month"] == 1 && changed.json["expiration_year"] == 2_033)
            #expect(changed.json["cardholder"]?["name"] == "FUND Ana")
            #expect(
                changed.json["cardholder"]?["identification"] == ["number": "12345678", "type": "CI"])
            #expect(changed.json["date_last_updated"] == "2026-11-23T08:01:00.000-04:00")
            for name in ["id", "first_six_digits", "last_four_digits", "date_created", "issuer"] {
                #expect(changed.json[name] == before[name])
            }
            #expect(try await bench.get(Self.path(ana)).json == changed.json)
            #expect(try await bench.get("/v1/customers/\(ana.id)").json["cards"] == [changed.json])
            let body: JSON = ["card_id": .string(ana.cardID), "security_code": "123"]
            let token = try await bench.post("/v1/card_tokens", body).json
            #expect(token["expiration_year"] == 2_033)
            let charge = Bench.charge(ana, ["token": token["id"]])
            let payment = try await bench.post("/v1/payments", charge, key: "1").json
            #expect(payment["status_detail"] == "cc_rejected_insufficient_amount")
        }
    }

    @Test("a token puts another card in the place of one, and is used up")
    func token() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let token = try await bench.token("Ana", number: "371180303257522")
            let changed = try await bench.call("PUT", Self.path(ana), ["token": .string(token)]).json
            #expect(changed["id"] == .string(ana.cardID) && changed["last_four_digits"] == "7522")
            #expect(changed["payment_method"]?["id"] == "amex")
            #expect(changed["security_code"] == ["length": 4, "card_location": "front"])
            #expect(try await bench.get("/v1/card_tokens/\(token)").json["status"] == "used")
            let again = try await bench.call("PUT", Self.path(ana), ["token": .string(token)])
            #expect(again.json["cause"]?[0]?[0]?["code"] == "card-120")
        }
    }

    @Test(
        "what a card can't become is refused with its code, and changes nothing",
        arguments: [
            (["expiration_month": 13], "card-122"), (["expiration_month": "x"], "card-122"),
            (["expiration_year": 2_025], "card-122"), (["expiration_year": []], "card-122"),
            (["cardholder": "Ana"], "card-122"), (["cardholder": ["name": ""]], "card-122"),
            (["cardholder": ["identification": 1]], "card-122"), (["token": 1], "card-122"),
            (["token": "0123"], "card-120"), ([], "card-118"),
        ] as [(JSON, String)])
    func refusals(_ body: JSON, _ code: String) async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let before = try await bench.get("/v1/customers/\(ana.id)").json
            bench.clock.move(seconds: 1)
            let refused = try await bench.call("PUT", Self.path(ana), body)
            #expect(refused.status == 400 && refused.json["message"] == "invalid parameters ")
            #expect(refused.json["error"] == "bad_request" && refused.json["status"] == 400)
            #expect(refused.json["cause"]?[0]?.array?.count == 1)
            #expect(refused.json["cause"]?[0]?[0]?["code"] == .string(code))
            #expect(try await bench.get("/v1/customers/\(ana.id)").json == before)
        }
    }

    @Test("a deleted card is gone, and the oldest of the others is the default")
    func deletion() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed(1, tokens: 2)[0]
            let cards = "/v1/customers/\(ana.id)/cards"
            var others: [JSON] = []
            for number in ["4509953566233704", "371180303257522"] {
                let token = try await bench.token("APRO", number: number)
                others.append(try await bench.post(cards, ["token": .string(token)]).json)
            }
            let before = try await bench.get(Self.path(ana)).json
            let deleted = try await bench.call("DELETE", Self.path(ana))
            #expect(deleted.status == 200 && deleted.json == before)
            let customer = try await bench.get("/v1/customers/\(ana.id)").json
            #expect(customer["default_card"] == others[0]["id"] && customer["cards"] == .array(others))
            #expect(try await bench.get(cards).json == .array(others))

            let absent: JSON = [
                "message": "card not found", "error": "not_found", "status": 404, "cause": [[]],
            ]
            for method in ["GET", "PUT", "DELETE"] {
                let answer = try await bench.call(method, Self.path(ana), method == "PUT" ? [:] : nil)
                #expect(answer.status == 404 && answer.json == absent)
            }
            let id = try #require(others[1]["id"]?.string)
            #expect(try await bench.call("DELETE", cards + "/" + id).status == 200)
            #expect(
                try await bench.get("/v1/customers/\(ana.id)").json["default_card"] == others[0]["id"],
                "the default stays where another card goes")
            let last = try #require(others[0]["id"]?.string)
            #expect(try await bench.call("DELETE", cards + "/" + last).status == 200)
            #expect(try await bench.get("/v1/customers/\(ana.id)").json["default_card"] == .null)
        }
    }

    @Test("a token of a deleted card neither pays nor saves")
    func orphans() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            #expect(try await bench.call("DELETE", Self.path(ana)).status == 200)
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "1").code == 2_010)
            let saved = try await bench.post(
                "/v1/customers/\(ana.id)/cards", ["token": .string(ana.token)])
            #expect(saved.json["cause"]?[0]?[0]?["code"] == "card-120")
            let body: JSON = ["card_id": .string(ana.cardID), "security_code": "123"]
            #expect(try await bench.post("/v1/card_tokens", body).status == 404)
        }
    }

    @Test("a card is one customer's, and its default card one of its own")
    func ownership() async throws {
        try await Bench.run { bench in
            let (ana, eve) = (try await bench.seed()[0], try await bench.seed()[0])
            let path = "/v1/customers/\(eve.id)/cards/\(ana.cardID)"
            for method in ["GET", "PUT", "DELETE"] {
                #expect(try await bench.call(method, path, method == "PUT" ? [:] : nil).status == 404)
            }
            let stolen: JSON = ["default_card": .string(ana.cardID)]
            #expect(try await bench.call("PUT", "/v1/customers/\(eve.id)", stolen).code == "120")
            #expect(try await bench.get(Self.path(ana)).status == 200)
        }
    }
}
