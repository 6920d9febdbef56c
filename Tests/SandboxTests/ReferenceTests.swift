import ExactJSON
import Testing

@testable import Sandbox

@Suite("Reference endpoints") struct ReferenceTests {
    @Test("the seller is who the token belongs to", arguments: SandboxSite.allCases)
    func seller(_ site: SandboxSite) async throws {
        let other = SandboxAccount(
            accessToken: "APP_USR-other", publicKey: "APP_USR-public", collectorID: 7, site: site)
        try await Bench.run({ $0.accounts.append(other) }) { bench in
            let me = try await bench.call("GET", "/users/me", token: "APP_USR-other")
            #expect(me.status == 200 && me.json["id"] == 7 && me.json["site_id"] == .string(site.rawValue))
            #expect(me.json["country_id"] == .string(site.countryID) && me.json["nickname"]?.string != nil)
            #expect(!String(decoding: me.bytes, as: UTF8.self).contains("@"))
            #expect(try await bench.get("/users/me").json["id"] == 261_735_089)
        }
    }

    @Test(
        "who calls without credentials learns nothing",
        arguments: ["/users/me", "/v1/payment_methods", "/v1/identification_types"])
    func credentials(_ path: String) async throws {
        try await Bench.run { bench in
            let anonymous = try await bench.call("GET", path, token: nil)
            #expect(anonymous.status == 401 && anonymous.code == 5)
            let stranger = try await bench.call("GET", path, token: "TEST-other")
            #expect(stranger.json == ["code": "unauthorized", "message": "invalid access token"])
            let browser = try await bench.call(
                "GET", path + "?public_key=TEST-sandbox-public-key", token: nil)
            #expect(browser.status == (path == "/users/me" ? 401 : 200))
            #expect(try await bench.call("POST", path, [:]).status == 405)
        }
    }

    @Test(
        "a site has its own documents",
        arguments: [
            (SandboxSite.argentina, ["DNI", "CI", "LC", "LE", "Otro", "CUIT", "CUIL"]),
            (.brazil, ["CPF", "CNPJ"]), (.chile, ["RUT", "Otro"]), (.colombia, ["CC", "CE", "NIT", "Otro"]),
            (.peru, ["DNI", "CE", "RUC"]), (.uruguay, ["CI", "Otro"]),
        ])
    func documents(_ site: SandboxSite, _ ids: [String]) async throws {
        try await Bench.run({ $0.accounts[0].site = site }) { bench in
            let answer = try await bench.get("/v1/identification_types")
            #expect(answer.status == 200)
            #expect(answer.json.array?.compactMap { $0["id"]?.string } == ids)
        }
    }

    @Test("Mexico has no documents")
    func noDocuments() async throws {
        try await Bench.run({ $0.accounts[0].site = .mexico }) { bench in
            let answer = try await bench.get("/v1/identification_types")
            #expect(answer.status == 404 && answer.code == "1004")
            let methods = try await bench.get("/v1/payment_methods").json
            #expect(methods[0]?["additional_info_needed"] == ["cardholder_name"])
        }
    }

    @Test(
        "a site has its own methods, each with a security code, limits and a capture",
        arguments: [
            (SandboxSite.argentina, 17, "supported"), (.brazil, 10, "supported"), (.chile, 10, "unsupported"),
            (.colombia, 7, "unsupported"), (.mexico, 6, "supported"), (.peru, 6, "supported"),
            (.uruguay, 5, "supported"),
        ])
    func methods(_ site: SandboxSite, _ count: Int, _ capture: String) async throws {
        #expect(site.methodIDs.count == count && site.paymentMethods.count == count)
        try await Bench.run({ $0.accounts[0].site = site }) { bench in
            let answer = try await bench.get("/v1/payment_methods")
            let methods = try #require(answer.json.array)
            #expect(answer.status == 200 && methods.compactMap { $0["id"]?.string } == site.methodIDs)
            for method in methods {
                let isCredit = method["payment_type_id"] == "credit_card"
                #expect(
                    method["deferred_capture"] == .string(isCredit ? capture : "unsupported"),
                    "\(method["id"] ?? nil)")
                let code = method["settings"]?[0]?["security_code"]
                let isAmex = method["id"] == "amex"
                #expect(code?["length"] == (isAmex ? 4 : 3) && code?["mode"] == "mandatory")
                let least = try #require(method["min_allowed_amount"]?.decimal)
                let most = try #require(method["max_allowed_amount"]?.decimal)
                #expect(least < most)
            }
        }
    }

    @Test("a method's pattern takes its own test cards only", arguments: SandboxSite.allCases)
    func patterns(_ site: SandboxSite) throws {
        for card in site.testCards {
            for method in site.paymentMethods {
                let bin = method.json["settings"]?[0]?["bin"]
                let pattern = try bin?["pattern"]?.string.map { try Regex($0) }
                let exclusion = try bin?["exclusion_pattern"]?.string.map { try Regex($0) }
                let takes = try pattern?.prefixMatch(in: card.number) != nil
                let leaves = try exclusion?.prefixMatch(in: card.number) != nil
                #expect((takes && !leaves) == (method.brand.id == card.methodID))
            }
        }
    }

    @Test("the test cards of a site are shown, seeded and charged", arguments: SandboxSite.allCases)
    func testCards(_ site: SandboxSite) async throws {
        try await Bench.run({ $0.accounts[0].site = site }) { bench in
            let shown = try await bench.get("/_sandbox/test-cards").json
            #expect(shown["site_id"] == .string(site.rawValue) && shown["holders"]?.array?.count == 16)
            let cards = try #require(shown["cards"]?.array)
            #expect(cards.count == site.testCards.count)
            for (index, card) in cards.enumerated() {
                var body = try #require(card.object)
                let method = try #require(card["payment_method_id"])
                body["payment_method_id"] = nil
                body["cardholder"] = ["name": "APRO", "identification": shown["identification"] ?? nil]
                let token = try await bench.post("/v1/card_tokens", .object(body))
                #expect(token.status == 201, "\(card)")
                let charge = Bench.guest(
                    try #require(token.json["id"]?.string), ["transaction_amount": 2_000])
                let paid = try await bench.post("/v1/payments", charge, key: "k\(index)").json
                #expect(paid["status"] == "approved" && paid["payment_method_id"] == method)
                let seeded = try await bench.post("/_sandbox/seed", ["payment_method_id": method]).json
                let id = try #require(seeded["customers"]?[0]?["customer_id"]?.string)
                let saved = try await bench.get("/v1/customers/\(id)/cards").json
                #expect(saved[0]?["payment_method"]?["id"] == method)
            }
            let unknown = try await bench.post("/_sandbox/seed", ["payment_method_id": "nothing"])
            #expect(unknown.status == 400)
        }
    }
}
