import Foundation
import Kafka
import MercadoPago
import PaymentJobs
import Testing

@testable import App

@Suite("Secret files")
struct SecretFilesTests {
    private static let token = "TEST-from-a-file"

    private static func problems(_ folder: String) async -> [String] {
        do throws(ConfigurationError) {
            _ = try await AppConfiguration.load(
                ConfigurationSources(
                    environment: ["COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"], secretsDirectory: folder)
            )
            return []
        } catch {
            return error.problems.map { "\($0.subject): \($0.message)" }
        }
    }

    @Test("white space around a secret doesn't count", arguments: ["\n", "\r\n", " \t\n\n"])
    func trimmed(_ end: String) async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("gateway-access-token", "\n " + Self.token + end)
        let configuration = try await AppConfiguration.load(
            ConfigurationSources(
                environment: ["COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"],
                secretsDirectory: folder.url.path()))
        #expect(configuration.accounts[0].accessToken.reveal { $0 } == Self.token)
    }

    @Test("a secret's source is its file")
    func source() async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("kafka-ssl-key-password", Self.token)
        let reading = SecretFiles(
            folder: folder.url.path() + "/", KnownSettings(accounts: "", isComplete: true), isAskedFor: true)
        #expect(
            reading.file(of: "kafka.ssl.key-password")
                == folder.url.path().trimmed("/") + "/kafka-ssl-key-password")
        let problems = await ConfigurationTests.problems([
            "COBRADOR_SECRETS_DIRECTORY": folder.url.path(), "COBRADOR_KAFKA_SECURITY_PROTOCOL": "ssl",
        ])
        #expect(
            problems == [
                "kafka.ssl.key-password: needs kafka.ssl.key-location "
                    + "(\(reading.file(of: "kafka.ssl.key-password")))"
            ])
    }

    @Test("an empty, a binary, a huge or an unreadable file is a problem that names it")
    func unusable() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path().trimmed("/")
        _ = try folder.write("gateway-access-token", " \n")
        try Data([0xFF, 0xFE]).write(to: folder.url.appending(path: "kafka-sasl-password"))
        _ = try folder.write("kafka-sasl-username", String(repeating: "x", count: 70_000))
        _ = try folder.folder("kafka-ssl-key-password")
        let problems = await Self.problems(path)
        #expect(
            Set(problems.dropLast()) == [
                "\(path)/gateway-access-token: is empty", "\(path)/kafka-sasl-password: isn't text in UTF-8",
                "\(path)/kafka-sasl-username: is larger than 65536 bytes",
                "\(path)/kafka-ssl-key-password: can't be read: Is a directory",
            ])
        #expect(problems.last?.hasPrefix("gateway.access-token: must be given") == true)
    }

    @Test("a name that is nearly a setting's is a slip; others, such as a certificate's, are left alone")
    func names() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path().trimmed("/")
        _ = try folder.write("gateway-access-token", Self.token)
        _ = try folder.write("gateway.access-token", Self.token)
        _ = try folder.write("kafka-sasl-pasword", Self.token)
        for name in ["ca.pem", "tls.key", "..data", "database-url"] { _ = try folder.write(name, "") }
        #expect(
            await Self.problems(path) == [
                "\(path)/gateway.access-token: no such setting; did you mean gateway-access-token?",
                "\(path)/kafka-sasl-pasword: no such setting; did you mean kafka-sasl-password?",
            ])
    }

    @Test("a raw setting may be a secret file, and is never shown")
    func raw() async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("kafka-consumer-raw-client-rack", Self.token)
        let configuration = try await ConfigurationTests.load(secrets: folder.url.path())
        #expect(configuration.consumer.kafka.raw == ["client.rack": Self.token])
        #expect(!configuration.summary.contains { $0.text.contains(Self.token) })
    }
}

extension String {
    fileprivate func trimmed(_ end: Character) -> String {
        var text = self
        while text.last == end { text.removeLast() }
        return text
    }
}
