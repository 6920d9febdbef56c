import Testing

@testable import Kafka

extension Cluster {
    /// A transactional producer that isn't initialized.
    func transactional(
        _ id: String = "worker-0", _ adjust: (inout TransactionalProducerConfiguration) -> Void = { _ in }
    ) throws -> TransactionalProducer {
        // Records linger, so that the two of a batch share a request and meet one ordered error together.
        let producer = ProducerConfiguration(kafka: kafka)
        var configuration = TransactionalProducerConfiguration(producer: producer, transactionalID: id)
        adjust(&configuration)
        return try TransactionalProducer(configuration, logger: Cluster.logger)
    }

    /// A transactional producer that is ready to write to the topic `events`.
    func ready(
        _ id: String = "worker-0", _ adjust: (inout TransactionalProducerConfiguration) -> Void = { _ in }
    ) async throws -> TransactionalProducer {
        let producer = try transactional(id, adjust)
        try await producer.initialize(priming: ["events"])
        return producer
    }

    /// Returns once a broker has taken the last ordered answer of a kind, so while the request is under way.
    func waitForRequest(_ request: EmbeddedBroker.Request) async throws {
        while try broker.pendingAnswers(request, broker: 1) > 0 {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}

/// A batch of two records and one offset of a group without members.
func batch(_ text: String = "event") -> SealedBatch {
    let offset = TopicPartitionOffset(
        topicPartition: partition(0), offset: 7, metadata: "map", epoch: AssignmentEpoch(rawValue: 1))
    return SealedBatch(
        records: (0..<2).map {
            ProducerRecord(topic: "events", partition: 0, value: Array("\(text) \($0)".utf8))
        },
        offsets: SealedOffsets(positions: [offset], group: ConsumerGroupMetadata(groupID: "group")))
}
