import Kafka
import Logging
import Pipeline

/// Answers first, each acknowledged on its own; positions are the consumer's to commit afterwards.
struct IdempotentDelivery: Delivery {
    private let outbox: Outbox
    private let producer: Producer
    private let consumer: Consumer
    private let logger: Logger

    init(
        producer: Producer, consumer: Consumer, topics: Topics, retryPause: Duration,
        time: any Timekeeper, logger: Logger
    ) {
        outbox = Outbox(
            producer: producer, topics: topics, retryPause: retryPause, time: time, logger: logger)
        self.producer = producer
        self.consumer = consumer
        self.logger = logger
    }

    var isAtomic: Bool { false }

    func put(_ completion: Completion) async { await outbox.put(completion) }

    func drop(tenure: Int) async { await outbox.drop(tenure: tenure) }

    func run(settling settle: @escaping @Sendable ([Settlement]) async -> Void) async throws(WorkerError) {
        try await outbox.run(settling: settle)
    }

    func take() -> [LetterQueue.Entry] { [] }

    func nextTake() -> ContinuousClock.Instant? { nil }

    func commit(
        _ answers: [LetterQueue.Entry], at positions: [TopicPartitionOffset]
    ) async -> DeliveryOutcome {
        do throws(KafkaError) {
            try await consumer.commit(positions)
            return .committed(except: [])
        } catch {
            logger.warning("positions could not be committed", metadata: ["kafka.error": "\(error)"])
            if error.isOver { return .notOurs }
            guard case .partitions(let codes) = error else { return .failed }
            return .committed(except: Set(codes.keys))
        }
    }

    func resolve(_ answers: [LetterQueue.Entry], at positions: [TopicPartitionOffset]) -> Bool? { true }

    func stop() async { await outbox.stop() }

    func close(deadline: Duration) async { await producer.close(deadline: deadline) }
}
