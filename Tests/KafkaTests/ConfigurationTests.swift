import Logging
import Testing

@testable import Kafka

@Suite("Configuration")
struct ConfigurationTests {
    private func problems(_ make: () throws(KafkaError) -> Void) -> [String: String]? {
        do throws(KafkaError) {
            try make()
            return [:]
        } catch {
            guard case .invalidConfiguration(let problems) = error else { return nil }
            return Dictionary(problems.map { ($0.name, $0.reason) }, uniquingKeysWith: { "\($0); \($1)" })
        }
    }

    private func consumer(_ adjust: (inout ConsumerConfiguration) -> Void) -> [String: String]? {
        var configuration = ConsumerConfiguration(
            kafka: KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"]), groupID: "group")
        adjust(&configuration)
        return problems { () throws(KafkaError) in
            _ = try Consumer(configuration, logger: Cluster.logger)
        }
    }

    @Test("lists every bad name and value at once")
    func all() throws {
        let found = try #require(
            consumer { configuration in
                configuration.groupID = ""
                configuration.sessionTimeout = .seconds(-1)
                configuration.kafka.raw = [
                    "no.such.setting": "1", "fetch.error.backoff.ms": "soon", "enable.auto.commit": "true",
                    "auto.offset.reset": "latest", "session.timeout.ms": "1", "check.crcs": "false",
                ]
            })
        #expect(
            Set(found.keys) == [
                "group.id", "session.timeout.ms", "no.such.setting", "fetch.error.backoff.ms",
                "enable.auto.commit", "auto.offset.reset",
            ])
    }

    @Test(
        "refuses raw settings that would break a guarantee",
        arguments: [
            "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.offset.reset",
            "isolation.level", "group.protocol",
        ])
    func guardedConsumer(name: String) throws {
        let found = try #require(consumer { $0.kafka.raw = [name: "true"] })
        #expect(found.keys.sorted() == [name])
    }

    @Test(
        "refuses raw settings of a producer that would break a guarantee",
        arguments: [
            "enable.idempotence", "acks", "request.required.acks", "partitioner", "transactional.id",
            "delivery.report.only.error",
        ])
    func guardedProducer(name: String) throws {
        var configuration = ProducerConfiguration(
            kafka: KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"]))
        configuration.kafka.raw = [name: "false"]
        let found = try #require(
            problems { () throws(KafkaError) in _ = try Producer(configuration, logger: Cluster.logger) })
        #expect(found.keys.sorted() == [name])
    }

    @Test("refuses a combination that librdkafka refuses")
    func combination() throws {
        let found = try #require(consumer { $0.maxPollInterval = .seconds(1) })
        #expect(found.keys.sorted() == ["*"])
    }

    @Test("refuses the cooperative strategy exactly where it loses commits")
    func cooperative() throws {
        var configuration = ConsumerConfiguration(
            kafka: KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"]), groupID: "group")
        configuration.assignmentStrategy = .cooperativeSticky
        let old = configuration.settings(version: LibrdkafkaVersion(major: 2, minor: 9, patch: 0))
        #expect(old.problems.map(\.name) == ["partition.assignment.strategy"])
        let new = configuration.settings(version: LibrdkafkaVersion(major: 2, minor: 10, patch: 0))
        #expect(new.problems.isEmpty)
    }

    @Test(
        "refuses the cooperative strategy at the start on this librdkafka, which loses commits",
        .enabled(if: LibrdkafkaVersion.runtime < ConsumerConfiguration.cooperativeSince))
    func noCooperativeStart() throws {
        let found = try #require(consumer { $0.assignmentStrategy = .cooperativeSticky })
        #expect(found.keys.sorted() == ["partition.assignment.strategy"])
    }

    @Test("passes the name of a static member, and none of a dynamic one")
    func instance() throws {
        var configuration = ConsumerConfiguration(
            kafka: KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"]), groupID: "group")
        func names() -> [String] {
            configuration.settings(version: .runtime).resolved().settings
                .filter { $0.name == "group.instance.id" }.map(\.value)
        }
        #expect(names().isEmpty)
        configuration.groupInstanceID = "one"
        #expect(names() == ["one"])
    }

    @Test("never quotes a secret")
    func secrets() throws {
        let secret = "s3cr3t-value"
        let found = try #require(
            consumer { configuration in
                configuration.kafka.security = .sasl(
                    KafkaSASL(mechanism: .scram256, user: "me", password: KafkaSecret(secret + "\0")),
                    tls: nil)
                configuration.kafka.raw = [
                    "sasl.oauthbearer.client.secret.typo": secret, "enable.ssl.certificate.verification": "x",
                    "ssl.keystore.password": secret + "\0",
                ]
            })
        #expect(found.keys.contains("sasl.password"))
        #expect(!found.values.contains { $0.contains(secret) })
        #expect("\(KafkaSecret(secret))" == "‹redacted›")
        #expect(
            !String(reflecting: KafkaSASL(mechanism: .plain, user: "u", password: .init(secret))).contains(
                secret))
        let quoted = NativeConfiguration.redact(
            "bad \(secret) value", secrets: [Setting(raw: "SSL.Key.Password", secret)])
        #expect(quoted == "bad ‹redacted› value")
    }

    @Test("gives every process another client.id")
    func clientID() {
        let names = (0..<100).map { _ in KafkaConfiguration.uniqueClientID() }
        #expect(Set(names.map { $0.prefix(8) }).count == 100)
        #expect(Set(names.map(\.count)) == [22])
    }

    @Test(
        "turns durations into milliseconds that never end early",
        arguments: [
            (Duration.milliseconds(5), 5), (.nanoseconds(1), 1), (.zero, 0), (.seconds(-1), -1),
            (.seconds(1 << 40), Int(Int32.max)), (.milliseconds(-1), -1),
        ])
    func milliseconds(duration: Duration, expected: Int) {
        #expect(duration.wholeMilliseconds == expected)
    }

    @Test(
        "knows legal topic names",
        arguments: [
            ("jobs.v1_x-Y9", true), ("", false), (".", false), ("..", false), ("^jobs", false),
            ("a b", false),
            ("jobs\0", false), ("é", false), (String(repeating: "a", count: 249), true),
            (String(repeating: "a", count: 250), false),
        ])
    func topicNames(name: String, isLegal: Bool) {
        #expect(TopicName.isLegal(name) == isLegal)
    }

    @Test(
        "maps syslog's levels",
        arguments: zip(
            Int32(0)...7,
            [Logger.Level.critical, .critical, .critical, .error, .warning, .notice, .info, .debug]))
    func levels(syslog: Int32, level: Logger.Level) {
        #expect(LogBridge.level(syslog: syslog) == level)
    }
}
