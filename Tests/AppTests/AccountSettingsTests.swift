import MercadoPago
import PaymentJobs
import Pipeline
import Testing

@testable import App

@Suite("Settings of several sellers")
struct AccountSettingsTests {
    private static let tokens = [
        "COBRADOR_ACCOUNTS_SHOP_1_ACCESS_TOKEN": "TEST-one",
        "COBRADOR_ACCOUNTS_SHOP_2_ACCESS_TOKEN": "TEST-two",
    ]

    /// What a worker for two sellers reads, beside what a test gives.
    private static func sources(
        _ environment: [String: String] = [:], names: String? = "shop-1,shop-2",
        arguments: [String: String] = [:], file: String? = nil, secrets: String? = nil
    ) -> ConfigurationSources {
        var all = ["COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"].merging(tokens) { $1 }
        all["COBRADOR_ACCOUNTS_NAMES"] = names
        return ConfigurationSources(
            arguments: arguments, environment: all.merging(environment) { $1 }.filter { $0.value != "-" },
            file: file, secretsDirectory: secrets)
    }

    private static func problems(
        _ environment: [String: String] = [:], names: String? = "shop-1,shop-2",
        arguments: [String: String] = [:], file: String? = nil, secrets: String? = nil
    ) -> [String] {
        AppConfiguration.read(
            sources(environment, names: names, arguments: arguments, file: file, secrets: secrets)
        ).problems.map { "\($0.subject): \($0.message)" }
    }

    @Test("what is under account is every seller's, and each may have its own")
    func overrides() async throws {
        let configuration = try await AppConfiguration.load(
            Self.sources([
                "COBRADOR_ACCOUNT_SITE": "MLB", "COBRADOR_ACCOUNT_RATE": "50", "COBRADOR_ACCOUNT_BURST": "5",
                "COBRADOR_ACCOUNT_CONCURRENCY": "8", "COBRADOR_ACCOUNT_REFUND_WINDOW": "90d",
                "COBRADOR_ACCOUNTS_SHOP_2_SITE": "MLC", "COBRADOR_ACCOUNTS_SHOP_2_RATE": "off",
                "COBRADOR_ACCOUNTS_SHOP_2_CONCURRENCY": "", "COBRADOR_ACCOUNTS_SHOP_2_REFUND_WINDOW": "30d",
                "COBRADOR_ACCOUNTS_SHOP_2_IDEMPOTENCY_WINDOW": "6h",
                "COBRADOR_ACCOUNTS_SHOP_2_ADAPTIVE_CONCURRENCY": "false",
                "COBRADOR_ACCOUNTS_SHOP_1_BURST": "7",
                "COBRADOR_ACCOUNTS_SHOP_1_SECURITY_CODE_OPTIONAL": "true",
            ]))
        try #require(configuration.accounts.map(\.name.description) == ["shop-1", "shop-2"])
        let (one, two) = (configuration.accounts[0], configuration.accounts[1])
        #expect(one.accessToken == Secret("TEST-one") && two.accessToken == Secret("TEST-two"))
        #expect(one.limits.rate == RateLimit(callsPerSecond: 50, burst: 7) && two.limits.rate == nil)
        #expect(one.limits.concurrencyMax == 8 && two.limits.concurrencyMax == 64)
        #expect(one.limits.adaptsConcurrency && !two.limits.adaptsConcurrency)
        #expect(one.rules.site == .brazil && two.rules.site == .chile)
        #expect(one.rules.permitsMissingSecurityCode && !two.rules.permitsMissingSecurityCode)
        #expect(one.rules.idempotencyWindow == .days(1) && two.rules.idempotencyWindow == .seconds(21_600))
        #expect(one.rules.refundWindow == .days(90) && two.rules.refundWindow == .days(30))
        let shown = Dictionary(uniqueKeysWithValues: configuration.summary.map { ($0.key, $0.text) })
        #expect(shown["accounts.shop-2.rate"] == "off" && shown["accounts.shop-1.rate"] == nil)
        #expect(shown["accounts.shop-1.access-token"] == "‹redacted›")
        #expect(shown["gateway.access-token"] == nil && shown["account.name"] == nil)
    }

    @Test("one seller is configured as ever, with what it needs and no more")
    func one() async throws {
        let configuration = try await ConfigurationTests.load([
            "COBRADOR_ACCOUNT_NAME": "shop", "COBRADOR_ACCOUNT_SITE": "MLA", "COBRADOR_ACCOUNT_RATE": "2.5",
            "COBRADOR_ACCOUNTS_NAMES": "",
        ])
        try #require(configuration.accounts.count == 1)
        let account = configuration.accounts[0]
        #expect(account.name.description == "shop" && account.rules.site == .argentina)
        #expect(account.limits.rate == RateLimit(callsPerSecond: 2.5, burst: 10))
        #expect(account.limits.concurrencyMax == configuration.concurrency)
        #expect(account.limits.breaker == BreakerPolicy())
        #expect(account.limits == AccountLimits(rate: account.limits.rate, concurrencyMax: 64))
        var rules = AccountRules()
        rules.site = .argentina
        #expect(account.rules == rules)
    }

    @Test("breaker, graces and pauses reach every seller's limits")
    func common() async throws {
        let configuration = try await AppConfiguration.load(
            Self.sources([
                "COBRADOR_BREAKER_FAILURE_PERCENT": "25", "COBRADOR_BREAKER_SLOW_CALL": "2s",
                "COBRADOR_BREAKER_SLOW_PERCENT": "60", "COBRADOR_BREAKER_CALLS_MIN": "9",
                "COBRADOR_BREAKER_PAUSE": "1s", "COBRADOR_BREAKER_PAUSE_MAX": "9s",
                "COBRADOR_BREAKER_PROBES": "2", "COBRADOR_RETRY_MISCONFIGURED_GRACE": "7m",
                "COBRADOR_RETRY_RETRY_AFTER_MAX": "3m", "COBRADOR_GATEWAY_CREDENTIALS_PAUSE": "4s",
            ]))
        for account in configuration.accounts {
            let breaker = try #require(account.limits.breaker)
            #expect(breaker.failureRatio == 0.25 && breaker.slowRatio == 0.6)
            #expect(breaker.slowCall == .seconds(2) && breaker.callsMin == 9 && breaker.probes == 2)
            #expect(breaker.pause == .seconds(1) && breaker.pauseMax == .seconds(9))
            #expect(account.limits.credentialsGrace == .seconds(420))
            #expect(account.limits.retryAfterMax == .seconds(180))
            #expect(account.limits.credentialsPause == .seconds(4))
        }
        let without = try await ConfigurationTests.load(["COBRADOR_BREAKER_ENABLED": "false"])
        #expect(without.accounts.map(\.limits.breaker) == [nil])
    }

    @Test("a file may list the names, and have an object for each; secrets may be files")
    func files() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "c.json",
            #"""
            {"accounts": {"names": ["shop-1", "Shop.2"], "shop-1": {"site": "MLA", "rate": 3},
             "Shop": {"2": {"burst": 4}}, "Shop.2.site": "MPE"}}
            """#)
        let secrets = try folder.folder("secrets")
        let path = try folder.write("secrets/accounts-Shop-2-access-token", "TEST-file\n")
        let configuration = try await AppConfiguration.load(
            Self.sources(
                ["COBRADOR_ACCOUNTS_SHOP_2_ACCESS_TOKEN": "-"], names: nil, file: file, secrets: secrets))
        #expect(configuration.accounts.map(\.name.description) == ["shop-1", "Shop.2"])
        #expect(configuration.accounts.map(\.rules.site) == [.argentina, .peru])
        #expect(configuration.accounts.last?.accessToken == Secret("TEST-file"))
        #expect(configuration.accounts.map(\.accessTokenFile) == [nil, path])
        #expect(configuration.warnings.map(\.subject) == ["kafka.security-protocol"])
    }

    private static let missing = "must be given: set COBRADOR_ACCOUNTS_"

    @Test(
        "contradictions are told, each where it is",
        arguments: [
            (
                ["ACCOUNT_NAME": "shop"],
                [
                    "account.name: must not be given beside accounts.names, where each account has its own "
                        + "(account.name is shop, environment; accounts.names is shop-1,shop-2, environment)"
                ]
            ),
            (
                ["GATEWAY_ACCESS_TOKEN": "TEST-three"],
                [
                    "gateway.access-token: must not be given beside accounts.names, where each account has its "
                        + "own (gateway.access-token is given, environment; "
                        + "accounts.names is shop-1,shop-2, environment)"
                ]
            ),
            (
                ["ACCOUNTS_SHOP_2_ACCESS_TOKEN": "TEST-one"],
                [
                    "accounts.shop-2.access-token: is the same token as accounts.shop-1.access-token: each "
                        + "account is another seller's (environment)"
                ]
            ),
            (
                ["ACCOUNTS_SHOP_2_ACCESS_TOKEN": "TEST two"],
                [
                    "accounts.shop-2.access-token: must be 1 to 512 visible ASCII characters without spaces "
                        + "(environment)"
                ]
            ),
            (
                ["ACCOUNTS_SHOP_2_ACCESS_TOKEN": "-"],
                [
                    "accounts.shop-2.access-token: \(missing)SHOP_2_ACCESS_TOKEN, or put it into the file "
                        + "accounts-shop-2-access-token of the secrets directory"
                ]
            ),
            (
                ["ACCOUNTS_SHOP_2_RATE": "fast"],
                [
                    "accounts.shop-2.rate: must be off, or calls a second from 0.01 to 10000, not \"fast\" "
                        + "(environment)"
                ]
            ),
            (
                ["ACCOUNTS_SHOP_3_RATE": "5"],
                [
                    "COBRADOR_ACCOUNTS_SHOP_3_RATE: accounts.names has no such account; did you mean "
                        + "COBRADOR_ACCOUNTS_SHOP_1_RATE?"
                ]
            ),
            (
                ["ACCOUNTS_SHOP_1_RAET": "5"],
                [
                    "COBRADOR_ACCOUNTS_SHOP_1_RAET: no such setting; did you mean "
                        + "COBRADOR_ACCOUNTS_SHOP_1_RATE?"
                ]
            ),
            (
                ["ACCOUNT_SITE": "MLC", "ACCOUNT_SECURITY_CODE_OPTIONAL": "true"],
                [
                    "account.security-code-optional: Mercado Pago takes no charge without a security code in "
                        + "Chile (account.security-code-optional is true, environment; "
                        + "account.site is MLC, environment)"
                ]
            ),
            (
                ["ACCOUNTS_SHOP_2_SITE": "MLC", "ACCOUNT_SECURITY_CODE_OPTIONAL": "true"],
                [
                    "account.security-code-optional: Mercado Pago takes no charge without a security code in "
                        + "Chile (account.security-code-optional is true, environment; "
                        + "accounts.shop-2.site is MLC, environment)"
                ]
            ),
            (
                ["BREAKER_PAUSE": "2m"],
                [
                    "breaker.pause: must not be longer than breaker.pause-max (breaker.pause is 2m, "
                        + "environment; breaker.pause-max is 60s, default)"
                ]
            ),
        ] as [([String: String], [String])])
    func contradictions(_ settings: [String: String], _ expected: [String]) {
        let pairs = settings.map { ("COBRADOR_" + $0.key, $0.value) }
        let problems = Self.problems(Dictionary(uniqueKeysWithValues: pairs))
        #expect(problems == expected)
        #expect(!problems.contains { $0.contains("TEST") })
    }

    @Test(
        "names that can't be told apart, or that are none",
        arguments: [
            ("a-b,c", []), ("a-b,a.b", ["COBRADOR_ACCOUNTS_A_B_…"]), ("a,A", ["COBRADOR_ACCOUNTS_A_…"]),
            ("a_b,c,A-B", ["\"a_b\" and \"A-B\""]), ("a,b,a", ["names \"a\" twice"]),
            ("names", ["must not name an account \"names\""]),
            ("a..b", ["\"a..b\": a setting's name has no"]),
            ("a,,b", ["must be names of accounts"]), ("a b", ["must be names of accounts"]),
            ("names,x,x", ["must not name an account \"names\"", "names \"x\" twice"]),
        ] as [(String, [String])])
    func names(_ names: String, _ expected: [String]) {
        let problems = Self.problems(
            Self.tokens.mapValues { _ in "-" }, names: names
        ).filter { $0.hasPrefix("accounts.names: ") }
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, text) in zip(problems, expected) { #expect(problem.contains(text)) }
    }

    @Test("everything that is wrong comes at once, from every source, and without a secret")
    func allAtOnce() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "c.json", #"{"accounts": {"shop-9": {"site": "MLA"}, "shop-1": {"brst": 3}, "shop-2.site": "X"}}"#
        )
        let secrets = try folder.folder("secrets")
        let path = try folder.write("secrets/accounts-shop-8-access-token", "TEST-eight")
        let problems = Self.problems(
            ["COBRADOR_ACCOUNTS_SHOP_7_BURST": "1", "COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST-one"],
            arguments: ["accounts.shop-6.rate": "1", "accounts.shop-1.access-token": "TEST-five"],
            file: file, secrets: secrets)
        let expected = [
            "accounts.shop-1.access-token: a command line is visible to every user of the machine",
            "accounts.shop-6.rate: accounts.names has no such account; did you mean accounts.shop-1.rate?",
            "COBRADOR_ACCOUNTS_SHOP_7_BURST: accounts.names has no such account; did you mean ",
            "\(path): accounts.names has no such account; did you mean accounts-shop-1-access-token?",
            "accounts.shop-1.brst in \(file): no such setting; did you mean accounts.shop-1.burst?",
            "accounts.shop-9.site in \(file): accounts.names has no such account; did you mean ",
            "gateway.access-token: must not be given beside accounts.names",
            "accounts.shop-2.site: must be one of MLA, ",
        ]
        #expect(problems.count == expected.count, "\(problems)")
        for text in expected { #expect(problems.contains { $0.hasPrefix(text) }, "\(text)") }
        #expect(!problems.contains { $0.contains("TEST") })
    }

    @Test("where the names may stand in a file that can't be read, no seller is called unknown")
    func incomplete() {
        #expect(Self.problems(names: nil, file: "/nowhere/c.json").count == 1)
        #expect(Self.problems(["COBRADOR_ACCOUNTS_SHOP_3_RATE": "5"], file: "/nowhere/c.json").count == 2)
    }

    @Test("settings of accounts without accounts.names are mistakes, not silence")
    func unnamed() async {
        let problems = await ConfigurationTests.problems(Self.tokens)
        #expect(
            problems == [
                "COBRADOR_ACCOUNTS_SHOP_1_ACCESS_TOKEN: accounts.names has no such account",
                "COBRADOR_ACCOUNTS_SHOP_2_ACCESS_TOKEN: accounts.names has no such account",
            ])
    }
}
