import ExactJSON
import Testing

@testable import Sandbox

@Suite("Payments") struct PaymentTests {
    @Test("a saved card is charged, and everything comes back as it was sent")
    func charge() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            let body = Bench.charge(
                ana,
                [
                    "transaction_amount": JSON(ExactDecimal("100.50") ?? .zero),
                    "external_reference": "order-1",
                    "installments": 3, "statement_descriptor": "SHOP",
                    "notification_url": "https://shop.example/n",
                    "metadata": [
                        "cobrador_job_id": "j-1", "orderNumber": 7, "Nested": ["SomeKey": [["inKey": 1]]],
                    ],
                    "point_of_interaction": ["type": "SUBSCRIPTIONS"],
                    "additional_info": ["items": [["id": "1", "quantity": 2, "unit_price": 50]]],
                ])
            let made = try await bench.post("/v1/payments", body, key: "k-1")
            #expect(made.status == 201 && made.header("X-Response-Status") == "approved/accredited")
            #expect(made.header("X-Request-Id")?.wholeMatch(of: /[0-9a-f-]{36}/) != nil)
            let payment = made.json
            #expect(payment["transaction_amount"]?.number?.literal == "100.50")
            #expect(payment["external_reference"] == "order-1" && payment["captured"] == true)
            let nested: JSON = ["some_key": [["in_key": 1]]]
            #expect(payment["metadata"] == ["cobrador_job_id": "j-1", "order_number": 7, "nested": nested])
            #expect(payment["point_of_interaction"] == ["type": "SUBSCRIPTIONS"])
            #expect(payment["additional_info"]?["items"]?[0]?["quantity"] == "2")
            #expect(payment["card"]?["id"] == .string(ana.cardID))
            #expect(payment["payer"]?["id"]?.string == ana.id.split(separator: "-").first.map(String.init))
            #expect(payment["currency_id"] == "ARS" && payment["date_approved"] == payment["date_created"])
            let details = payment["transaction_details"]
            #expect(payment["fee_details"]?[0]?["amount"]?.decimal == ExactDecimal("5.02"))
            #expect(details?["net_received_amount"]?.decimal == ExactDecimal("95.48"))
            #expect(details?["installment_amount"]?.decimal == ExactDecimal("33.5"))
            let id = try #require(payment["id"]?.int64)
            let read = try await bench.get("/v1/payments/\(id)")
            #expect(read.status == 200 && read.json == payment)
        }
    }

    @Test(
        "the holder's name decides, typed or saved",
        arguments: [
            ("APRO", "approved", "accredited"), ("Ana Lovelace", "approved", "accredited"),
            ("CONT", "in_process", "pending_contingency"), ("OTHE", "rejected", "cc_rejected_other_reason"),
            ("CALL", "rejected", "cc_rejected_call_for_authorize"),
            ("FUND Ana", "rejected", "cc_rejected_insufficient_amount"),
            ("SECU", "rejected", "cc_rejected_bad_filled_security_code"),
            ("EXPI", "rejected", "cc_rejected_bad_filled_date"),
            ("FORM", "rejected", "cc_rejected_bad_filled_other"),
            ("CARD", "rejected", "cc_rejected_bad_filled_card_number"),
            ("INST", "rejected", "cc_rejected_invalid_installments"),
            ("DUPL", "rejected", "cc_rejected_duplicated_payment"),
            ("LOCK", "rejected", "cc_rejected_card_disabled"),
            ("CTNA", "rejected", "cc_rejected_card_type_not_allowed"),
            ("ATTE", "rejected", "cc_rejected_max_attempts"), ("BLAC", "rejected", "cc_rejected_blacklist"),
        ])
    func outcomes(_ holder: String, _ status: String, _ detail: String) async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed(1, holder: holder)[0]
            let token = try await bench.token(holder)
            for (key, body) in [("saved", Bench.charge(ana)), ("raw", Bench.guest(token))] {
                let answer = try await bench.post("/v1/payments", body, key: key)
                #expect(answer.status == 201 && answer.json["status"] == .string(status))
                #expect(answer.json["status_detail"] == .string(detail))
                #expect(answer.header("X-Response-Status") == "\(status)/\(detail)")
                #expect((answer.json["fee_details"] == []) == (status != "approved"))
                #expect((answer.json["date_approved"] == .null) == (status != "approved"))
                let again = try await bench.post("/v1/payments", body, key: key + " with a new key")
                #expect(again.code == 3_003, "a payment burns its token whatever becomes of it")
            }
        }
    }

    @Test("binary mode leaves nothing pending; capture false holds the money")
    func modes() async throws {
        try await Bench.run { bench in
            let body = Bench.guest(try await bench.token("CONT"), ["binary_mode": true])
            #expect(try await bench.post("/v1/payments", body, key: "1").json["status"] == "rejected")
            let hold = Bench.guest(try await bench.token(), ["capture": false])
            let held = try await bench.post("/v1/payments", hold, key: "2").json
            #expect(held["status"] == "authorized" && held["status_detail"] == "pending_capture")
            #expect(held["captured"] == false && held["date_approved"] == .null)
        }
    }

    @Test("money is held only by a method that says so", arguments: SandboxSite.allCases)
    func deferredCapture(_ site: SandboxSite) async throws {
        try await Bench.run({ $0.accounts[0].site = site }) { bench in
            let methods = try await bench.get("/v1/payment_methods").json.array ?? []
            for card in site.testCards {
                let method = try #require(methods.first { $0["id"] == .string(card.methodID) })
                let allows = method["deferred_capture"] == "supported"
                let token = try await bench.token(number: card.number)
                let body = Bench.guest(token, ["capture": false, "transaction_amount": 2_000])
                let answer = try await bench.post("/v1/payments", body, key: token)
                #expect(allows ? answer.json["status"] == "authorized" : answer.code == 2_077)
                let whole = Bench.guest(token, ["transaction_amount": 2_000])
                let paid = try await bench.post("/v1/payments", whole, key: token)
                #expect(paid.status == (allows ? 409 : 201), "a refusal burns no token")
            }
        }
    }

    @Test("the payer's e-mail and document are shown only where the payment went through")
    func privacy() async throws {
        try await Bench.run { bench in
            for (holder, isShown) in [("APRO", true), ("FUND", false), ("CONT", false)] {
                let payer: JSON = [
                    "email": "ana@test.com", "identification": ["type": "DNI", "number": "12345678"],
                ]
                let body = Bench.guest(try await bench.token(holder), ["payer": payer])
                let made = try await bench.post("/v1/payments", body, key: holder)
                #expect(made.json["payer"]?["email"] == (isShown ? "ana@test.com" : .null))
                #expect(made.json["payer"]?["identification"]?["number"] == (isShown ? "12345678" : .null))
            }
        }
    }

    @Test("a recorded card is rejected under an ordinary name")
    func recorded() async throws {
        try await Bench.run { bench in
            let token = try await bench.token("Longbob Longsen", number: "4000300011112220")
            let answer = try await bench.post("/v1/payments", Bench.guest(token), key: "1")
            #expect(answer.json["status_detail"] == "cc_rejected_other_reason")
        }
    }

    @Test(
        "an account charges in its country's currency and decimals",
        arguments: [
            (SandboxSite.argentina, "ARS", true), (.brazil, "BRL", true), (.chile, "CLP", false),
            (.colombia, "COP", false), (.mexico, "MXN", true), (.peru, "PEN", true), (.uruguay, "UYU", true),
        ])
    func sites(_ site: SandboxSite, _ currency: String, _ allowsCents: Bool) async throws {
        try await Bench.run({ $0.accounts[0].site = site }) { bench in
            let ana = try await bench.seed(1, tokens: 2)[0]
            // Colombia's least amount is 1100.
            let body = Bench.charge(ana, ["transaction_amount": 2_000])
            let whole = try await bench.post("/v1/payments", body, key: "1")
            #expect(whole.status == 201 && whole.json["currency_id"] == .string(currency))
            #expect(whole.json["status"] == "approved")
            let cents = Bench.charge(
                ana,
                [
                    "token": .string(ana.tokens[1]),
                    "transaction_amount": JSON(ExactDecimal("2000.25") ?? .zero),
                    "capture": .bool(allowsCents),
                ])
            let answer = try await bench.post("/v1/payments", cents, key: "2")
            #expect(allowsCents ? answer.status == 201 : answer.code == 4_037)
            let hold = Bench.charge(ana, ["capture": false, "transaction_amount": 2_000])
            #expect(
                try await bench.post("/v1/payments", hold, key: "3").code == (allowsCents ? 3_003 : 2_077))
        }
    }

    @Test("an account sees only what is its own")
    func accounts() async throws {
        let other = SandboxAccount(accessToken: "APP_USR-other", publicKey: "APP_USR-public", collectorID: 7)
        try await Bench.run({ $0.accounts.append(other) }) { bench in
            let ana = try await bench.seed()[0]
            let foreign = try await bench.call(
                "POST", "/v1/payments", Bench.charge(ana), key: "1", token: "APP_USR-other")
            #expect(foreign.code == 2_006)
            let made = try await bench.post("/v1/payments", Bench.charge(ana), key: "1")
            #expect(made.status == 201, "a key belongs to one account")
            let id = try #require(made.json["id"]?.int64)
            for (method, path, body) in [
                ("GET", "", JSON?.none), ("PUT", "", ["status": "cancelled"]), ("GET", "/refunds", nil),
                ("POST", "/refunds", [:]), ("GET", "/refunds/1", nil),
            ] as [(String, String, JSON?)] {
                let answer = try await bench.call(
                    method, "/v1/payments/\(id)\(path)", body, key: "1", token: "APP_USR-other")
                #expect(answer.status == 403 && answer.code == 4 && answer.json["error"] == "forbidden")
            }
            #expect(try await bench.read(id)["status"] == "approved")
        }
    }
}
