import Kafka
import Logging
import PaymentJobs
import Testing

@testable import App

@Suite("Enqueueing", .timeLimit(.minutes(1)))
struct EnqueueTests {
    private static let good = #"{"job_id":"a","customer_id":"1-a","token":"t","transaction_amount":"10.00"}"#
    private static let event = """
        {"specversion":"1.0","id":"e-1","source":"/shop","type":"register-card",\
        "data":{"job_id":"r","customer":{"email":"a@example.com"},"token":"t"}}
        """

    private static func enqueue(_ bootstrap: String, _ environment: [String: String] = [:]) -> Enqueue {
        let own = ["COBRADOR_KAFKA_BOOTSTRAP_SERVERS": bootstrap]
        return Enqueue(
            sources: ConfigurationSources(environment: own.merging(environment) { $1 }),
            kind: .chargeSavedCard,
            terminal: Terminal(isTerminal: false, isColoured: false))
    }

    @Test("jobs are on their topics under the contract's keys, as CloudEvents in binary mode")
    func records() async throws {
        let topics = BrokerProcess.usualTopics.map { (name: $0.0, partitions: 2) }
        let broker = try EmbeddedBroker(topics: topics, logger: Logger(label: "broker"))
        let folder = try TemporaryFolder()
        let file = try folder.write("jobs.ndjson", "\(Self.good)\nnot json\n\(Self.event)\n")
        var enqueue = Self.enqueue(broker.bootstrapServers)
        enqueue.source = "/tests"
        enqueue.skipInvalid = true
        #expect(try await enqueue.run(.file(file)).hasPrefix("2 jobs enqueued, all acknowledged"))

        let found = try await Self.read(2, broker.bootstrapServers, topics.map(\.name))
        let charge = try #require(found.first { $0.topic == "cobrador.jobs.charge-saved-card" })
        #expect(charge.key == Array("1-a".utf8))
        #expect(charge.value == Array(Self.good.utf8))
        let headers = Dictionary(
            uniqueKeysWithValues: charge.headers.map {
                ($0.name, String(decoding: $0.value ?? [], as: UTF8.self))
            })
        #expect(headers["ce_time"]?.hasSuffix("Z") == true)
        #expect(
            headers.filter { $0.key != "ce_time" } == [
                "content-type": "application/json", "ce_specversion": "1.0", "ce_id": "a",
                "ce_source": "/tests",
                "ce_type": "charge-saved-card",
            ])
        let card = try #require(found.first { $0.topic == "cobrador.jobs.register-card" })
        #expect(card.key == Array("a@example.com".utf8))
        #expect(card.headers.contains { $0.name == "ce_id" && $0.value == Array("e-1".utf8) })
    }

    /// The first `count` records on `topics`.
    private static func read(
        _ count: Int, _ bootstrap: String, _ topics: [String]
    ) async throws -> [ConsumedRecord] {
        var settings = ConsumerConfiguration(
            kafka: KafkaConfiguration(bootstrapServers: [bootstrap]), groupID: "tests")
        settings.sessionTimeout = .milliseconds(3500)
        settings.heartbeatInterval = .milliseconds(300)
        settings.fetchWaitMax = .milliseconds(10)
        let reader = try TopicReader(settings, topics: topics, logger: Logger(label: "reader"))
        let (records, record) = AsyncStream.makeStream(of: ConsumedRecord.self)
        return try await beside("the reader") {
            try await reader.run { for item in $0 { record.yield(item) } }
        } stop: {
            await reader.close()
        } _: {
            var found: [ConsumedRecord] = []
            for await item in records {
                found.append(item)
                if found.count == count { break }
            }
            return found
        }
    }

    @Test("what can't be sent says why, with the exit code for it")
    func failures() async throws {
        let folder = try TemporaryFolder()
        let bad = try folder.write("bad.ndjson", "\(Self.good)\n{}\n")
        let good = try folder.write("good.ndjson", Self.good)
        let empty = try folder.write("empty.ndjson", "\n\n")
        let cases: [(Enqueue.Input, [String: String], App.ExitStatus, String)] = [
            (.file(bad), [:], .data, "nothing was sent:\n  line 2: job_id: is required"),
            (.file(empty), [:], .data, "there is no job"),
            (.file("/nowhere/jobs"), [:], .io, "can't open /nowhere/jobs"),
            (.job(JobOptions()), [:], .data, "job_id: is required"),
            (
                .file(good), ["COBRADOR_TOPICS_CHARGE_SAVED_CARD": "off"], .configuration,
                "charge-saved-card is off"
            ),
            (
                .file(good), ["COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "x"], .configuration,
                "kafka.bootstrap-servers"
            ),
        ]
        for (input, environment, status, text) in cases {
            let failure = await #expect(throws: CommandFailure.self) {
                try await Self.enqueue("127.0.0.1:1", environment).run(input)
            }
            #expect(failure?.status == status)
            #expect(failure?.description.contains(text) == true, "\(failure?.description ?? "")")
        }
    }
}
