import Kafka
import Logging
import PaymentJobs
import Pipeline

/// The one writer of answers to one topic: collects finished jobs, publishes them, and reports each as
/// settled once the broker has acknowledged its message.
///
/// One batch is on its way at a time; what finishes meanwhile makes up the next one, so batches grow with the
/// load. An answer that the broker doesn't take waits for another try and holds up its lane's later answers,
/// and no others.
actor OutboxLine: BellKeeper {
    private let producer: Producer
    private let topics: Topics
    let time: any Timekeeper
    private let logger: Logger
    let bell = Bell()
    private var queue: LetterQueue
    private var isStopping = false

    init(producer: Producer, topics: Topics, retryPause: Duration, time: any Timekeeper, logger: Logger) {
        self.producer = producer
        self.topics = topics
        self.time = time
        self.logger = logger
        queue = LetterQueue(retryPause: retryPause)
    }

    func put(_ completion: Completion) {
        queue.add(completion)
        bell.ring()
    }

    /// Drops the answers of a tenure that has ended: the next owner of its records gives them.
    func drop(tenure: Int) { queue.drop(tenure: tenure) }

    /// Ends ``run(settling:)`` after what can be published at once has been.
    func stop() {
        isStopping = true
        bell.ring()
    }

    /// Publishes until ``stop()``, or until the producer can't go on.
    func run(settling settle: @Sendable ([Settlement]) async -> Void) async throws(WorkerError) {
        while true {
            let batch = queue.take(at: time.now)
            if batch.isEmpty {
                if isStopping { return }
                await sleepUntilRung(or: queue.nextTry)
            } else {
                await settle(try await publish(batch))
            }
        }
    }

    /// Sends a batch, and returns what became settled by it.
    private func publish(_ batch: [LetterQueue.Entry]) async throws(WorkerError) -> [Settlement] {
        let letters = batch.compactMap(\.letter)
        var results = (letters.isEmpty ? [] : await producer.send(letters.map(topics.record))).makeIterator()
        var settled: [Settlement] = []
        for entry in batch {
            guard entry.letter != nil else {
                settled.append(Settlement(entry))
                continue
            }
            switch results.next() {
            case .success:
                settled.append(Settlement(entry))
                queue.sent(entry)
            case .failure(let error):
                if error.isFinal { throw .producerFailed(error) }
                report(error, of: queue.failed(entry, isTooLarge: error.isTooLarge, at: time.now))
            case nil:
                preconditionFailure("a record without a result must not count as written")
            }
        }
        return settled
    }

    private func report(_ error: ProduceError, of entry: LetterQueue.Entry?) {
        // The first try, and then ever more rarely: an answer may wait for hours.
        guard let entry, let letter = entry.letter, entry.failures & (entry.failures - 1) == 0 else { return }
        logger.error(
            "an answer could not be published; its record stays open until it can",
            metadata: [
                "kafka.topic": "\(letter.origin.topic)", "kafka.partition": "\(letter.origin.partition)",
                "kafka.offset": "\(letter.origin.offset)", "kafka.error": "\(error)",
                "kafka.answer.topic": "\(topics.topic(of: letter))", "publish.failures": "\(entry.failures)",
            ])
    }
}

/// All answers: a line for each topic, so that one that can't be written to holds up no other.
struct Outbox: Sendable {
    private let topics: Topics
    private let lines: [String: OutboxLine]

    init(
        producer: Producer, topics: Topics, retryPause: Duration, time: any Timekeeper, logger: Logger
    ) {
        self.topics = topics
        var lines: [String: OutboxLine] = [:]
        for topic in topics.all {
            lines[topic] = OutboxLine(
                producer: producer, topics: topics, retryPause: retryPause, time: time, logger: logger)
        }
        self.lines = lines
    }

    func put(_ completion: Completion) async {
        guard let line = lines[topics.topic(of: completion)] else {
            preconditionFailure("every topic has its line")
        }
        await line.put(completion)
    }

    func drop(tenure: Int) async {
        for line in lines.values { await line.drop(tenure: tenure) }
    }

    func stop() async {
        for line in lines.values { await line.stop() }
    }

    /// Publishes until ``stop()``, or until the producer can't go on.
    func run(settling settle: @escaping @Sendable ([Settlement]) async -> Void) async throws(WorkerError) {
        let error = await withTaskGroup(of: WorkerError?.self) { group in
            for line in lines.values {
                group.addTask {
                    do throws(WorkerError) {
                        try await line.run(settling: settle)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            for await error in group where error != nil {
                await stop()
                return error
            }
            return nil
        }
        if let error { throw error }
    }
}
