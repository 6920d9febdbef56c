import Foundation
import Testing

@testable import App
@testable import Kafka

@Suite("What a Kafka client doesn't accept", .timeLimit(.minutes(1)))
struct KafkaRefusalTests {
    /// What `cobrador check` finds wrong, in a folder with a locked key, its certificate and another key.
    private static func findings(
        _ folder: TemporaryFolder, _ settings: [String: String]
    ) async throws -> [Finding] {
        var variables = Dictionary(
            uniqueKeysWithValues: settings.map { ("COBRADOR_KAFKA_SSL_" + $0.key, $0.value) })
        variables["COBRADOR_KAFKA_SECURITY_PROTOCOL"] = "ssl"
        variables["COBRADOR_KAFKA_BOOTSTRAP_SERVERS"] = "127.0.0.1:1"
        let configuration = try await ConfigurationTests.load(variables)
        return await KafkaCheck(configuration, timeout: .milliseconds(300)).findings()
    }

    private static func lockedKey(
        _ folder: TemporaryFolder
    ) async throws -> (certificate: String, key: String) {
        let certificate = folder.url.appending(path: "c.pem").path()
        let (plain, locked) = (
            folder.url.appending(path: "k.pem").path(), folder.url.appending(path: "l.pem").path()
        )
        try await TLSServer.makeCertificate(host: "client.example", certificate, plain)
        let maker = try RunningCommand([
            "openssl", "pkey", "-in", plain, "-aes256", "-passout", "pass:TEST-right", "-out", locked,
        ])
        for await _ in maker.output {}
        return (certificate, locked)
    }

    @Test("a key with a wrong password, and without: our setting, its source, and the one that helps")
    func password() async throws {
        let folder = try TemporaryFolder()
        let (certificate, key) = try await Self.lockedKey(folder)
        var settings = ["CERTIFICATE_LOCATION": certificate, "KEY_LOCATION": key]
        for password in [nil, "TEST-wrong"] {
            settings["KEY_PASSWORD"] = password
            let found = try await Self.findings(folder, settings)
            #expect(found.map(\.subject) == ["kafka.ssl.key-location"])
            #expect(found.first?.message.hasPrefix("librdkafka refuses it: ssl.key.location failed") == true)
            #expect(found.first?.message.hasSuffix(" (environment)") == true)
            #expect(found.first?.hint?.contains("kafka.ssl.key-password") == true)
            #expect(found.first?.status == .configuration)
            #expect(!found.contains { $0.message.contains("TEST-wrong") })
        }
        settings["KEY_PASSWORD"] = "TEST-right"
        #expect(try await Self.findings(folder, settings).first?.subject == "brokers")
    }

    @Test("the key of another certificate")
    func mismatch() async throws {
        let folder = try TemporaryFolder()
        let (certificate, _) = try await Self.lockedKey(folder)
        let (other, key) = (
            folder.url.appending(path: "c2.pem").path(), folder.url.appending(path: "k2.pem").path()
        )
        try await TLSServer.makeCertificate(host: "other.example", other, key)
        let found = try await Self.findings(
            folder, ["CERTIFICATE_LOCATION": certificate, "KEY_LOCATION": key])
        #expect(found.map(\.subject) == ["kafka.ssl.key-location"])
        #expect(found.first?.hint?.contains("not that of the certificate") == true)
    }

    @Test("files and texts that are no PEM")
    func junk() async throws {
        let folder = try TemporaryFolder()
        let (certificate, key) = try await Self.lockedKey(folder)
        let junk = try folder.write("junk.pem", "junk")
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
        for (settings, subject) in [
            (["CA_LOCATION": junk], "ca-location"), (["CA_PEM": pem], "ca-pem"),
            (["CERTIFICATE_LOCATION": junk, "KEY_LOCATION": key], "certificate-location"),
            (["CERTIFICATE_LOCATION": certificate, "KEY_LOCATION": junk], "key-location"),
        ] {
            let found = try await Self.findings(folder, settings)
            #expect(found.map(\.subject) == ["kafka.ssl." + subject])
            #expect(found.first?.message.hasSuffix(" (environment)") == true)
            #expect(found.first?.hint?.contains("PEM") == true)
        }
    }

    @Test("a sentence about several settings belongs to the first; one about none to librdkafka")
    func sentences() {
        func subject(_ reason: String) -> String {
            KafkaRefusal(.init(name: "*", reason: reason, isOwn: false), by: .consumer, [:]).subject
        }
        #expect(
            subject("`max.poll.interval.ms`must be >= `session.timeout.ms`")
                == "kafka.consumer.max-poll-interval")
        #expect(subject("No such luck") == "librdkafka")
    }

    @Test("a port that speaks HTTP is no Kafka, and nothing has to be increased")
    func http() async throws {
        let server = try CannedServer(status: 400, body: "")
        let configuration = try await ConfigurationTests.load([
            "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:\(server.port)"
        ])
        defer { server.close() }
        let found = await KafkaCheck(configuration, timeout: .seconds(3)).findings()
        #expect(found.first?.message.contains("Invalid response size") == true, "\(found)")
        #expect(found.first?.message.contains("increase") == false)
        #expect(found.first?.hint?.contains("not as Kafka does") == true)
    }
}
