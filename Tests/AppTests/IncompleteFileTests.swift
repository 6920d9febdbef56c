import Testing

@testable import App

@Suite("A configuration file that can't be read", .timeLimit(.minutes(1)))
struct IncompleteFileTests {
    @Test("is the only problem: what seems to be missing may stand in it", arguments: ["{", "[]", nil])
    func only(_ text: String?) async throws {
        let folder = try TemporaryFolder()
        let file = try text.map { try folder.write("c.json", $0) } ?? "/nowhere/c.json"
        let sources = ConfigurationSources(
            environment: [
                "COBRADOR_KAFKA_SECURITY_PROTOCOL": "sasl_ssl", "COBRADOR_KAFKA_SSL_KEY_PASSWORD": "TEST",
                "COBRADOR_KAFKA_CONSUMER_RAW_SSL_CIPHER_SUITES": "DEFAULT",
                "COBRADOR_GATEWAY_CONNECTIONS": "8", "COBRADOR_GATEWAY_BASE_URL": "http://gateway.example",
            ], file: file)
        let reading = AppConfiguration.read(sources)
        #expect(reading.problems.map(\.subject) == [file])
        #expect(!reading.isComplete)
    }

    @Test("lets what is wrong elsewhere be told")
    func others() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.json", "{")
        let problems = await ConfigurationTests.problems(
            [
                "COBRADOR_WORKER_WINDOW": "x", "COBRADOR_KAFKA_SASL_USERNAME": "ana",
                "COBRADOR_RETRY_PAUSE_BASE": "9s", "COBRADOR_RETRY_PAUSE_MAX": "1s",
            ], file: file)
        #expect(problems.count == 3, "\(problems)")
        #expect(problems.first?.hasPrefix(file) == true)
        #expect(problems.contains { $0.hasPrefix("retry.pause-base: must not be longer") })
        #expect(problems.contains { $0.hasPrefix("worker.window: must be") })
    }

    @Test("keeps a check from asking anybody: with the defaults it would be somebody else")
    func check() async throws {
        let folder = try TemporaryFolder()
        let sources = ConfigurationSources(
            environment: ConfigurationTests.least, file: try folder.write("c.json", "{"))
        let report = await Check(sources: sources, timeout: .seconds(5)).run()
        #expect(report.status == .configuration)
        let skipped = report.findings.filter { $0.level == .skipped }
        #expect(skipped.map(\.subject) == ["brokers and topics", "credentials"])
        #expect(skipped.allSatisfy { $0.message.hasSuffix("since the configuration file can't be read") })
    }

    @Test("secrets in a file that can be read are warned of, and nothing else is")
    func secrets() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "c.json",
            #"""
            {"gateway.access-token": "TEST-a", "kafka.raw.sasl.kerberos.kinit.cmd": "TEST-b",
             "kafka.sasl.username": "ana", "kafka.sasl.password": "TEST-c", "worker.window": 5,
             "kafka.security-protocol": "sasl_ssl", "kafka.bootstrap-servers": "localhost:9092"}
            """#)
        let configuration = try await AppConfiguration.load(
            ConfigurationSources(environment: ["COBRADOR_KAFKA_SASL_PASSWORD": "TEST-d"], file: file))
        let warnings = configuration.warnings
        #expect(
            warnings.map(\.subject) == ["gateway.access-token", "kafka.raw.sasl.kerberos.kinit.cmd"])
        #expect(warnings.allSatisfy { $0.message.hasPrefix("this secret stands in \(file), ") })
        #expect(warnings.first?.message.contains("the file gateway-access-token of the secrets") == true)
        #expect(!warnings.contains { $0.message.contains("TEST-") })
    }
}
