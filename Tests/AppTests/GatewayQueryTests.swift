import ExactJSON
import PaymentJobs
import Sandbox
import Testing

@testable import App

@Suite("Questions to the gateway", .timeLimit(.minutes(1)))
struct GatewayQueryTests {
    private static let email = "Ana.Souza@example.com"
    private static let plain = Style(isColoured: false)

    private static func search(
        _ sandbox: LoopbackSandbox, showing: Bool = false, email: String = email
    ) async throws -> QueryAnswer {
        let sources = ConfigurationSources(environment: sandbox.environment)
        return try await CustomerSearch(sources: sources, showsPersonalData: showing).run(email: email)
    }

    private static func cards(
        _ sandbox: LoopbackSandbox, of id: String, showing: Bool = false,
        _ environment: [String: String] = [:]
    ) async throws -> QueryAnswer {
        let sources = ConfigurationSources(
            environment: sandbox.environment.merging(environment) { $1 })
        let customer = try #require(CustomerID(id))
        return try await CardList(sources: sources, showsPersonalData: showing).run(customer: customer)
    }

    @Test("a customer is found by address; the name is masked unless it is asked for")
    func customer() async throws {
        try await LoopbackSandbox.run { sandbox in
            let made = try await sandbox.post(
                "/v1/customers",
                ["email": .string(Self.email), "first_name": "Ana", "last_name": "Souza"])
            let id = try #require(made["id"]?.string)
            let masked = try await Self.search(sandbox, email: Self.email.lowercased())
            #expect(masked.text(style: Self.plain).contains("\(id)  A••• S•••"))
            #expect(!masked.text(style: Self.plain).contains("Ana"))
            #expect(!masked.jsonText.contains("Ana"))
            #expect(masked.json["customers"]?[0]?["id"]?.string == id)
            let shown = try await Self.search(sandbox, showing: true)
            #expect(shown.text(style: Self.plain).contains("\(id)  Ana Souza"))
            #expect(shown.json["customers"]?[0]?["first_name"]?.string == "Ana")
        }
    }

    @Test("nobody is an answer: a sentence for people, an empty list for machines")
    func nobody() async throws {
        try await LoopbackSandbox.run { sandbox in
            let answer = try await Self.search(sandbox)
            #expect(
                answer.text(style: Self.plain) == "No customer of this account has this e-mail address.")
            #expect(answer.jsonText == #"{"customers":[]}"#)
        }
    }

    @Test("cards are listed with brand, last digits, expiry, and which one is the default")
    func cards() async throws {
        try await LoopbackSandbox.run { sandbox in
            let seeded = try await sandbox.post("/_sandbox/seed", ["customers": 1])["customers"]?[0]
            let id = try #require(seeded?["customer_id"]?.string)
            let card = try #require(seeded?["card_id"]?.string)
            let answer = try await Self.cards(sandbox, of: id)
            let row = answer.text(style: Self.plain).split(separator: "\n").last ?? ""
            #expect(row.hasPrefix("\(card)  master  •••• "))
            #expect(row.contains(#/ \d\d/20\d\d /#))
            #expect(row.hasSuffix("A•••    default"))
            #expect(answer.json["customer_id"]?.string == id)
            #expect(answer.json["cards"]?[0]?["default"]?.bool == true)
            #expect(answer.json["cards"]?[0]?["cardholder_name"] == nil)
            let shown = try await Self.cards(sandbox, of: id, showing: true)
            #expect(shown.json["cards"]?[0]?["cardholder_name"]?.string == "APRO")
        }
    }

    @Test("a customer without cards, and one who isn't there")
    func noCards() async throws {
        try await LoopbackSandbox.run { sandbox in
            let made = try await sandbox.post("/v1/customers", ["email": "none@example.com"])
            let id = try #require(made["id"]?.string)
            let answer = try await Self.cards(sandbox, of: id)
            #expect(answer.text(style: Self.plain) == "This customer has no saved card.")
            let failure = await #expect(throws: CommandFailure.self) {
                try await Self.cards(sandbox, of: "1-nobody")
            }
            #expect(failure?.status == .data)
            let other = await #expect(throws: CommandFailure.self) {
                try await Self.cards(sandbox, of: "zzz")
            }
            #expect(other?.status == .data)
            let text = "takes that for no customer's id (HTTP 400, code 105"
            #expect(other?.description.contains(text) == true)
            #expect(other?.description.contains("They look like 123456789-jxOV430go9fx2e") == true)
            #expect(
                failure?.description.hasPrefix("Mercado Pago knows no customer 1-nobody (HTTP 404") == true)
        }
    }

    @Test(
        "each trouble is one line that says what to do, with the exit code for it",
        arguments: [
            (["kind": "status", "status": 403], App.ExitStatus.noPermission, "doesn't let the access token"),
            (["kind": "status", "status": 400], .data, "refuses the question (HTTP 400"),
            (["kind": "429", "retry_after": 7], .temporary, "asks to wait, for 7s (HTTP 429"),
            (["kind": "5xx-before"], .unavailable, "has a fault of its own (HTTP 500, request"),
            (["kind": "html-before", "status": 502], .unavailable, "of its own (HTTP 502, request"),
            (["kind": "reset-before"], .unavailable, "can't be reached: connection "),
            (["kind": "status", "status": 200, "body": "x"], .unavailable, "isn't Mercado Pago's (HTTP 200"),
        ] as [(JSONObject, App.ExitStatus, String)])
    func trouble(_ fault: JSONObject, _ status: App.ExitStatus, _ text: String) async throws {
        try await LoopbackSandbox.run { sandbox in
            try await sandbox.arm(fault, path: "/v1/customers/search")
            let failure = await #expect(throws: CommandFailure.self) { try await Self.search(sandbox) }
            #expect(failure?.status == status)
            #expect(failure?.description.contains(text) == true, "\(failure?.description ?? "")")
            #expect(failure?.description.hasPrefix("Mercado Pago ") == true)
            #expect((failure?.description.split(separator: "\n").count ?? 9) <= 2)
        }
    }

    @Test("a refused token is 77, and is never shown")
    func refused() async throws {
        try await LoopbackSandbox.run { sandbox in
            let failure = await #expect(throws: CommandFailure.self) {
                try await Self.cards(
                    sandbox, of: "1-a", ["COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST-not-this-one"])
            }
            #expect(failure?.status == .noPermission)
            #expect(failure?.description.contains("not-this-one") == false)
        }
    }

    @Test("with several sellers it is said in whose name; without, it is the one of jobs that name none")
    func accounts() async throws {
        let sellers = SandboxConfiguration(accounts: [
            SandboxAccount(), SandboxAccount(accessToken: "TEST-two", publicKey: "TEST-pub", collectorID: 7),
        ])
        try await LoopbackSandbox.run(sellers) { sandbox in
            let made = try await sandbox.post("/v1/customers", ["email": .string(Self.email)])
            let id = try #require(made["id"]?.string)
            let search = { (name: String?, names: String) in
                let environment = [
                    "COBRADOR_GATEWAY_BASE_URL": sandbox.baseURL, "COBRADOR_ACCOUNTS_NAMES": names,
                    "COBRADOR_ACCOUNTS_DEFAULT_ACCESS_TOKEN": LoopbackSandbox.token,
                    "COBRADOR_ACCOUNTS_SHOP_1_ACCESS_TOKEN": LoopbackSandbox.token,
                    "COBRADOR_ACCOUNTS_SHOP_2_ACCESS_TOKEN": "TEST-two",
                ].filter { key, _ in
                    !key.hasSuffix("TOKEN")
                        || names.split(separator: ",").contains {
                            key.contains("_\($0.uppercased())_".dashed)
                        }
                }
                return try await CustomerSearch(
                    sources: ConfigurationSources(environment: environment),
                    account: name.flatMap { AccountName($0) }, showsPersonalData: false
                ).run(email: Self.email).jsonText
            }
            #expect(try await search("shop-1", "shop-1,shop-2").contains(id))
            #expect(try await search("shop-2", "shop-1,shop-2") == #"{"customers":[]}"#)
            #expect(try await search(nil, "default,shop-2").contains(id))
            #expect(try await search(nil, "shop-2") == #"{"customers":[]}"#)
            for (name, text) in [
                (nil, "give --account, one of: shop-1, shop-2"),
                ("shop-3", "no account \"shop-3\" is configured: there is shop-1, shop-2; did you mean"),
            ] {
                let failure = await #expect(throws: CommandFailure.self) {
                    try await search(name, "shop-1,shop-2")
                }
                #expect(failure?.status == .usage)
                #expect(failure?.description.hasPrefix(text) == true)
            }
        }
    }

    @Test("only the gateway's settings are needed; what is wrong with any is told as ever")
    func configuration() async throws {
        let failure = await #expect(throws: CommandFailure.self) {
            try await CustomerSearch(
                sources: ConfigurationSources(environment: [
                    "COBRADOR_GATEWAY_CALL_TIMEOUT": "soon", "COBRADOR_KAFKA_GROUPID": "x",
                ]), showsPersonalData: false
            ).run(email: Self.email)
        }
        #expect(failure?.status == .configuration)
        let text = failure?.description ?? ""
        #expect(
            text.contains("COBRADOR_KAFKA_GROUPID: no such setting; did you mean COBRADOR_KAFKA_GROUP_ID?"))
        #expect(text.contains("gateway.call-timeout: must be a duration"))
        #expect(text.contains("gateway.access-token: must be given"))
        #expect(!text.contains("bootstrap"))
    }
}

extension String {
    /// As a variable has it.
    fileprivate var dashed: String { replacing("-", with: "_") }
}
