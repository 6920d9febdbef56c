import Testing

@testable import Kafka

@Suite("Security of connections")
struct SecurityTests {
    private static let login = KafkaSASL(mechanism: .scram512, user: "me", password: KafkaSecret("pw"))
    private static let plain = KafkaSASL(mechanism: .plain, user: "me", password: KafkaSecret("pw"))
    private static let client = KafkaTLS.ClientCertificate(
        certificateFile: "/cert", keyFile: "/key", keyPassword: KafkaSecret("kp"))

    /// What is written in code, and what librdkafka must be given for it, to the letter.
    private static let golden: [(KafkaSecurity, String)] = [
        (.plaintext, "security.protocol=plaintext"),
        (.tls(KafkaTLS()), "security.protocol=ssl ssl.endpoint.identification.algorithm=https"),
        (
            .tls(KafkaTLS(authorities: .file("/ca"), endpointIdentification: .off)),
            "security.protocol=ssl ssl.ca.location=/ca ssl.endpoint.identification.algorithm=none"
        ),
        (
            .tls(KafkaTLS(authorities: .pem("PEM"), clientCertificate: client)),
            "security.protocol=ssl ssl.ca.pem=PEM ssl.certificate.location=/cert ssl.key.location=/key "
                + "ssl.key.password=kp ssl.endpoint.identification.algorithm=https"
        ),
        (
            .sasl(plain, tls: nil),
            "security.protocol=sasl_plaintext sasl.mechanism=PLAIN sasl.username=me sasl.password=pw"
        ),
        (
            .sasl(login, tls: KafkaTLS(clientCertificate: .init(certificateFile: "/c", keyFile: "/k"))),
            "security.protocol=sasl_ssl sasl.mechanism=SCRAM-SHA-512 sasl.username=me sasl.password=pw "
                + "ssl.certificate.location=/c ssl.key.location=/k "
                + "ssl.endpoint.identification.algorithm=https"
        ),
    ]

    @Test("becomes exactly librdkafka's properties", arguments: golden.indices)
    func settings(_ index: Int) {
        let (security, text) = Self.golden[index]
        #expect(security.settings.map { "\($0.name)=\($0.value)" }.joined(separator: " ") == text)
        #expect(security.problems(raw: [:]).isEmpty)
    }

    @Test("passwords and keys are secrets")
    func secrets() {
        let all = KafkaSecurity.sasl(Self.login, tls: KafkaTLS(clientCertificate: Self.client))
        #expect(all.settings.filter(\.isSecret).map(\.name) == ["sasl.password", "ssl.key.password"])
    }

    @Test("the mechanisms have librdkafka's names, and librdkafka takes each")
    func mechanisms() throws {
        #expect(KafkaSASL.Mechanism.allCases.map(\.rawValue) == ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
        for mechanism in KafkaSASL.Mechanism.allCases {
            var kafka = KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"])
            kafka.security = .sasl(
                KafkaSASL(mechanism: mechanism, user: "me", password: KafkaSecret("pw")), tls: KafkaTLS())
            try ProducerConfiguration(kafka: kafka).check()
        }
    }

    @Test(
        "what would be ignored, is empty, or takes anybody for a broker is a problem",
        arguments: [
            (KafkaSecurity.plaintext, "ssl.cipher.suites", "DEFAULT"),
            (.plaintext, "sasl.kerberos.principal", "x"),
            (.sasl(login, tls: nil), "ssl.crl.location", "/x"),
            (.tls(KafkaTLS()), "sasl.oauthbearer.config", "x"),
            (.tls(KafkaTLS()), "ssl.ca.location", "/x"),
            (.tls(KafkaTLS()), "ssl.ca.pem", "x"),
            (.tls(KafkaTLS()), "ssl.endpoint.identification.algorithm", "none"),
            (.tls(KafkaTLS()), "enable.ssl.certificate.verification", "false"),
        ])
    func raw(_ security: KafkaSecurity, _ name: String, _ value: String) {
        var kafka = KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"])
        kafka.security = security
        kafka.raw = [name: value]
        #expect(Self.problems(kafka) == [name])
    }

    @Test("an empty user, password or path is a problem")
    func empty() {
        var kafka = KafkaConfiguration(bootstrapServers: ["127.0.0.1:1"])
        let nobody = KafkaSASL(mechanism: .plain, user: "", password: KafkaSecret(""))
        let nothing = KafkaTLS.ClientCertificate(certificateFile: "", keyFile: "")
        kafka.security = .sasl(
            nobody, tls: KafkaTLS(authorities: .file(""), clientCertificate: nothing))
        #expect(
            Set(Self.problems(kafka)) == [
                "sasl.username", "sasl.password", "ssl.ca.location", "ssl.certificate.location",
                "ssl.key.location",
            ])
    }

    private static func problems(_ kafka: KafkaConfiguration) -> [String] {
        do throws(KafkaError) {
            try ProducerConfiguration(kafka: kafka).check()
            return []
        } catch {
            guard case .invalidConfiguration(let problems) = error else { return ["\(error)"] }
            return problems.map(\.name)
        }
    }
}

@Suite("Names of secrets")
struct SecretNameTests {
    @Test(
        "whatever may hold a secret is one, in any spelling",
        arguments: [
            "sasl.kerberos.kinit.cmd", "ssl.key.pem", "ssl.keystore.password", "sasl.oauthbearer.config",
            "sasl.oauthbearer.client.secret", "SASL.Jaas.Config", "some.CREDENTIAL", "basic.auth.user.info",
            "sasl.oauthbearer.token.endpoint.url",
        ])
    func secret(_ name: String) {
        #expect(KafkaSecret.isLikely(in: name))
        #expect(Setting(raw: name, "x").isSecret)
    }

    @Test("the rest isn't", arguments: ["client.rack", "retries", "sasl.mechanism", "debug", "check.crcs"])
    func open(_ name: String) {
        #expect(!KafkaSecret.isLikely(in: name))
    }
}
