import Foundation
import Kafka
import Logging
import Testing

@testable import App

@Suite("TLS to brokers", .timeLimit(.minutes(1)))
struct TLSHandshakeTests {
    /// What `cobrador check` says about the brokers.
    private static func finding(_ server: TLSServer, _ settings: [String: String]) async -> Finding? {
        let environment = [
            "BOOTSTRAP_SERVERS": "localhost:\(server.port)", "SECURITY_PROTOCOL": "ssl",
        ].merging(settings) { $1 }
        var variables = Dictionary(
            uniqueKeysWithValues: environment.map { ("COBRADOR_KAFKA_" + $0.key, $0.value) })
        variables["COBRADOR_GATEWAY_ACCESS_TOKEN"] = "TEST-sandbox"
        variables["COBRADOR_GATEWAY_BASE_URL"] = "http://127.0.0.1:1"
        let report = await Check(
            sources: ConfigurationSources(environment: variables), timeout: .milliseconds(1500)
        ).run()
        return report.findings.first { $0.subject == "brokers" }
    }

    @Test("an authority that nobody trusts: says so, and which setting helps")
    func untrusted() async throws {
        let server = try await TLSServer(try TemporaryFolder(), host: "localhost")
        let finding = try #require(await Self.finding(server, [:]))
        #expect(finding.level == .failed)
        #expect(
            finding.message.hasPrefix("none answers at localhost:\(server.port): SSL handshake failed"))
        #expect(finding.message.hasSuffix("broker certificate could not be verified"))
        #expect(finding.hint?.contains("into kafka.ssl.ca-location") == true)
        #expect(finding.status == .unavailable)
    }

    @Test("a trusted authority, as file and as text: the handshake is done")
    func trusted() async throws {
        let folder = try TemporaryFolder()
        for isFile in [true, false] {
            let server = try await TLSServer(folder, host: "localhost")
            let path = server.certificateFile
            let finding = await Self.finding(
                server,
                isFile
                    ? ["SSL_CA_LOCATION": path]
                    : ["SSL_CA_PEM": try String(contentsOfFile: path, encoding: .utf8)])
            #expect(finding?.message.hasSuffix("no answer within 1500ms") == true)
            #expect(await server.says("CIPHER is"))
        }
    }

    @Test("a certificate of another host is refused, unless that is turned off")
    func otherHost() async throws {
        let folder = try TemporaryFolder()
        let server = try await TLSServer(folder, host: "other.example")
        let settings = ["SSL_CA_LOCATION": server.certificateFile]
        let finding = await Self.finding(server, settings)
        #expect(finding?.message.contains("certificate verify failed") == true)
        #expect(finding?.hint?.contains("Or it is for another host") == true)
        _ = await Self.finding(server, settings.merging(["SSL_ENDPOINT_IDENTIFICATION": "none"]) { $1 })
        #expect(await server.says("CIPHER is"))
    }

    @Test("brokers that want a certificate are shown it")
    func clientCertificate() async throws {
        let folder = try TemporaryFolder()
        let certificate = folder.url.appending(path: "client.pem").path()
        let key = folder.url.appending(path: "client-key.pem").path()
        try await TLSServer.makeCertificate(host: "client.example", certificate, key)
        let server = try await TLSServer(
            folder, host: "localhost", arguments: ["-Verify", "1", "-CAfile", certificate])
        var settings = ["SSL_CA_LOCATION": server.certificateFile]
        let finding = await Self.finding(server, settings)
        #expect(finding?.hint?.contains("want a certificate of this client") == true)
        settings["SSL_CERTIFICATE_LOCATION"] = certificate
        settings["SSL_KEY_LOCATION"] = key
        #expect(await Self.finding(server, settings)?.message.hasSuffix("no answer within 1500ms") == true)
        #expect(await server.says("client.example"))
    }

    @Test("a port without TLS is told from one with a bad certificate")
    func plaintext() async throws {
        let broker = try EmbeddedBroker(logger: Logger(label: "broker"))
        var variables = ["COBRADOR_KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers]
        variables["COBRADOR_KAFKA_SECURITY_PROTOCOL"] = "ssl"
        let configuration = try await ConfigurationTests.load(variables)
        let findings = await KafkaCheck(configuration, timeout: .seconds(5)).findings()
        #expect(findings.first?.hint?.contains("kafka.security-protocol") == true)
    }
}
