import Kafka
import Logging
import PaymentJobs
import Pipeline

/// Answers and positions in one transaction.
///
/// A producer that is spent is replaced: initializing its successor makes the coordinator finish what was left
/// open, and only then the group's committed offsets tell what became of a doubtful transaction.
actor AtomicDelivery: Delivery {
    private let configuration: TransactionalProducerConfiguration
    private let consumer: Consumer
    private let topics: Topics
    private let retryPause: Duration
    private let time: any Timekeeper
    private let logger: Logger
    private var producer: TransactionalProducer
    private var isSpent = false
    private var queue: LetterQueue
    private let stopBell = Bell()
    private var isStopping = false

    /// Answers in one transaction: what is written in a small part of its time limit.
    private static let answersMax = 2000
    /// A producer that is replaced may take so long to end; what it had left is fenced.
    private static let closing: Duration = .milliseconds(100)

    nonisolated let isAtomic = true

    init(
        producer: TransactionalProducer, configuration: TransactionalProducerConfiguration,
        consumer: Consumer, topics: Topics, retryPause: Duration, time: any Timekeeper, logger: Logger
    ) {
        self.producer = producer
        self.configuration = configuration
        self.consumer = consumer
        self.topics = topics
        self.retryPause = retryPause
        self.time = time
        self.logger = logger
        queue = LetterQueue(retryPause: retryPause)
    }

    func put(_ completion: Completion) { queue.add(completion) }

    func drop(tenure: Int) { queue.drop(tenure: tenure) }

    func run(settling settle: @escaping @Sendable ([Settlement]) async -> Void) async throws(WorkerError) {
        while !isStopping { await stopBell.wait() }
    }

    func take() -> [LetterQueue.Entry] {
        queue.take(at: time.now, limit: Self.answersMax, isAtomic: true)
    }

    func nextTake() -> ContinuousClock.Instant? { queue.hasFresh ? time.now : queue.nextTry }

    func commit(
        _ answers: [LetterQueue.Entry], at positions: [TopicPartitionOffset]
    ) async -> DeliveryOutcome {
        let offsets: SealedOffsets
        do throws(KafkaError) {
            offsets = try await consumer.seal(positions)
        } catch {
            queue.putBack(answers, at: time.now)
            logger.warning("positions could not be sealed", metadata: ["kafka.error": "\(error)"])
            return error.isOver ? .notOurs : .failed
        }
        do throws(WorkerError) {
            guard try await isReady(for: answers) else {
                queue.putBack(answers, at: time.now)
                return .failed
            }
        } catch {
            return .over(error)
        }
        let records = answers.compactMap(\.letter).map(topics.record)
        return note(await producer.commit(SealedBatch(records: records, offsets: offsets)), answers)
    }

    private func note(_ outcome: TransactionOutcome, _ answers: [LetterQueue.Entry]) -> DeliveryOutcome {
        if case .committed = outcome {
            for entry in answers { queue.sent(entry) }
            return .committed(except: [])
        }
        logger.warning(
            "a transaction was not committed",
            metadata: ["kafka.outcome": "\(outcome)", "kafka.records": "\(answers.count)"])
        isSpent = isSpent || outcome.mustReplaceProducer
        if outcome.mayBeCommitted { return .doubtful }
        if case .aborted(.recordRefused(let index, let code)) = outcome {
            return refuse(index, code, answers)
        }
        queue.putBack(answers, at: time.now)
        switch outcome {
        case .aborted(.groupMoved), .refused(.notAssigned): return .notOurs
        case .committed, .aborted, .refused, .fenced, .fatal, .indefinite: return .failed
        }
    }

    /// One answer can't be written as it is: it waits, made smaller where it was too large, and the others
    /// go without it.
    private func refuse(
        _ index: Int, _ code: KafkaErrorCode, _ answers: [LetterQueue.Entry]
    ) -> DeliveryOutcome {
        let written = answers.indices.filter { answers[$0].letter != nil }
        guard written.indices.contains(index) else {
            queue.putBack(answers, at: time.now)
            return .failed
        }
        queue.putBack(
            answers, refused: written[index], isTooLarge: code == .messageTooLarge, at: time.now)
        return .answerRefused
    }

    func resolve(
        _ answers: [LetterQueue.Entry], at positions: [TopicPartitionOffset]
    ) async throws(WorkerError) -> Bool? {
        guard try await isReady(for: answers) else { return nil }
        // A position that calls a further record done can't have been committed before, and one of them stands
        // for all; a next owner may have committed others since.
        let answered = Set(answers.compactMap(\.letter).map(\.origin.topicPartition))
        let telling = positions.filter { answered.contains($0.topicPartition) }
        let committed: [AssignedPartition]
        do throws(KafkaError) {
            committed = try await consumer.committed(
                telling.map(\.topicPartition), timeout: configuration.transactionTimeout)
        } catch {
            logger.warning("committed positions can't be read", metadata: ["kafka.error": "\(error)"])
            return nil
        }
        let isMade = zip(telling, committed).contains {
            $0.offset == $1.committedOffset && $0.metadata == $1.committedMetadata
        }
        logger.notice(
            "a transaction of unknown fate is resolved", metadata: ["kafka.committed": "\(isMade)"])
        if isMade {
            for entry in answers { queue.sent(entry) }
        } else {
            queue.putBack(answers, at: time.now)
        }
        return isMade
    }

    /// Whether there is a producer that can begin a transaction of `answers`; one that is spent is replaced.
    ///
    /// Only their topics are looked up: another one that is gone must hold up none of them.
    private func isReady(for answers: [LetterQueue.Entry]) async throws(WorkerError) -> Bool {
        // A producer that is made now would outlive the worker.
        guard !isStopping else { return false }
        if isSpent {
            await producer.close(deadline: Self.closing)
            do throws(KafkaError) {
                producer = try TransactionalProducer(configuration, logger: logger)
            } catch {
                throw .transactionsFailed(error)
            }
            isSpent = false
        }
        do throws(KafkaError) {
            try await producer.initialize(
                priming: Set(answers.compactMap(\.letter).map { topics.topic(of: $0) }).sorted(),
                within: configuration.transactionTimeout)
            return true
        } catch {
            logger.warning("no transaction can begin", metadata: ["kafka.error": "\(error)"])
            if case .fatal = error { isSpent = true }
            if case .closed = error { isSpent = true }
            return false
        }
    }

    func stop() {
        isStopping = true
        stopBell.ring()
    }

    func close(deadline: Duration) async { await producer.close(deadline: deadline) }
}

extension Origin {
    fileprivate var topicPartition: TopicPartition { TopicPartition(topic: topic, partition: partition) }
}
