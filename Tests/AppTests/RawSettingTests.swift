import Foundation
import Testing

@testable import App

@Suite("Raw settings")
struct RawSettingTests {
    @Test("what is wrong with them is told with everything else, each with its source")
    func together() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.json", #"{"kafka.producer.raw.retry.backoff.ms": "soon"}"#)
        let found = await ConfigurationTests.problems(
            [
                "COBRADOR_KAFKA_RAW_NO_SUCH_SETTING": "1", "COBRADOR_WORKER_WINDOW": "x",
                "COBRADOR_KAFKA_CONSUMER_RAW_ENABLE_AUTO_COMMIT": "true",
            ],
            arguments: ["kafka.raw.group.id": "g", "kafka.raw.ssl.cipher.suites": "DEFAULT"], file: file)
        let fixed = "is fixed, changing it would break a guarantee"
        let refused = "librdkafka refuses it: "
        let expected = [
            "kafka.raw.ssl.cipher.suites: needs TLS, which is off (command line)",
            "kafka.consumer.raw.enable.auto.commit: \(fixed) (environment)",
            "kafka.raw.group.id: has a typed setting, use that: kafka.group-id (command line)",
            "kafka.raw.no.such.setting: \(refused)No such configuration property: \"no.such.setting\" "
                + "(environment)",
            "worker.window: must be a whole number from 1 to 16384, not \"x\" (environment)",
        ]
        for problem in expected { #expect(found.contains(problem), "\(found)") }
        let number = found.first { $0.hasPrefix("kafka.producer.raw.retry.backoff.ms: \(refused)") }
        #expect(number?.hasSuffix("(\(file))") == true, "\(found)")
        #expect(found.count == expected.count + 1)
    }

    @Test(
        "each group is checked, and no secret quoted",
        arguments: ["KAFKA_RAW", "KAFKA_CONSUMER_RAW", "KAFKA_PRODUCER_RAW"])
    func groups(_ group: String) async {
        let found = await ConfigurationTests.problems([
            "COBRADOR_\(group)_NO_SUCH_THING": "1", "COBRADOR_\(group)_ENABLE_IDEMPOTENCE": "false",
            "COBRADOR_\(group)_ENABLE_AUTO_COMMIT": "true",
            "COBRADOR_\(group)_SSL_KEYSTORE_PASSWORD": "very-secret",
        ])
        let prefix = group.lowercased().replacing("_", with: ".") + "."
        #expect(found.contains { $0.hasPrefix(prefix + "no.such.thing: librdkafka refuses it") })
        let guarded = group == "KAFKA_CONSUMER_RAW" ? "enable.auto.commit" : "enable.idempotence"
        #expect(found.contains { $0.hasPrefix(prefix + guarded + ": is fixed") })
        #expect(!found.contains { $0.contains("very-secret") })
    }

    @Test("a secret file with an innocent name isn't quoted either")
    func secretFile() async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("kafka-raw-retry-backoff-ms", "very-secret")
        let found = await ConfigurationTests.problems([
            "COBRADOR_SECRETS_DIRECTORY": folder.url.path()
        ])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("kafka.raw.retry.backoff.ms: librdkafka refuses it") == true)
        #expect(!found.contains { $0.contains("very-secret") }, "\(found)")
    }

    @Test("the strategy that needs a newer librdkafka is a problem of our own setting")
    func typed() async {
        guard LibraryCheck.finding.hint != nil else { return }
        let found = await ConfigurationTests.problems([
            "COBRADOR_KAFKA_CONSUMER_ASSIGNMENT_STRATEGY": "cooperative-sticky"
        ])
        #expect(found.count == 1)
        let text = "kafka.consumer.assignment-strategy: cooperative-sticky needs librdkafka 2.10"
        #expect(found.first?.hasPrefix(text) == true)
        #expect(found.first?.hasSuffix(" (environment)") == true)
    }

    @Test("a command that logs in is a secret, in any spelling")
    func masked() async throws {
        let configuration = try await ConfigurationTests.load(
            [
                "COBRADOR_KAFKA_SECURITY_PROTOCOL": "sasl_plaintext", "COBRADOR_KAFKA_SASL_USERNAME": "ana",
                "COBRADOR_KAFKA_SASL_PASSWORD": "TEST-pw",
                "COBRADOR_KAFKA_RAW_SASL_KERBEROS_KINIT_CMD": "kinit --password=very-secret",
            ])
        let shown = configuration.summary.first { $0.key == "kafka.raw.sasl.kerberos.kinit.cmd" }
        #expect(shown?.text == "‹redacted›")
    }
}
