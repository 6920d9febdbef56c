import Kafka
import Testing

@testable import App

@Suite("Secrets of a configuration")
struct ConfigurationSecretTests {
    private static let secret = "TEST-very-secret"

    @Test("the effective configuration shows no secret, whatever its source")
    func redacted() async throws {
        let configuration = try await ConfigurationTests.load([
            "COBRADOR_GATEWAY_ACCESS_TOKEN": Self.secret, "COBRADOR_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
            "COBRADOR_KAFKA_SASL_USERNAME": "ana", "COBRADOR_KAFKA_SASL_PASSWORD": Self.secret,
            "COBRADOR_KAFKA_RAW_SSL_KEYSTORE_PASSWORD": Self.secret,
        ])
        let texts = Dictionary(uniqueKeysWithValues: configuration.summary.map { ($0.key, $0.text) })
        #expect(!texts.values.contains { $0.contains(Self.secret) })
        #expect(texts["gateway.access-token"] == "‹redacted›")
        #expect(texts["kafka.sasl.password"] == "‹redacted›")
        #expect(texts["kafka.raw.ssl.keystore.password"] == "‹redacted›")
        #expect(texts["kafka.sasl.username"] == "ana")
        #expect(!"\(configuration.gateway)".contains(Self.secret))
    }

    @Test("a value from the secrets directory is never shown, even where the setting is none")
    func fromTheDirectory() async throws {
        let folder = try TemporaryFolder()
        let secrets = try folder.folder("secrets")
        _ = try folder.write("secrets/kafka-group-id", Self.secret)
        let configuration = try await ConfigurationTests.load(secrets: secrets)
        #expect(configuration.consumer.groupID == Self.secret)
        #expect(!configuration.summary.contains { $0.text.contains(Self.secret) })
    }

    @Test("a problem with a secret doesn't quote it")
    func mistakes() async {
        let problems = await ConfigurationTests.problems([
            "COBRADOR_GATEWAY_ACCESS_TOKEN": "two \(Self.secret)"
        ])
        #expect(
            problems == [
                "gateway.access-token: must be 1 to 512 visible ASCII characters without spaces (environment)"
            ])
    }

    @Test("a secret on the command line is refused: every user of the machine could read it")
    func commandLine() async {
        let problems = await ConfigurationTests.problems(arguments: ["gateway.access-token": Self.secret])
        #expect(
            problems == [
                "gateway.access-token: a command line is visible to every user of the machine: "
                    + "use a file or a variable"
            ])
    }
}
