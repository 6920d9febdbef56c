import Kafka
import Logging

/// Reads everything on some topics from their beginning, and commits nothing.
struct TopicReader: Sendable {
    private let consumer: Consumer
    private let topics: [String]
    /// Records of one partition that may be on their way to `receive`.
    private static let window = 10_000

    init(_ configuration: ConsumerConfiguration, topics: [String], logger: Logger) throws(CommandFailure) {
        consumer = try Composition.makeConsumer(configuration, logger: logger)
        self.topics = topics
    }

    /// Hands records over until the reader is closed.
    func run(_ receive: @Sendable ([ConsumedRecord]) async -> Void) async throws(CommandFailure) {
        do throws(KafkaError) {
            try await consumer.subscribe(topics)
            consumer.grant(total: Self.window * 100, partitions: [:])
            while true {
                let events = await consumer.next()
                if events.isEmpty { return }
                for event in events { try await handle(event, receive) }
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    func close() async { await consumer.close(deadline: .seconds(2)) }

    private func handle(
        _ event: ConsumerEvent, _ receive: @Sendable ([ConsumedRecord]) async -> Void
    ) async throws(KafkaError) {
        switch event {
        case .assigning(let assignment):
            let partitions = assignment.partitions.map(\.topicPartition)
            let starts = partitions.map { ($0, StartOffset.earliest) }
            _ = await consumer.start(epoch: assignment.epoch, from: Dictionary(uniqueKeysWithValues: starts))
            let credit = partitions.map { ($0, Self.window) }
            consumer.grant(total: 0, partitions: Dictionary(uniqueKeysWithValues: credit))
        case .records(let records):
            await receive(records)
            let used = Dictionary(records.map { ($0.topicPartition, 1) }, uniquingKeysWith: +)
            consumer.grant(total: records.count, partitions: used)
        case .revoking(let epoch, _): _ = await consumer.release(epoch: epoch)
        case .lost, .warning: break
        case .partitionFailed(_, _, let error), .failed(let error): throw error
        }
    }
}
