import ExactJSON
import Kafka
import Logging
import Testing

@testable import App

@Suite("The control port of the broker", .timeLimit(.minutes(1)))
struct BrokerControlTests {
    private static let logger = Logger(label: "control-tests") { _ in SwiftLogNoOpLogHandler() }
    private static let record = ProducerRecord(topic: "jobs", partition: 0, value: [1])
    private static let nothing: JSON = ["broker": "up", "latency_ms": 0, "pending": [:], "topics": [:]]

    /// A broker, and its control port.
    private struct Stage: Sendable {
        let broker: EmbeddedBroker
        let http: LoopbackHTTP

        var kafka: KafkaConfiguration { KafkaConfiguration(bootstrapServers: [broker.bootstrapServers]) }

        func producer() throws -> Producer {
            var configuration = ProducerConfiguration(kafka: kafka)
            configuration.linger = .zero
            return try Producer(configuration, logger: BrokerControlTests.logger)
        }

        @discardableResult
        func order(_ text: String) async throws -> JSON {
            let answer = try await http.send("POST", "/faults", Array(text.utf8))
            #expect(answer.status == 201, "\(answer.body)")
            return answer.body
        }

        func state() async throws -> JSON { try await http.send("GET", "/faults").body }

        func clear() async throws {
            let answer = try await http.send("DELETE", "/faults")
            #expect(answer.status == 200)
            #expect(answer.body.canonical() == nothing.canonical())
        }
    }

    private static func run(_ body: @escaping @Sendable (Stage) async throws -> Void) async throws {
        let broker = try EmbeddedBroker(topics: [("jobs", 1)], logger: logger)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let control = BrokerControl(broker, topics: ["jobs"], logger: logger) { url in
            if let number = url.split(separator: ":").last.flatMap({ Int($0) }) { port.yield(number) }
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await control.run()
                return false
            }
            group.addTask {
                for await port in ports {
                    try await body(Stage(broker: broker, http: LoopbackHTTP(port: port)))
                    return true
                }
                return false
            }
            defer { group.cancelAll() }
            while let isDone = try await group.next(), !isDone {}
        }
        broker.close()
    }

    @Test("a producer sees as many errors as were ordered, and then none")
    func errors() async throws {
        try await Self.run { stage in
            let producer = try stage.producer()
            try await producer.prime(["jobs"])
            #expect(try await stage.state().canonical() == Self.nothing.canonical())
            let text = #"{"request": "produce", "error": "MESSAGE_TOO_LARGE", "count": 2}"#
            #expect(try await stage.order(text)["pending"] == ["produce": 2])
            await #expect(throws: ProduceError.failed(.messageTooLarge)) {
                try await producer.send(Self.record)
            }
            #expect(try await stage.state()["pending"] == ["produce": 1])
            await #expect(throws: ProduceError.failed(.messageTooLarge)) {
                try await producer.send(Self.record)
            }
            #expect(try await stage.state()["pending"] == [:])
            await producer.close(deadline: .seconds(5))
            let second = try stage.producer()
            #expect(try await second.send(Self.record).offset == 0)
            await second.close(deadline: .seconds(5))
        }
    }

    @Test("a consumer sees a lost connection, a held answer and a refused commit")
    func consumer() async throws {
        try await Self.run { stage in
            var configuration = ConsumerConfiguration(kafka: stage.kafka, groupID: "group")
            configuration.sessionTimeout = .milliseconds(3500)
            configuration.heartbeatInterval = .milliseconds(300)
            try await stage.order(
                """
                [{"request": "find-coordinator", "error": "TRANSPORT"},
                 {"request": "offset-fetch", "delay_ms": 300},
                 {"request": "offset-commit", "error": "OFFSET_METADATA_TOO_LARGE"}]
                """)
            // A client looks for its coordinator as soon as there is one.
            let consumer = try Consumer(configuration, logger: Self.logger)
            try await consumer.subscribe(["jobs"])
            var epoch: AssignmentEpoch?
            while epoch == nil {
                for event in await consumer.next() {
                    if case .assigning(let assignment) = event { epoch = assignment.epoch }
                }
            }
            let state = try await stage.state()
            #expect(state["pending"] == ["offset-commit": 1], "\(state)")
            let partition = TopicPartition(topic: "jobs", partition: 0)
            let position = TopicPartitionOffset(
                topicPartition: partition, offset: 1, epoch: try #require(epoch))
            await #expect(throws: KafkaError.partitions([partition: .offsetMetadataTooLarge])) {
                try await consumer.commit([position])
            }
            try await consumer.commit([position])
            await consumer.close(deadline: .seconds(5))
        }
    }

    @Test("an answer gets lost although the record is written; down and up again make the client go on")
    func lost() async throws {
        try await Self.run { stage in
            let producer = try stage.producer()
            try await producer.prime(["jobs"])
            try await stage.order(#"{"request": "produce", "lost": true}"#)
            async let sent = producer.send(Self.record)
            while try await stage.state()["pending"] != [:] { await Task.yield() }
            #expect(try await stage.order(#"{"broker": "down"}"#)["broker"] == "down")
            #expect(try await stage.order(#"{"broker": "up"}"#)["broker"] == "up")
            _ = try await sent
            // The embedded broker knows no sequence numbers: the repetition is a second record.
            let other = try stage.producer()
            #expect(try await other.send(Self.record).offset == 2)
            await producer.close(deadline: .seconds(5))
            await other.close(deadline: .seconds(5))
        }
    }

    @Test("a topic fails until it is told not to")
    func topic() async throws {
        try await Self.run { stage in
            let text = #"{"topic": "jobs", "error": "TOPIC_AUTHORIZATION_FAILED"}"#
            #expect(try await stage.order(text)["topics"] == ["jobs": "TOPIC_AUTHORIZATION_FAILED"])
            let producer = try stage.producer()
            await #expect(throws: KafkaError.broker(.topicAuthorizationFailed)) {
                try await producer.partitionCount(of: "jobs")
            }
            #expect(try await stage.order(#"{"topic": "jobs", "error": null}"#)["topics"] == [:])
            #expect(try await producer.partitionCount(of: "jobs") == 1)
            await producer.close(deadline: .seconds(5))
        }
    }

    @Test("deleting leaves nothing, of every kind of request, and a broker that is up")
    func deletes() async throws {
        try await Self.run { stage in
            for request in EmbeddedBroker.Request.allCases {
                let name = request.controlName
                try await stage.order(
                    """
                    [{"request": "\(name)", "error": "NOT_COORDINATOR", "count": 150},
                     {"request": "\(name)", "error": "TRANSPORT", "count": 3},
                     {"request": "\(name)", "lost": true, "count": 2},
                     {"request": "\(name)", "delay_ms": 60000, "error": "NOT_COORDINATOR"}]
                    """)
            }
            let before = try await stage.order(
                """
                [{"topic": "jobs", "error": "INVALID_TOPIC_EXCEPTION"}, {"latency_ms": 60000},
                 {"broker": "down"}]
                """)
            #expect(before["pending"]?.object?.names.count == EmbeddedBroker.Request.allCases.count)
            #expect(before["pending"]?["join-group"] == 156)
            #expect(before["latency_ms"] == 60000)
            try await stage.clear()
            let producer = try stage.producer()
            #expect(try await producer.send(Self.record).offset == 0)
            await producer.close(deadline: .seconds(5))
            try await stage.clear()
        }
    }

    @Test(
        "what can't be understood is refused with 400 and words, and nothing of it happens",
        arguments: [
            ("", "the body is not valid JSON"),
            ("{", "the body is not valid JSON"),
            ("5", "a fault must be a JSON object"),
            ("[]", "the array is empty"),
            ("{}", "exactly one of"),
            (#"{"broker": "down", "latency_ms": 5}"#, "exactly one of"),
            (#"{"broker": "sideways"}"#, "broker must be up or down"),
            (#"{"broker": 1}"#, "broker must be a string"),
            (#"{"latency_ms": -1}"#, "latency_ms must be an integer from 0"),
            (#"{"latency_ms": 1.5}"#, "latency_ms must be an integer from 0"),
            (#"{"request": "write", "lost": true}"#, "request must be one of add-offsets-to-txn, "),
            (#"{"request": "metadata", "lost": true}"#, "fail it for a topic"),
            (#"{"request": "produce"}"#, "needs error, delay_ms or lost"),
            (#"{"request": "produce", "lost": false}"#, "needs error, delay_ms or lost"),
            (#"{"request": "produce", "lost": true, "delay_ms": 5}"#, "lost goes with neither"),
            (#"{"request": "produce", "error": "Not_Coordinator"}"#, "as Kafka's protocol spells it"),
            (#"{"request": "produce", "error": "NONE"}"#, "as Kafka's protocol spells it"),
            (#"{"request": "produce", "error": "TRANSPORT", "delay_ms": 5}"#, "without delay_ms"),
            (#"{"request": "produce", "error": null}"#, "error must be a string"),
            (#"{"request": "produce", "lost": true, "count": 0}"#, "count must be an integer from 1 to 1000"),
            (#"{"request": "produce", "lost": true, "times": 2}"#, "unknown name times"),
            (#"{"topic": "job", "error": null}"#, "there is no topic job"),
            (#"{"topic": "jobs"}"#, "topic needs error"),
            (#"{"topic": "jobs", "error": "TRANSPORT"}"#, "as Kafka's protocol spells it"),
            (#"[{"request": "produce", "lost": true}, {"broker": "sideways"}]"#, "broker must be"),
        ])
    func refused(_ body: String, _ words: String) async throws {
        try await Self.run { stage in
            let answer = try await stage.http.send("POST", "/faults", Array(body.utf8))
            #expect(answer.status == 400)
            #expect(answer.body["error"]?.string?.contains(words) == true, "\(answer.body)")
            #expect(try await stage.state().canonical() == Self.nothing.canonical())
        }
    }

    @Test("other paths and methods are refused")
    func routes() async throws {
        try await Self.run { stage in
            let elsewhere = try await stage.http.send("GET", "/")
            #expect(elsewhere.status == 404)
            let method = try await stage.http.send("PUT", "/faults")
            #expect(method.status == 405)
        }
    }
}
