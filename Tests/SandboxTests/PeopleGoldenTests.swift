import ExactJSON
import Sandbox
import Testing

@Suite(
    "Recorded customers, cards and references",
    .enabled(if: Fixtures.folder != nil, "no folder shared/fixtures beside the checkout"))
struct PeopleGoldenTests {
    private static func differences(
        _ recorded: JSON, _ ours: JSON, except: Set<String> = []
    ) -> [String] { GoldenTests.differences(recorded, ours, "", except: except) }

    /// The recorded customer, created anew in a sandbox.
    private static func customer(_ bench: Bench, like recorded: JSON) async throws -> Answer {
        var body = JSONObject()
        for name in [
            "email", "first_name", "last_name", "phone", "identification", "address", "description",
        ] { body[name] = recorded[name] }
        return try await bench.post("/v1/customers", .object(body))
    }

    @Test("a customer that is sent as recorded comes back as recorded")
    func customer() async throws {
        try await Bench.run({ $0.accounts[0].site = .brazil }) { bench in
            let recorded = try Fixtures.read("sdk-php/Customer/customer_base.json")
            let made = try await Self.customer(bench, like: recorded)
            #expect(made.status == 201 && Self.differences(recorded, made.json) == [])
            for name in [
                "email", "first_name", "last_name", "phone", "identification", "address", "description",
                "date_registered", "default_card", "default_address", "cards", "client_id", "status",
            ] { #expect(made.json[name] == recorded[name], "\(name)") }
            let (address, ours) = (recorded["addresses"]?[0], made.json["addresses"]?[0])
            #expect(address?.object?.names == ours?.object?.names)
            for name in ["id", "street_name", "zip_code", "country", "verifications"] {
                #expect(ours?[name] == address?[name], "\(name)")
            }
            // Metadata is the seed's; the recording of 2023 has none.
            #expect(
                Set(made.json.object?.names ?? [])
                    == Set(recorded.object?.names ?? []).union(["metadata"]))
        }
    }

    @Test("a search has the recorded shape, cards and addresses included")
    func search() async throws {
        try await Bench.run({ $0.accounts[0].site = .brazil }) { bench in
            let recorded = try Fixtures.read("sdk-php/Customer/customer_search.json")
            let first = try #require(recorded["results"]?[0])
            let made = try await Self.customer(bench, like: first)
            let id = try #require(made.json["id"]?.string)
            let token = try await bench.token("APRO", number: "5031433215406351")
            #expect(
                try await bench.post("/v1/customers/\(id)/cards", ["token": .string(token)]).status == 201)
            let found = try await bench.get("/v1/customers/search?email=\(first["email"]?.string ?? "")")
            #expect(Self.differences(recorded, found.json) == [])
            #expect(found.json["paging"]?.object?.names == recorded["paging"]?.object?.names)
            let (card, ours) = (first["cards"]?[0], found.json["results"]?[0]?["cards"]?[0])
            for name in ["first_six_digits", "last_four_digits", "issuer", "security_code"] {
                #expect(ours?[name] == card?[name], "\(name)")
            }
        }
    }

    @Test("a list of cards is a bare array of the recorded cards")
    func cards() async throws {
        try await Bench.run { bench in
            let recorded = try Fixtures.read("sdk-php/Customer/customer_card_list.json")
            let ana = try await bench.seed()[0]
            let listed = try await bench.get("/v1/customers/\(ana.id)/cards").json
            // The recording was edited: it holds ids and digits as numbers.
            let edited = ["id", "first_six_digits", "last_four_digits", "user_id"].map { "[].\($0)" }
            #expect(
                Self.differences(
                    recorded, listed, except: Set(edited + ["[].cardholder.identification.number"])) == [])
            #expect(listed.array?.count == 1)
        }
    }

    @Test("a token has the recorded fields and lives as long as the recorded one")
    func token() async throws {
        try await Bench.run { bench in
            let recorded = try Fixtures.read("sdk-php/CardToken/card_token_get.json")
            var body = try #require(Bench.card().object)
            body["cardholder"] = ["name": "APRO"]
            let made = try await bench.post("/v1/card_tokens", .object(body)).json
            #expect(Self.differences(recorded, made) == [])
            #expect(made["cardholder"]?.canonicalText == recorded["cardholder"]?.canonicalText)
            for name in [
                "status", "luhn_validation", "require_esc", "card_number_length", "security_code_length",
            ] { #expect(made[name] == recorded[name], "\(name)") }
            // Eight days, where the recording says 15 August to 23 August.
            #expect(made["date_created"] == "2026-11-23T08:00:00.000-04:00")
            #expect(made["date_due"] == "2026-12-01T08:00:00.000-04:00")
        }
    }

    @Test("the seller has every recorded field but its addresses and its caller's")
    func seller() async throws {
        try await Bench.run({ $0.accounts[0].site = .brazil }) { bench in
            let recorded = try Fixtures.read("sdk-php/User/user_base.json")
            let made = try await bench.get("/users/me").json
            let left: Set = ["email", "secure_email", "context"]
            #expect(Self.differences(recorded, made, except: left) == [])
            #expect(Set(made.object?.names ?? []) == Set(recorded.object?.names ?? []).subtracting(left))
            for name in ["country_id", "site_id", "user_type"] { #expect(made[name] == recorded[name]) }
        }
    }

    @Test("Brazil's methods and documents are the recorded ones")
    func references() async throws {
        try await Bench.run({ $0.accounts[0].site = .brazil }) { bench in
            let documents = try Fixtures.read("sdk-php/IdentificationType/identification_type_list.json")
            #expect(
                try await bench.get("/v1/identification_types").json.canonical() == documents.canonical())
            let recorded = try #require(
                try Fixtures.read("sdk-php/PaymentMethod/payment_method_get.json").array)
            let ours = try #require(try await bench.get("/v1/payment_methods").json.array)
            #expect(recorded.count == 2)
            for method in recorded {
                let found = try #require(ours.first { $0["id"] == method["id"] })
                #expect(Self.differences(method, found) == [])
                #expect(found.object?.names == method.object?.names)
                for name in [
                    "name", "payment_type_id", "status", "thumbnail", "secure_thumbnail", "deferred_capture",
                    "min_allowed_amount", "max_allowed_amount", "accreditation_time",
                    "financial_institutions", "processing_modes",
                ] { #expect(found[name] == method[name], "\(name)") }
                let (settings, wanted) = (found["settings"]?[0], method["settings"]?[0])
                #expect(settings?["card_number"] == wanted?["card_number"])
                #expect(settings?["security_code"] == wanted?["security_code"])
                let needed = Set(found["additional_info_needed"]?.array ?? [])
                #expect(needed == Set(method["additional_info_needed"]?.array ?? []))
            }
        }
    }
}

extension JSON {
    fileprivate var canonicalText: String { String(decoding: canonical(), as: UTF8.self) }
}
