import Logging

/// An idempotent producer whose every send is awaited until its delivery report.
///
/// A send can't be cancelled: once librdkafka has a record, nobody can say that it won't be written. A
/// full queue makes senders wait, in order, for at most the message timeout; nothing is ever dropped.
///
/// A producer that isn't closed is closed when it is released, within five seconds in the background.
public final class Producer: Sendable {
    private let loop: ProducerLoop
    private let messageTimeout: Duration

    /// Creates the client, which connects at once.
    ///
    /// - Parameters:
    ///   - configuration: The settings.
    ///   - logger: Where librdkafka's log lines go.
    /// - Throws: ``KafkaError/invalidConfiguration(_:)`` with all problems at once, or
    ///   ``KafkaError/noResources(_:)``.
    public init(_ configuration: ProducerConfiguration, logger: Logger) throws(KafkaError) {
        let loop = try ProducerLoop(configuration, logger: logger)
        self.loop = loop
        messageTimeout = configuration.messageTimeout
        do throws(KafkaError) {
            try NativeThread.start("kafka-producer") { loop.run() }
        } catch {
            // Without a thread of its own the loop can still end on this one.
            loop.requestClose(deadline: .now)
            loop.run()
            throw error
        }
    }

    /// Whether every record taken so far has been reported.
    public var isIdle: Bool { loop.queue.isIdle }

    deinit { loop.requestClose(deadline: .now + .seconds(5)) }

    /// Looks up where topics are, so that their first record doesn't have to wait for it: that costs 1 s
    /// before librdkafka 2.10.1 (librdkafka#5032).
    ///
    /// - Parameters:
    ///   - topics: Names of topics.
    ///   - timeout: How long each may take.
    /// - Throws: ``KafkaError/invalidTopic(_:)``, ``KafkaError/broker(_:)`` or ``KafkaError/closed``.
    public func prime(_ topics: [String], timeout: Duration = .seconds(10)) async throws(KafkaError) {
        for topic in topics where !TopicName.isLegal(topic) { throw .invalidTopic(topic) }
        for topic in topics {
            _ = try await loop.core.lane.ask { [loop] in
                loop.queue.prepare(topic)
                return loop.core.client.partitionCount(of: topic, timeout: timeout)
            }
        }
    }

    /// Asks a broker how many partitions a topic has.
    ///
    /// - Parameters:
    ///   - topic: The topic's name.
    ///   - timeout: How long to wait, once the queries before it are done.
    /// - Returns: The number of partitions.
    /// - Throws: ``KafkaError/broker(_:)``, with ``KafkaErrorCode/unknownTopicOrPartition`` for an unknown
    ///   topic, ``KafkaError/invalidTopic(_:)`` or ``KafkaError/closed``.
    public func partitionCount(
        of topic: String, timeout: Duration = .seconds(10)
    ) async throws(KafkaError) -> Int {
        guard TopicName.isLegal(topic) else { throw .invalidTopic(topic) }
        return try await loop.core.lane.ask { [client = loop.core.client] in
            client.partitionCount(of: topic, timeout: timeout)
        }
    }

    /// Sends a record and waits until brokers have acknowledged it or its fate is known.
    ///
    /// - Parameter record: The record; its bytes are copied.
    /// - Returns: Where it is.
    /// - Throws: ``ProduceError``, which tells whether the record may have been written.
    public func send(_ record: ProducerRecord) async throws(ProduceError) -> RecordMetadata {
        guard let result = await send([record]).first else { throw .closed }
        return try result.get()
    }

    /// Sends records in order and waits for all of them.
    ///
    /// - Parameter batch: The records. Each has its own fate; there is no atomicity.
    /// - Returns: One result for each record, in the same order.
    public func send(_ batch: [ProducerRecord]) async -> [Result<RecordMetadata, ProduceError>] {
        guard !batch.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            let sent = SendBatch(batch, deadline: .now + messageTimeout, continuation)
            if loop.queue.add(sent) { loop.core.wake() }
        }
    }

    /// Waits until nothing is outstanding, without lingering.
    ///
    /// - Parameter deadline: How long to wait.
    /// - Returns: Whether everything was reported in time.
    public func flush(deadline: Duration) async -> Bool {
        let end = ContinuousClock.now + deadline
        loop.core.lane.add { [loop] isClosed in
            guard !isClosed else { return }
            loop.flushNow(until: end)
        }
        return await withCheckedContinuation { continuation in
            guard loop.queue.addFlush(deadline: end, continuation) else {
                return continuation.resume(returning: true)
            }
            loop.core.wake()
        }
    }

    /// Takes no more records, waits for the reports of those it has, and ends.
    ///
    /// Reports are drained before anything is given up. What has none by then is
    /// ``ProduceError/unknown(_:)``, or ``ProduceError/closed`` if it was never queued.
    ///
    /// - Parameter deadline: How long it may wait for reports; only the first call's counts. Up to 1 s
    ///   more is for giving up what is left and releasing the client.
    public func close(deadline: Duration) async {
        loop.requestClose(deadline: .now + deadline)
        await loop.core.closed()
    }
}
