import Kafka
import Logging
import PaymentJobs
import Pipeline

/// The one writer of answers: collects finished jobs, publishes them, and reports each as settled once the
/// broker has acknowledged its message.
///
/// One batch is on its way at a time. What finishes meanwhile makes up the next one, so batches grow with the
/// load, and answers of one lane keep their order.
actor Outbox {
    /// How a record ended for the ledger.
    enum Settlement: Sendable {
        /// Its answer is durable.
        case answered(Ticket)
        /// It has no answer and stays open.
        case abandoned(Ticket)
    }

    private let producer: Producer
    private let topics: Topics
    private let retryPause: Duration
    private let time: any Timekeeper
    private let logger: Logger
    private let bell = Bell()
    private var waiting: [Completion] = []
    private var isStopping = false

    init(producer: Producer, topics: Topics, retryPause: Duration, time: any Timekeeper, logger: Logger) {
        self.producer = producer
        self.topics = topics
        self.retryPause = retryPause
        self.time = time
        self.logger = logger
    }

    func put(_ completion: Completion) {
        waiting.append(completion)
        bell.ring()
    }

    /// Ends ``run(settling:)`` after what is waiting has been published.
    func stop() {
        isStopping = true
        bell.ring()
    }

    /// Publishes until ``stop()``, or until the producer can't go on.
    func run(settling settle: @Sendable ([Settlement]) async -> Void) async throws(WorkerError) {
        while true {
            await bell.wait()
            while !waiting.isEmpty {
                let batch = waiting
                waiting = []
                guard try await publish(batch) else { return }
                await settle(
                    batch.map { completion in
                        switch completion.ending {
                        case .answered: .answered(completion.ticket)
                        case .abandoned: .abandoned(completion.ticket)
                        }
                    })
            }
            if isStopping { return }
        }
    }

    /// Returns when the broker has acknowledged every message of `batch`; false where it was told to stop
    /// before that.
    private func publish(_ batch: [Completion]) async throws(WorkerError) -> Bool {
        var unsent: [Letter] = batch.compactMap { completion in
            guard case .answered(let message) = completion.ending else { return nil }
            return Letter(message: message, origin: completion.origin)
        }
        while !unsent.isEmpty {
            let results = await producer.send(unsent.map(topics.record))
            var failed: [Letter] = []
            for (letter, result) in zip(unsent, results) {
                guard case .failure(let error) = result else { continue }
                failed.append(try next(letter, after: error))
            }
            unsent = failed
            if unsent.isEmpty { break }
            if isStopping { return false }
            await pause()
        }
        return true
    }

    /// What to send instead of a message that the broker didn't take.
    private func next(_ letter: Letter, after error: ProduceError) throws(WorkerError) -> Letter {
        if error.isFinal { throw .producerFailed(error) }
        var next = letter
        if error.isTooLarge, case .deadLetters = letter.message.destination, !letter.isTruncated {
            next.message = letter.message.truncated(origin: letter.origin)
            next.isTruncated = true
        }
        logger.error(
            "an answer could not be published; its record stays open until it can",
            metadata: [
                "kafka.topic": "\(letter.origin.topic)", "kafka.partition": "\(letter.origin.partition)",
                "kafka.offset": "\(letter.origin.offset)", "kafka.error": "\(error)",
                "kafka.answer.topic": "\(topics.topic(of: letter))",
            ])
        return next
    }

    private func pause() async { try? await time.sleep(until: time.now + retryPause) }
}

/// A message to publish, and the record that it answers.
struct Letter: Sendable {
    var message: OutboundMessage
    var origin: Origin
    var isTruncated = false
}

/// Which topic a message goes to.
struct Topics: Sendable {
    private let events: [EventStream: String]
    private let deadLetters: [String: String]

    init(_ configuration: WorkerConfiguration) {
        events = configuration.eventTopics
        deadLetters = Dictionary(
            uniqueKeysWithValues: configuration.inbound.map { ($0.topic, $0.deadLetterTopic) })
    }

    func topic(of letter: Letter) -> String {
        switch letter.message.destination {
        case .events(let stream): events[stream] ?? "cobrador.events.\(stream.rawValue)"
        case .deadLetters: deadLetters[letter.origin.topic] ?? letter.origin.topic + ".dead-letters"
        }
    }

    @Sendable func record(of letter: Letter) -> ProducerRecord {
        ProducerRecord(
            topic: topic(of: letter), key: letter.message.key, value: letter.message.value,
            headers: letter.message.headers.map { RecordHeader($0.name, $0.value) })
    }
}
