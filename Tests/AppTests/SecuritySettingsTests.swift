import Foundation
import Kafka
import Testing

@testable import App

@Suite("Security settings")
struct SecuritySettingsTests {
    private static let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
    private static let mode = "(kafka.security-protocol is "

    private static func load(_ settings: [String: String]) async throws(ConfigurationError) -> KafkaSecurity {
        try await ConfigurationTests.load(variables(settings)).consumer.kafka.security
    }

    private static func variables(_ settings: [String: String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: settings.map { ("COBRADOR_KAFKA_" + $0.key, $0.value) })
    }

    @Test("every part of TLS and of a login arrives")
    func everything() async throws {
        let folder = try TemporaryFolder()
        let (certificate, key) = (try folder.write("c.pem", "c"), try folder.write("k.pem", "k"))
        let security = try await Self.load([
            "SECURITY_PROTOCOL": "sasl_ssl", "SASL_MECHANISM": "SCRAM-SHA-256", "SASL_USERNAME": "ana",
            "SASL_PASSWORD": "TEST-pw", "SSL_CA_LOCATION": folder.url.path(),
            "SSL_CERTIFICATE_LOCATION": certificate, "SSL_KEY_LOCATION": key, "SSL_KEY_PASSWORD": "TEST-kp",
            "SSL_ENDPOINT_IDENTIFICATION": "none",
        ])
        guard case .sasl(let login, .some(let tls)) = security else { throw TestFailure("\(security)") }
        #expect(login.mechanism == .scram256)
        #expect(login.user == "ana")
        #expect(tls.endpointIdentification == .off)
        #expect(tls.clientCertificate?.certificateFile == certificate)
        #expect(tls.clientCertificate?.keyFile == key)
        #expect(tls.clientCertificate?.keyPassword != nil)
        guard case .file(folder.url.path()) = tls.authorities else { throw TestFailure("\(tls)") }
        guard
            case .tls(let other) = try await Self.load(["SECURITY_PROTOCOL": "ssl", "SSL_CA_PEM": Self.pem]),
            case .pem(Self.pem) = other.authorities
        else { throw TestFailure("no PEM text") }
    }

    @Test(
        "each combination that makes no sense is a problem that says where it comes from",
        arguments: [
            (["SECURITY_PROTOCOL": "tls"], ["kafka.security-protocol: must be one of plaintext, ssl"]),
            (["SASL_MECHANISM": "GSSAPI"], ["kafka.sasl.mechanism: must be one of PLAIN, SCRAM-SHA-256"]),
            (
                ["SASL_MECHANISM": "SCRAM-SHA-256"],
                ["kafka.sasl.mechanism: needs kafka.security-protocol sasl_"]
            ),
            (
                ["SECURITY_PROTOCOL": "ssl", "SASL_PASSWORD": "TEST"],
                [
                    "kafka.sasl.password: needs kafka.security-protocol sasl_ssl or sasl_plaintext (environment)"
                ]
            ),
            (
                ["SECURITY_PROTOCOL": "sasl_ssl"],
                [
                    "kafka.sasl.username: is needed for a login: set COBRADOR_KAFKA_SASL_USERNAME, or give --set "
                        + "kafka.sasl.username=… \(mode)sasl_ssl, environment)",
                    "kafka.sasl.password: is needed for a login: set COBRADOR_KAFKA_SASL_PASSWORD, or put it "
                        + "into the file kafka-sasl-password of the secrets directory \(mode)sasl_ssl, "
                        + "environment)",
                ]
            ),
            (
                [
                    "SECURITY_PROTOCOL": "sasl_plaintext", "SASL_USERNAME": "a", "SASL_PASSWORD": "TEST",
                    "SSL_CA_LOCATION": "/ca",
                ],
                ["kafka.ssl.ca-location: needs kafka.security-protocol ssl or sasl_ssl (environment)"]
            ),
            (
                ["SSL_ENDPOINT_IDENTIFICATION": "none"],
                ["kafka.ssl.endpoint-identification: needs kafka.security-protocol ssl or sasl_ssl"]
            ),
            (
                ["SECURITY_PROTOCOL": "ssl", "SSL_CA_LOCATION": "/nowhere/ca.pem"],
                [
                    "kafka.ssl.ca-location: /nowhere/ca.pem can't be read: No such file or directory (environment)"
                ]
            ),
            (
                ["SECURITY_PROTOCOL": "ssl", "SSL_CA_LOCATION": "/", "SSL_CA_PEM": pem],
                ["kafka.ssl.ca-pem: give either it or kafka.ssl.ca-location (environment)"]
            ),
            (["SSL_CA_PEM": "a.pem"], ["kafka.ssl.ca-pem: must be certificates as PEM text, or empty"]),
            (
                ["SECURITY_PROTOCOL": "ssl", "SSL_CERTIFICATE_LOCATION": "/dev/null"],
                [
                    "kafka.ssl.key-location: is needed with a certificate "
                        + "(kafka.ssl.certificate-location is /dev/null, environment)"
                ]
            ),
            (
                ["SECURITY_PROTOCOL": "ssl", "SSL_KEY_LOCATION": "/"],
                [
                    "kafka.ssl.certificate-location: is needed with a key "
                        + "(kafka.ssl.key-location is /, environment)",
                    "kafka.ssl.key-location: / is a folder, not a file (environment)",
                ]
            ),
            (
                ["SECURITY_PROTOCOL": "ssl", "SSL_KEY_PASSWORD": "TEST"],
                ["kafka.ssl.key-password: needs kafka.ssl.key-location (environment)"]
            ),
        ])
    func combinations(_ settings: [String: String], _ expected: [String]) async {
        let problems = await ConfigurationTests.problems(Self.variables(settings))
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, start) in zip(problems, expected) { #expect(problem.hasPrefix(start)) }
    }

    @Test(
        "what is allowed and dangerous is warned of",
        arguments: [
            (
                [:],
                "kafka.security-protocol: jobs, and the card tokens in them, travel to kafka:9092 unencrypted"
            ),
            (
                ["SECURITY_PROTOCOL": "sasl_plaintext", "SASL_USERNAME": "a", "SASL_PASSWORD": "TEST"],
                "kafka.security-protocol: the password and all jobs travel to kafka:9092 unencrypted"
            ),
            (
                ["SECURITY_PROTOCOL": "ssl", "SSL_ENDPOINT_IDENTIFICATION": "none"],
                "kafka.ssl.endpoint-identification: brokers may show a certificate of any host"
            ),
        ])
    func warnings(_ settings: [String: String], _ text: String) async throws {
        let found = try await ConfigurationTests.load(Self.variables(settings)).warnings
        #expect(found.map { "\($0.subject): \($0.message)" }.count { $0.hasPrefix(text) } == 1, "\(found)")
        #expect(found.count == 1)
    }

    @Test("nothing is warned of on this machine, over TLS, and of https")
    func noWarnings() async throws {
        for server in ["localhost:9092", "127.0.0.1:9092", "[::1]:9092"] {
            #expect(
                try await ConfigurationTests.load(Self.variables(["BOOTSTRAP_SERVERS": server])).warnings
                    .isEmpty)
        }
        #expect(
            try await ConfigurationTests.load(Self.variables(["SECURITY_PROTOCOL": "ssl"])).warnings.isEmpty)
    }

    @Test("plain http to another machine is refused, and warned of where it is permitted")
    func plainHTTP() async throws {
        var environment = Self.variables(["BOOTSTRAP_SERVERS": "localhost:9092"])
        environment["COBRADOR_GATEWAY_BASE_URL"] = "http://gateway.example.com"
        #expect(
            await ConfigurationTests.problems(environment) == [
                "gateway.base-url: http to another machine shows the access token; use https (environment)"
            ])
        environment["COBRADOR_GATEWAY_PERMIT_PLAIN_HTTP"] = "true"
        let warnings = try await ConfigurationTests.load(environment).warnings
        #expect(warnings.map(\.subject) == ["gateway.permit-plain-http"])
    }
}

struct TestFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
