import ExactJSON
import Logging
import Sandbox
import Testing

@testable import App
@testable import Kafka

@Suite("cobrador check", .timeLimit(.minutes(1)))
struct CheckTests {
    private static let inbound = "cobrador.jobs.charge-saved-card"

    private static func broker(
        _ topics: [(name: String, partitions: Int)]? = nil, brokers: Int = 1
    ) throws -> EmbeddedBroker {
        try EmbeddedBroker(
            topics: topics ?? BrokerProcess.usualTopics.map { (name: $0.0, partitions: 3) },
            brokers: brokers, logger: Logger(label: "broker") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func check(
        _ broker: EmbeddedBroker?, _ environment: [String: String], timeout: Duration = .seconds(30)
    ) async -> CheckReport {
        let own = ["COBRADOR_KAFKA_BOOTSTRAP_SERVERS": broker?.bootstrapServers ?? "127.0.0.1:1"]
        let sources = ConfigurationSources(environment: own.merging(environment) { $1 })
        return await Check(sources: sources, timeout: timeout).run()
    }

    private static func levels(_ report: CheckReport) -> [String: Finding.Level] {
        Dictionary(report.findings.map { ($0.subject, $0.level) }) { $1 }
    }

    @Test("where everything is right every line is, and the exit code is 0")
    func right() async throws {
        let broker = try Self.broker()
        try await LoopbackSandbox.run { sandbox in
            let report = await Self.check(broker, sandbox.environment)
            #expect(report.status == .done)
            #expect(!report.findings.contains { $0.level == .failed || $0.level == .skipped })
            let text = report.text(style: Style(isColoured: false), explains: false)
            #expect(text.contains("✓ settings: 3 given, "))
            #expect(text.contains("✓ brokers: 1 broker answers, cluster "))
            #expect(text.contains("✓ topic \(Self.inbound): jobs, 3 partitions\n"))
            #expect(text.contains("✓ topic \(Self.inbound).dead-letters: dead letters, 3 partitions\n"))
            #expect(text.contains("✓ topic cobrador.events.cards: events, 3 partitions\n"))
            #expect(text.contains("✓ group cobrador: has no position yet"))
            let accepted = "takes the access token of the account \"default\": seller "
            #expect(text.contains("✓ \(sandbox.baseURL): " + accepted))
            #expect(text.contains("\nA worker can start."))
        }
    }

    @Test("missing topics are named, with the command that makes them; the rest is looked at all the same")
    func topics() async throws {
        let broker = try Self.broker([
            (Self.inbound, 6), (Self.inbound + ".dead-letters", 3), ("cobrador.jobs.register-card", 1),
            ("cobrador.events.charges", 1),
        ])
        try await LoopbackSandbox.run { sandbox in
            let report = await Self.check(broker, sandbox.environment)
            #expect(report.status == .unavailable)
            let levels = Self.levels(report)
            #expect(levels["topic \(Self.inbound)"] == .ok)
            #expect(levels["topic \(Self.inbound).dead-letters"] == .warning)
            #expect(levels["topic cobrador.jobs.register-card"] == .warning)
            #expect(levels["topic cobrador.events.charges"] == .ok)
            #expect(levels["topic cobrador.events.cards"] == .failed)
            #expect(levels[sandbox.baseURL] == .ok)
            let missing = report.findings.first {
                $0.subject == "topic cobrador.jobs.register-card.dead-letters"
            }
            #expect(
                missing?.hint == "kafka-topics.sh --bootstrap-server \(broker.bootstrapServers) --create "
                    + "--topic cobrador.jobs.register-card.dead-letters --partitions 1 --replication-factor 1"
            )
            let text = report.text(style: Style(isColoured: false), explains: false)
            #expect(text.hasSuffix("8 things are wrong, 2 things to think about. Exit code 69."))
            // Looking must not have created what was missing.
            #expect(await Self.check(broker, sandbox.environment).findings == report.findings)
        }
    }

    @Test("a configured country that isn't the seller's is a mistake of the configuration")
    func otherCountry() async throws {
        let broker = try Self.broker()
        try await LoopbackSandbox.run { sandbox in
            let environment = sandbox.environment.merging(["COBRADOR_ACCOUNT_SITE": "MLC"]) { $1 }
            let report = await Self.check(broker, environment)
            #expect(report.status == .configuration)
            let finding = report.findings.first { $0.subject == sandbox.baseURL }
            #expect(finding?.message.hasSuffix("site MLA, and account.site is MLC") == true)
            let right = sandbox.environment.merging(["COBRADOR_ACCOUNT_SITE": "MLA"]) { $1 }
            #expect(await Self.check(broker, right).status == .done)
        }
    }

    @Test("every seller's credentials and country are looked at, each told by its name")
    func accounts() async throws {
        let broker = try Self.broker()
        let sellers = SandboxConfiguration(accounts: [
            SandboxAccount(),
            SandboxAccount(accessToken: "TEST-two", publicKey: "TEST-b", collectorID: 7, site: .brazil),
            SandboxAccount(accessToken: "TEST-three", publicKey: "TEST-c", collectorID: 7, site: .brazil),
        ])
        try await LoopbackSandbox.run(sellers) { sandbox in
            let environment = [
                "COBRADOR_GATEWAY_BASE_URL": sandbox.baseURL, "COBRADOR_ACCOUNTS_NAMES": "a,b,c,d",
                "COBRADOR_ACCOUNTS_A_ACCESS_TOKEN": LoopbackSandbox.token, "COBRADOR_ACCOUNT_SITE": "MLB",
                "COBRADOR_ACCOUNTS_B_ACCESS_TOKEN": "TEST-two",
                "COBRADOR_ACCOUNTS_C_ACCESS_TOKEN": "TEST-three",
                "COBRADOR_ACCOUNTS_D_ACCESS_TOKEN": "TEST-nobody",
            ]
            let report = await Self.check(broker, environment)
            let findings = report.findings.filter { $0.area == .gateway }
            #expect(findings.map(\.subject) == ["account a", "account b", "account c", "account d"])
            #expect(findings.map(\.level) == [.failed, .ok, .warning, .failed])
            #expect(findings[0].message.hasSuffix("site MLA, and account.site is MLB"))
            #expect(findings[1].message.contains("access token of the account \"b\": seller 7, site MLB"))
            #expect(findings[2].message.hasSuffix("as that of b"))
            #expect(findings[3].message.hasPrefix("\(sandbox.baseURL) refuses the access token (HTTP 401"))
            #expect(findings[3].hint?.contains("accounts.d.access-token") == true)
            #expect(report.status == .configuration)
            #expect(!report.json(explains: true).contains("TEST-"))

            let own = environment.merging(["COBRADOR_ACCOUNTS_A_SITE": "MLC"]) { $1 }
            let first = await Self.check(broker, own).findings.first { $0.area == .gateway }
            #expect(first?.message.hasSuffix("and accounts.a.site is MLC") == true)
        }
    }

    @Test("where nothing answers both parts say so, each with what to do")
    func unreachable() async {
        let report = await Self.check(
            nil,
            [
                "COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST-sandbox",
                "COBRADOR_GATEWAY_BASE_URL": "http://127.0.0.1:1",
            ])
        #expect(report.status == .unavailable)
        let failed = report.findings.filter { $0.level == .failed }
        #expect(failed.map(\.subject) == ["brokers", "http://127.0.0.1:1"])
        #expect(failed.allSatisfy { $0.hint?.hasPrefix("Nobody listens there: see ") == true })
        #expect(failed.first?.message.hasSuffix("Connection refused") == true)
    }

    @Test("a silent gateway and a silent broker cost the timeout, not for ever")
    func silent() async throws {
        let gateway = try SilentGateway()
        let address = String(gateway.baseURL.dropFirst("http://".count))
        let report = await Self.check(
            nil,
            [
                "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": address, "COBRADOR_GATEWAY_BASE_URL": gateway.baseURL,
                "COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST-sandbox",
            ], timeout: .milliseconds(300))
        let failed = report.findings.filter { $0.level == .failed }
        #expect(
            failed.map(\.message.lastWords) == ["no answer within 300ms", "can't be reached: call timeout"])
        gateway.close()
    }

    @Test("a configuration that is wrong is told in full; what it leaves alone is looked at, 78 wins")
    func configuration() async throws {
        let broker = try Self.broker()
        try await LoopbackSandbox.run { sandbox in
            let wrong = ["COBRADOR_WORKER_WINDOW": "10k", "COBRADOR_WORKER_CONCURENCY": "5"]
            let report = await Self.check(broker, sandbox.environment.merging(wrong) { $1 })
            #expect(report.status == .configuration)
            let failed = report.findings.filter { $0.level == .failed }.map { "\($0.subject): \($0.message)" }
            #expect(
                failed == [
                    "COBRADOR_WORKER_CONCURENCY: no such setting; did you mean COBRADOR_WORKER_CONCURRENCY?",
                    "worker.window: must be a whole number from 1 to 16384, not \"10k\" (environment)",
                ])
            let levels = Self.levels(report)
            #expect(levels["brokers"] == .ok)
            #expect(levels[sandbox.baseURL] == .ok)

            let other = await Self.check(broker, ["COBRADOR_KAFKA_GROUP_ID": "\u{7}"])
            #expect(Self.levels(other)["brokers and topics"] == .skipped)
            #expect(Self.levels(other)["credentials"] == .skipped)
            #expect(other.status == .configuration)
        }
    }

    @Test("what librdkafka refuses is a problem of the configuration")
    func rawSettings() async throws {
        let broker = try Self.broker()
        let report = await Self.check(
            broker,
            [
                "COBRADOR_KAFKA_RAW_NO_SUCH_SETTING": "1", "COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST",
                "COBRADOR_GATEWAY_BASE_URL": "http://127.0.0.1:1",
            ])
        #expect(report.status == .configuration)
        #expect(Self.levels(report)["kafka.raw.no.such.setting"] == .failed)
        #expect(Self.levels(report)["settings"] == nil)
        #expect(Self.levels(report)["brokers and topics"] == .skipped)
    }

    @Test("refused credentials are 77, which goes before 69")
    func credentials() async throws {
        try await LoopbackSandbox.run { sandbox in
            let environment = sandbox.environment.merging(
                ["COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST-of-somebody-else"]) { $1 }
            let report = await Self.check(nil, environment)
            #expect(report.findings.contains { $0.subject == "brokers" && $0.status == .unavailable })
            #expect(report.status == .noPermission)
            let finding = report.findings.first { $0.area == .gateway }
            #expect(finding?.message.hasPrefix("refuses the access token (HTTP 401") == true)
            #expect(finding?.hint?.contains("gateway.access-token") == true)
            #expect(!report.json(explains: true).contains("somebody-else"))
            #expect(!report.text(style: Style(isColoured: false), explains: true).contains("somebody-else"))
        }
    }

    @Test("a broker that can't be reached under the address it advertises is named")
    func advertised() async throws {
        let broker = try Self.broker(brokers: 2)
        try broker.setDown(2)
        let configuration = try await ConfigurationTests.load([
            "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": String(broker.bootstrapServers.prefix { $0 != "," })
        ])
        let findings = await KafkaCheck(configuration, timeout: .seconds(1)).findings()
        let finding = findings.first { $0.subject == "broker 2" }
        #expect(finding?.level == .failed)
        #expect(finding?.hint?.contains("advertised.listeners") == true)
        #expect(!findings.contains { $0.subject == "broker 1" })
    }

    @Test("for machines: the same, as one JSON object, with the settings where they are asked for")
    func json() async throws {
        let report = await Self.check(
            nil,
            [
                "COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST-secret",
                "COBRADOR_GATEWAY_BASE_URL": "http://127.0.0.1:1",
            ])
        let json = try JSON(parsing: Array(report.json(explains: true).utf8))
        #expect(json["status"]?.string == "failed")
        #expect(json["exit_code"]?.int64 == 69)
        #expect(json["checks"]?.array?.count == report.findings.count)
        let gateway = json["checks"]?.array?.last
        #expect(gateway?["area"]?.string == "gateway")
        #expect(gateway?["result"]?.string == "failed")
        #expect(gateway?["hint"]?.string?.isEmpty == false)
        let settings = json["settings"]?.array ?? []
        #expect(settings.count == Catalogue.all.count)
        let token = settings.first { $0["setting"]?.string == "gateway.access-token" }
        #expect(token?["value"]?.string == "‹redacted›")
        #expect(token?["source"]?.string == "environment")
        #expect(try JSON(parsing: Array(report.json(explains: false).utf8))["settings"] == nil)
    }

    @Test("explained: each setting with its value and its source")
    func explained() async {
        let report = await Self.check(nil, ["COBRADOR_WORKER_WINDOW": "7"])
        let lines = report.text(style: Style(isColoured: false), explains: true).split(separator: "\n")
        let window = lines.first { $0.contains(" worker.window ") }?.split(separator: " ")
        #expect(window == ["worker.window", "7", "environment"])
        let concurrency = lines.first { $0.contains(" worker.concurrency ") }?.split(separator: " ")
        #expect(concurrency == ["worker.concurrency", "64", "default"])
    }
}

extension String {
    /// What comes after the last address.
    fileprivate var lastWords: String {
        split(separator: ": ").suffix(contains("reached") ? 2 : 1).joined(separator: ": ")
    }
}
