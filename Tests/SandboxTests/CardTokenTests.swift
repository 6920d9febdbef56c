import ExactJSON
import Sandbox
import Testing

@Suite("Card tokens") struct CardTokenTests {
    private static func holder(_ document: JSON) -> JSON { ["name": "APRO", "identification": document] }

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
            ("card_number", "12", "E301"), ("card_number", "", "205"), ("card_number", [], "205"),
            ("security_code", "12", "E302"), ("security_code", "1234", "E302"),
            ("security_code", "12a", "E302"), ("security_code", nil, "224"), ("security_code", "", "224"),
            ("security_code", .null, "224"), ("expiration_month", nil, "208"), ("expiration_month", 0, "325"),
            ("expiration_month", 13, "325"), ("expiration_month", "x", "325"),
            ("expiration_year", nil, "209"),
            ("expiration_year", 2_025, "326"), ("expiration_year", "25", "326"),
            ("expiration_year", "20x0", "326"), ("cardholder", nil, "221"), ("cardholder", [:], "221"),
            ("cardholder", ["name": ""], "221"), ("cardholder", ["name": 1], "316"),
            ("cardholder", ["name": .string(String(repeating: "x", count: 101))], "316"),
            ("cardholder", holder(["number": "12345678"]), "212"),
            ("cardholder", holder(["type": "DNI"]), "214"),
            ("cardholder", holder(["type": "DNI", "number": ""]), "214"),
            ("cardholder", holder(["type": "XYZ", "number": "12345678"]), "322"),
            ("cardholder", holder(["type": "DNI", "number": "123456"]), "324"),
            ("cardholder", holder(["type": "DNI", "number": "1234567x"]), "324"),
            ("cardholder", holder(["type": "DNI", "number": "12345678", "subtype": ""]), "213"),
            ("cardholder", holder(["type": "DNI", "number": "12345678", "subtype": 1]), "323"),
            ("issuer_id", "", "220"), ("issuer_id", .null, "220"), ("card_id", [], "E301"),
        ] as [(String, JSON?, String)])
    func tokenRefusals(_ name: String, _ value: JSON?, _ code: String) async throws {
        try await Bench.run { bench in
            var body = try #require(Bench.card().object)
            body[name] = value
            let answer = try await bench.post("/v1/card_tokens", .object(body))
            #expect(answer.status == 400 && answer.code == .string(code))
            #expect(answer.json["error"] == "bad_request" && answer.json["status"] == 400)
            #expect(answer.json["message"] == answer.json["cause"]?[0]?["description"])
            let isMissing = code.hasPrefix("2")
            #expect(answer.json["message"]?.string?.hasSuffix("can not be null/empty") == isMissing)
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

    @Test(
        "a card is taken with digits as text or numbers, and a year in two digits",
        arguments: [
            ("expiration_year", "30"), ("expiration_year", "2030"), ("expiration_month", "11"),
            ("card_number", "5031 7557 3453 0604"), ("security_code", 123), ("site_id", "MLA"),
            ("issuer_id", "24"), ("cardholder", ["name": "APRO"]), ("cardholder", holder([:])),
            ("cardholder", holder(["type": "DNI", "number": 12_345_678])),
            ("cardholder", holder(["type": "CPF", "number": "12345678909"])), ("card_id", nil),
        ] as [(String, JSON?)])
    func lenient(_ name: String, _ value: JSON?) async throws {
        try await Bench.run { bench in
            var body = try #require(Bench.card().object)
            body[name] = value
            let answer = try await bench.post("/v1/card_tokens", .object(body))
            #expect(answer.status == 201 && answer.json["first_six_digits"] == "503175")
            #expect(answer.json["expiration_month"] == 11 && answer.json["expiration_year"] == 2_030)
        }
    }

    @Test("how long the security code is depends on the brand, typed or saved")
    func codeLengths() async throws {
        try await Bench.run { bench in
            var typed = try #require(Bench.card("APRO", number: "371180303257522").object)
            #expect(try await bench.post("/v1/card_tokens", .object(typed)).status == 201)
            typed["security_code"] = "123"
            #expect(try await bench.post("/v1/card_tokens", .object(typed)).code == "E302")
            let made = try await bench.post("/_sandbox/seed", ["payment_method_id": "amex"]).json
            let card = try #require(made["customers"]?[0]?["card_id"])
            for (code, refusal) in [("123", "E302"), ("12345", "E302"), ("1234", nil)] {
                let body: JSON = ["card_id": card, "security_code": .string(code)]
                let answer = try await bench.post("/v1/card_tokens", body)
                #expect(answer.code == refusal.map(JSON.string))
                if refusal == nil { #expect(answer.json["security_code_length"] == 4) }
            }
        }
    }

    @Test("a saved card's token without a security code is made, and pays only where that is enabled")
    func withoutCode() async throws {
        for isEnabled in [false, true] {
            try await Bench.run({ $0.allowsMissingSecurityCode = isEnabled }) { bench in
                let ana = try await bench.seed()[0]
                let token = try await bench.post("/v1/card_tokens", ["card_id": .string(ana.cardID)])
                #expect(token.status == 201 && token.json["status"] == "active")
                let charge = Bench.charge(ana, ["token": token.json["id"]])
                let answer = try await bench.post("/v1/payments", charge, key: "1")
                #expect(isEnabled ? answer.status == 201 : answer.code == 3_013)
            }
        }
    }

    @Test("reading a token doesn't use it up, saving or paying does", arguments: [false, true])
    func singleUse(_ savedTokenMayPay: Bool) async throws {
        try await Bench.run({ $0.savedTokenMayPay = savedTokenMayPay }) { bench in
            let ana = try await bench.seed()[0]
            let token = try await bench.token("APRO", number: "4509953566233704")
            for _ in 0..<3 {
                #expect(try await bench.get("/v1/card_tokens/\(token)").json["status"] == "active")
            }
            let path = "/v1/customers/\(ana.id)/cards"
            #expect(try await bench.post(path, ["token": .string(token)]).status == 201)
            #expect(try await bench.get("/v1/card_tokens/\(token)").json["status"] == "used")
            let charge = Bench.charge(ana, ["token": .string(token)])
            let paid = try await bench.post("/v1/payments", charge, key: "1")
            #expect(savedTokenMayPay ? paid.status == 201 : paid.code == 3_003)
            #expect(try await bench.post("/v1/payments", charge, key: "2").code == 3_003)
            #expect(
                try await bench.post(path, ["token": .string(token)]).json["cause"]?[0]?[0]?["code"]
                    == "card-120")
        }
    }

    @Test("an expired token saves nothing; an unknown one isn't found")
    func unusable() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let token = try await bench.token()
            bench.clock.move(seconds: 8 * 86_400)
            let late = try await bench.post(
                "/v1/customers/\(ana.id)/cards", ["token": .string(token)])
            #expect(late.json["cause"]?[0]?[0]?["code"] == "card-120")
            let absent = try await bench.get("/v1/card_tokens/0123")
            #expect(absent.status == 404 && absent.json["error"] == "not_found")
        }
    }
}
