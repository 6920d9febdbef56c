import Testing

@testable import Kafka

@Suite("A fault of the embedded broker", .timeLimit(.minutes(1)))
struct BrokerFaultTests {
    private let record = ProducerRecord(topic: "jobs", partition: 0, value: [1])

    @Test("comes and goes: errors, a topic, a leader")
    func comesAndGoes() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let broker = cluster.broker
        let producer = try cluster.producer()
        try await producer.prime(["jobs"])
        try broker.apply(.errors([.messageTooLarge, .messageTooLarge], .produce))
        await #expect(throws: ProduceError.self) { try await producer.send(record) }
        try broker.apply(.noErrors(.produce))
        await producer.close(deadline: .seconds(5))
        let second = try cluster.producer()
        #expect(try await second.send(record).offset == 0)
        try broker.apply(.topic("jobs", .unknownTopicOrPartition))
        await #expect(throws: KafkaError.broker(.unknownTopicOrPartition)) {
            try await second.partitionCount(of: "jobs")
        }
        try broker.apply(.topic("jobs", nil))
        await second.close(deadline: .seconds(5))
        try broker.apply(.leader(partition(0), broker: nil))
        let consumer = try cluster.consumer()
        await #expect(throws: KafkaError.self) {
            try await consumer.ends(of: [partition(0)], timeout: .milliseconds(200))
        }
        try broker.apply(.leader(partition(0), broker: 1))
        // A client of its own: another remembers for a while that there was none.
        let third = try cluster.producer()
        #expect(try await third.send(record).offset == 1)
        await third.close(deadline: .seconds(5))
        await consumer.close(deadline: .seconds(5))
    }

    @Test("answers of a broker are given one by one, and counted")
    func answers() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer()
        try await producer.prime(["jobs"])
        let answers = [
            BrokerFault.Answer(error: .init(rawValue: 19)),
            BrokerFault.Answer(error: nil, delay: .milliseconds(20)),
        ]
        try cluster.broker.apply(.answers(answers, .produce, broker: 1))
        #expect(try cluster.broker.pendingAnswers(.produce, broker: 1) == 2)
        #expect(try await producer.send(record).offset == 0)
        #expect(try cluster.broker.pendingAnswers(.produce, broker: 1) == 0)
        await producer.close(deadline: .seconds(5))
    }

    @Test("answers are taken back, whatever they are and for whichever request")
    func takenBack() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let answers =
            [BrokerFault.Answer(error: .transport)]
            + Array(repeating: BrokerFault.Answer(error: nil, delay: .seconds(300)), count: 5)
            + Array(repeating: BrokerFault.Answer(error: .init(rawValue: 16)), count: 120)
        for request in EmbeddedBroker.Request.allCases {
            try cluster.broker.apply(.answers(answers, request, broker: 1))
        }
        try await cluster.broker.takeBackAnswers(broker: 1)
        for request in EmbeddedBroker.Request.allCases {
            #expect(try cluster.broker.pendingAnswers(request, broker: 1) == 0, "\(request)")
        }
        let producer = try cluster.producer()
        #expect(try await producer.send(record).offset == 0)
        let consumer = try cluster.consumer()
        #expect(try await EventReader(consumer).join(["jobs"], credit: 1).names == [partition(0)])
        await consumer.close(deadline: .seconds(5))
        await producer.close(deadline: .seconds(5))
        await #expect(throws: KafkaError.self) { try await cluster.broker.takeBackAnswers(broker: 2) }
    }

    @Test("moves a coordinator, and a producer follows")
    func coordinator() async throws {
        let broker = try EmbeddedBroker(
            topics: [("events", 1)], brokers: 2, logger: Cluster.logger)
        try broker.apply(.coordinator(.transaction("worker-0"), broker: 1))
        var configuration = TransactionalProducerConfiguration(
            producer: ProducerConfiguration(
                kafka: KafkaConfiguration(bootstrapServers: [broker.bootstrapServers])),
            transactionalID: "worker-0")
        configuration.producer.linger = .zero
        let producer = try TransactionalProducer(configuration, logger: Cluster.logger)
        try await producer.initialize(priming: ["events"])
        let batch = SealedBatch(records: [ProducerRecord(topic: "events", partition: 0, value: [1])])
        #expect(await producer.commit(batch) == .committed)
        try broker.apply(.coordinator(.transaction("worker-0"), broker: 2))
        #expect(await producer.commit(batch) == .committed)
        try broker.apply(.coordinator(.group("group"), broker: 2))
        await producer.close(deadline: .seconds(5))
    }

    @Test("of something that isn't there is refused")
    func refused() throws {
        let broker = try EmbeddedBroker(topics: [("jobs", 1)], logger: Cluster.logger)
        let faults: [BrokerFault] = [
            .down(broker: 9), .up(broker: 9), .latency(.zero, broker: 9),
            .answers([.init(error: nil)], .produce, broker: 9),
        ]
        for fault in faults { #expect(throws: KafkaError.self) { try broker.apply(fault) } }
        #expect(throws: KafkaError.invalidTopic("")) { try broker.apply(.topic("", nil)) }
        #expect(throws: KafkaError.invalidTopic("")) {
            try broker.apply(.leader(partition(0, of: ""), broker: 1))
        }
        broker.close()
        #expect(throws: KafkaError.closed) { try broker.apply(.noErrors(.produce)) }
        #expect(throws: KafkaError.closed) { try broker.pendingAnswers(.produce, broker: 1) }
    }
}
