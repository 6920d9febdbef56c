import Testing

@testable import App
@testable import Kafka

@Suite("What a check makes of what it finds")
struct CheckPartsTests {
    private static func version(_ minor: Int, _ patch: Int = 0) -> LibrdkafkaVersion {
        LibrdkafkaVersion(major: 2, minor: minor, patch: patch)
    }

    @Test("librdkafka: old ones are named with what they can't do; an older library than the headers too")
    func library() {
        let debian = LibraryCheck.finding(runtime: Self.version(0, 2), compiled: Self.version(0, 2))
        #expect(debian.level == .ok)
        #expect(debian.message == "2.0.2")
        #expect(debian.hint?.contains("librdkafka#4059") == true)
        #expect(debian.hint?.contains("before 2.2") == true)
        let later = LibraryCheck.finding(runtime: Self.version(3), compiled: Self.version(0, 2))
        #expect(later.message == "2.3.0, built against the headers of 2.0.2")
        #expect(later.hint?.contains("before 2.2") == false)
        #expect(LibraryCheck.finding(runtime: Self.version(10), compiled: Self.version(0, 2)).level == .ok)
        let older = LibraryCheck.finding(runtime: Self.version(10), compiled: Self.version(11))
        #expect(older.hint?.hasPrefix("An older library than the headers") == true)
    }

    private static func topic(
        _ partitions: Int, leader: Int32? = 1, replicas: Int = 3, error: KafkaErrorCode? = nil
    ) -> ClusterDescription.Topic {
        ClusterDescription.Topic(
            partitions: (0..<partitions).map {
                .init(id: Int32($0), leader: $0 == 1 ? leader : 1, replicas: replicas)
            }, error: error)
    }

    /// What is said about the charge topic of a cluster of three brokers.
    private static func finding(_ topic: ClusterDescription.Topic) async throws -> Finding? {
        let configuration = try await ConfigurationTests.load()
        let cluster = ClusterDescription(
            id: nil, brokers: (1...3).map { .init(id: $0, address: "kafka-\($0):9092") },
            topics: ["cobrador.jobs.charge-saved-card": topic])
        return TopicCheck(configuration).findings(cluster).first
    }

    @Test("a topic: partitions without a leader and refused rights fail, one copy is a thought")
    func topics() async throws {
        #expect(try await Self.finding(Self.topic(3))?.level == .ok)
        let orphan = try await Self.finding(Self.topic(3, leader: nil))
        #expect(orphan?.level == .failed)
        #expect(orphan?.message == "jobs, 3 partitions, of which 1 has no leader")
        let forbidden = try await Self.finding(Self.topic(0, error: .topicAuthorizationFailed))
        #expect(forbidden?.status == .noPermission)
        let single = try await Self.finding(Self.topic(3, replicas: 1))
        #expect(single?.message == "jobs, 3 partitions, kept by one broker only")
    }

    @Test(
        "librdkafka's words become advice",
        arguments: [
            (
                KafkaErrorCode.authentication, "SASL authentication error: Authentication failed",
                "refuse the login"
            ),
            (.authentication, "SASL Handshake not supported by broker", "takes no login"),
            (.nameNotResolved, "Failed to resolve 'x:1'", "has no address here"),
            (.transport, "Connect to ipv4#1 failed: Connection refused", "Nobody listens"),
            (
                .transport,
                "Receive failed: Invalid response size 1213486160 (0..100000000): increase "
                    + "receive.message.max.bytes", "not as Kafka does without TLS"
            ),
            (.transport, "Disconnected while requesting ApiVersion", "may not be that port's"),
            (.transport, "SSL handshake failed: connecting to a PLAINTEXT broker listener?", "speaks no TLS"),
            (.tls, "SSL handshake failed: error:0A00010B:SSL routines::wrong version number", "no TLS"),
            (.timedOut, "", "no Kafka"),
            (.transport, "tlsv13 alert certificate required", "want a certificate"),
            (.tls, "certificate verify failed", "kafka.ssl.ca-location"),
            (.tls, "something else", "See the settings kafka.ssl"),
            (.timedOut, "", "--timeout gives it longer"),
        ])
    func hints(_ code: KafkaErrorCode, _ text: String, _ advice: String) {
        #expect(ConnectionHint.hint(code: code, text: text).contains(advice))
    }

    @Test("a refused login is 77; a port that takes none is 69")
    func login() {
        let kafka = KafkaConfiguration(bootstrapServers: ["k:1"])
        func status(_ text: String) -> App.ExitStatus {
            let reason = ProbeFailure.Reason(code: .authentication, text: text)
            let failure = ProbeFailure(code: .timedOut, reasons: [reason])
            return ConnectionHint.finding(failure, kafka, .seconds(1)).status
        }
        #expect(status("sasl_ssl://k:1/bootstrap: SASL authentication error: wrong") == .noPermission)
        #expect(status("SASL Handshake not supported by broker (required by PLAIN)") == .unavailable)
    }

    @Test("the summary counts what is wrong and what is to think about")
    func summary() {
        let untried = "\nNot tried: whether this user may read the topics of jobs, and write to the others."
        func end(_ findings: [Finding]) -> String {
            let text = CheckReport(findings: findings, settings: []).text(
                style: Style(isColoured: false), explains: false)
            return text.split(separator: "\n\n").last.map(String.init) ?? ""
        }
        let thought = Finding.warning(.kafka, "a", "b", hint: nil)
        let failure = Finding.failed(.kafka, "a", "b", hint: nil)
        #expect(end([]) == "A worker can start." + untried)
        #expect(end([thought]) == "A worker can start. There is 1 thing to think about." + untried)
        let twice = "A worker can start. There are 2 things to think about." + untried
        #expect(end([thought, thought]) == twice)
        #expect(end([failure]) == "1 thing is wrong. Exit code 69.")
        #expect(end([failure, thought]) == "1 thing is wrong, 1 thing to think about. Exit code 69.")
    }
}
