import ExactJSON
import Sandbox
import Testing

@Suite("Refused payments") struct PaymentRefusalTests {
    @Test(
        "a body that is wrong is refused with its code, and burns nothing",
        arguments: [
            ("amount", 1, 8), ("payer", ["type": "customer", "id": "x", "nick": "y"], 8),
            ("payer", ["email": "a@b.com", "phone": ["prefix": "1"]], 8), ("transaction_amount", nil, 4_002),
            ("transaction_amount", "100", 4_003), ("transaction_amount", 0, 4_037),
            ("transaction_amount", -1, 4_037),
            ("transaction_amount", .number(JSONNumber("0.001") ?? 0), 4_037), ("token", nil, 4_000),
            ("token", 7, 2_062), ("installments", nil, 4_004), ("installments", "1", 4_005),
            ("installments", 0, 4_033),
            ("installments", 37, 4_033), ("payer", nil, 4_006), ("payer", "ana", 4_006),
            ("payer", ["id": "x"], 4_013),
            ("payer", ["type": "customer"], 4_012), ("payer", ["type": "friend", "id": "x"], 4_029),
            ("payer", [:], 4_050), ("payer", ["email": "a"], 4_050),
            ("payer", ["email": .string("a@" + String(repeating: "b", count: 254) + ".com")], 4_051),
            ("payer", ["type": "customer", "id": "1-x"], 2_002), ("capture", "false", 1),
            ("binary_mode", 1, 1),
            ("metadata", "x", 4_022), ("notification_url", "shop", 4_020),
            ("notification_url", .string("https://" + String(repeating: "x", count: 500)), 4_021),
            ("application_fee", -1, 4_039), ("application_fee", 101, 4_038), ("application_fee", 1, 2_059),
            ("three_d_secure_mode", "always", 1), ("external_reference", 5, 1), ("issuer_id", [], 1),
            ("date_of_expiration", "tomorrow", 23), ("date_of_expiration", "NOW", 23),
            ("date_of_expiration", "2026-11-23T08:00:00.000-04:00", 23),
            ("coupon_amount", "x", 4_026), ("coupon_amount", -1, 4_026), ("campaign_id", "x", 4_027),
            ("coupon_code", 1, 4_028), ("transaction_amount", 100_000_001, 2_072),
            ("payer", ["email": "a@b.com", "identification": ["type": "DNI", "number": "12"]], 2_067),
            ("payer", ["type": "registered", "id": "261735089"], 2_060),
            ("payment_method_id", "visa", 3_028),
            ("token", "00000000000000000000000000000000", 2_006),
        ] as [(String, JSON?, Int64)])
    func codes(_ name: String, _ value: JSON?, _ code: Int64) async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let answer = try await bench.post("/v1/payments", Bench.charge(ana, [name: value]), key: "k")
            #expect(answer.status == 400 && answer.json["error"] == "bad_request")
            #expect(answer.code == JSON(code))
            let stamp = "23-11-2026T12:00:00UTC;\(answer.header("X-Request-Id") ?? "")"
            #expect(answer.json["cause"]?[0]?["data"] == .string(stamp))
            // The same key with a corrected body: a refusal is not remembered, and the token is still good.
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "k").status == 201)
        }
    }

    @Test("unknown names are listed")
    func names() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let answer = try await bench.post(
                "/v1/payments", Bench.charge(ana, ["currency": "ARS"]), key: "k")
            #expect(answer.json["message"] == "The name of the following parameters is wrong [currency]")
            let nested = Bench.charge(
                ana,
                [
                    "order": ["kind": "x"],
                    "additional_info": [
                        "items": [["id": "1", "price": 1]], "payer": ["phone": ["country": "1"]],
                    ],
                ])
            let paths = try await bench.post("/v1/payments", nested, key: "k").json["message"]?.string
            for path in ["order.kind", "additional_info.items.price", "additional_info.payer.phone.country"] {
                #expect(paths?.contains(path) == true)
            }
        }
    }

    @Test("every documented name is known")
    func known() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let body = Bench.charge(
                ana,
                [
                    "forward_data": ["sub_merchant": [:]], "processing_mode": "aggregator",
                    "merchant_account_id": "1", "date_of_expiration": "2026-11-24T08:00:00.000-04:00",
                    "coupon_amount": 0, "coupon_code": "c", "campaign_id": 1, "differential_pricing_id": 2,
                    "net_amount": 90, "taxes": [["type": "IVA", "value": 16]],
                    "callback_url": "https://shop.example", "order": ["id": 1, "type": "mercadolibre"],
                    "transaction_details": ["financial_institution": "1"], "sponsor_id": 3,
                    "three_d_secure_mode": "not_supported", "statement_descriptor": "SHOP",
                    "description": "d",
                    "point_of_interaction": ["type": "SUBSCRIPTIONS", "anything": 1], "issuer_id": "24",
                ])
            let made = try await bench.post("/v1/payments", body, key: "k")
            #expect(made.status == 201 && made.json["status"] == "approved")
            #expect(made.json["date_of_expiration"] == "2026-11-24T08:00:00.000-04:00")
            #expect(made.json["order"] == ["id": 1, "type": "mercadolibre"])
            #expect(made.json["point_of_interaction"] == ["type": "SUBSCRIPTIONS", "anything": 1])
        }
    }

    @Test(
        "an amount has its country's limits",
        arguments: [
            (.brazil, "0.49", false), (.brazil, "0.5", true), (.brazil, "60000", true),
            (.brazil, "60000.01", false), (.colombia, "1099", false), (.colombia, "1100", true),
            (.chile, "1", true), (.mexico, "0.01", true),
        ] as [(SandboxSite, String, Bool)])
    func limits(_ site: SandboxSite, _ amount: String, _ isAllowed: Bool) async throws {
        try await Bench.run({ $0.accounts[0].site = site }) { bench in
            let number = try #require(JSONNumber(amount))
            let body = Bench.guest(try await bench.token(), ["transaction_amount": .number(number)])
            let answer = try await bench.post("/v1/payments", body, key: "k")
            #expect(isAllowed ? answer.status == 201 : answer.code == 2_072)
        }
    }

    @Test("a card whose brand nobody knows can't be charged")
    func brand() async throws {
        try await Bench.run { bench in
            // Sixteen zeros pass the check digit and belong to nobody.
            let token = try await bench.token("APRO", number: "0000000000000000")
            let guest = Bench.guest(token)
            #expect(try await bench.post("/v1/payments", guest, key: "k").code == 2_131)
            let named = Bench.guest(token, ["payment_method_id": "visa"])
            #expect(try await bench.post("/v1/payments", named, key: "k").code == 3_011)
        }
    }

    @Test("an amount of zero is only for asking whether a card is good")
    func zeroDollars() async throws {
        try await Bench.run { bench in
            let body = Bench.guest(try await bench.token(), ["transaction_amount": 0])
            #expect(try await bench.post("/v1/payments", body, key: "k").code == 4_037)
            let good = try await bench.validate(body, key: "k")
            #expect(good.status == 201 && good.json["status"] == "approved")
            let id = try #require(good.json["id"]?.int64)
            #expect(try await bench.refund(id, key: "r").code == 2_063)
            let amex = try await bench.token("APRO", number: "371180303257522")
            let other = Bench.guest(amex, ["transaction_amount": 0])
            #expect(try await bench.validate(other, key: "a").code == 2_072)
            let paid = Bench.guest(amex)
            #expect(try await bench.validate(paid, key: "a").code == 4_037)
        }
    }

    @Test("an idempotency key is demanded, and may have 64 characters")
    func keys() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            #expect(try await bench.post("/v1/payments", Bench.charge(ana)).code == 4_292)
            let long = String(repeating: "k", count: 65)
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: long).code == 4_293)
            let longest = String(repeating: "k", count: 64)
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: longest).status == 201)
        }
    }

    @Test("a saved card needs its own customer and, by default, its security code")
    func savedCards() async throws {
        try await Bench.run { bench in
            let (ana, eve) = (try await bench.seed(1, code: false)[0], try await bench.seed()[0])
            let stolen = Bench.charge(eve, ["payer": ["type": "customer", "id": .string(ana.id)]])
            #expect(try await bench.post("/v1/payments", stolen, key: "1").code == 3_003)
            let guest = Bench.charge(eve, ["payer": ["email": "a@b.com"]])
            #expect(try await bench.post("/v1/payments", guest, key: "2").code == 2_002)
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "3").code == 3_013)
        }
        try await Bench.run({ $0.allowsMissingSecurityCode = true }) { bench in
            let ana = try await bench.seed(1, code: false)[0]
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "1").status == 201)
        }
    }

    @Test("payments without a security code are nowhere to be had in Chile", arguments: SandboxSite.allCases)
    func missingCode(_ site: SandboxSite) async throws {
        let configure: (inout SandboxConfiguration) -> Void = {
            ($0.allowsMissingSecurityCode, $0.accounts[0].site) = (true, site)
        }
        try await Bench.run(configure) { bench in
            let ana = try await bench.seed(1, code: false)[0]
            let body = Bench.charge(ana, ["transaction_amount": 2_000])
            let answer = try await bench.post("/v1/payments", body, key: "k")
            #expect(site == .chile ? answer.code == 3_013 : answer.status == 201)
        }
    }

    @Test("a token that saved a card pays only where that is allowed", arguments: [false, true])
    func saveThenPay(_ isAllowed: Bool) async throws {
        try await Bench.run({ $0.savedTokenMayPay = isAllowed }) { bench in
            let ana = try await bench.seed()[0]
            let token = try await bench.token("APRO", number: "4509953566233704")
            let saved = try await bench.post("/v1/customers/\(ana.id)/cards", ["token": .string(token)])
            #expect(saved.status == 201)
            let body = Bench.charge(ana, ["token": .string(token)])
            let answer = try await bench.post("/v1/payments", body, key: "1")
            #expect(isAllowed ? answer.status == 201 : answer.code == 3_003)
            #expect(try await bench.post("/v1/payments", body, key: "2").code == 3_003)
        }
    }

    @Test("credentials, paths and methods are refused as recorded")
    func doors() async throws {
        try await Bench.run { bench in
            let nobody = try await bench.call("GET", "/v1/payments/1", token: nil)
            #expect(nobody.status == 401 && nobody.code == 5)
            let wrong = try await bench.call("GET", "/v1/payments/1", token: "TEST-other")
            #expect(wrong.status == 401)
            #expect(wrong.json == ["code": "unauthorized", "message": "invalid access token"])
            let missing = try await bench.get("/v1/payments/1")
            #expect(missing.status == 404 && missing.code == 2_000)
            #expect(try await bench.get("/v1/nothing").json["message"] == "Resource /v1/nothing not found.")
            let method = try await bench.call("DELETE", "/v1/payments", nil)
            #expect(method.status == 405 && method.code == "Method not allowed")
            for id in ["abc", "+1", "-1", "%2B1"] {
                let answer = try await bench.get("/v1/payments/\(id)")
                #expect(answer.status == 404 && answer.code == nil, "no id, no payment that is missing")
                #expect(try await bench.settle(id, ["status": "approved"]).status == 404)
            }
            #expect(try await bench.post("/v1/payments", "text", key: "1").code == 1)
        }
    }

    @Test("a body beyond the limit is refused")
    func size() async throws {
        try await Bench.run({ $0.bodyMax = 100 }) { bench in
            let body: JSON = ["email": .string(String(repeating: "x", count: 100))]
            let answer = try await bench.post("/v1/customers", body)
            #expect(answer.status == 413 && answer.header("X-Request-Id") != nil)
        }
    }
}
