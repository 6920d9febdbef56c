import Logging

/// A producer that commits records and a group's offsets together or not at all.
///
/// One thread makes the blocking calls, one sealed batch after another in the order of the calls to
/// ``commit(_:within:)``; callers never block. A batch can't be cancelled: its outcome is always told.
/// No transaction is open between two batches.
///
/// After ``TransactionOutcome/fenced(_:)``, ``TransactionOutcome/fatal(_:)`` and
/// ``TransactionOutcome/indefinite(_:)`` the producer is spent: close it, make another with the same
/// transactional id and initialize that, which ends what was left open and fences late requests.
///
/// A producer that isn't closed is closed when it is released, within five seconds in the background.
public final class TransactionalProducer: Sendable {
    let loop: TransactionLoop
    private let transactionTimeout: Duration
    /// What a call may take beyond its time before it counts as stuck: an abort and a request under way.
    private let patience: Duration

    /// Creates the client, which connects at once.
    ///
    /// - Parameters:
    ///   - configuration: The settings.
    ///   - logger: Where librdkafka's log lines go.
    /// - Throws: ``KafkaError/invalidConfiguration(_:)`` with all problems at once, or
    ///   ``KafkaError/noResources(_:)``.
    public init(
        _ configuration: TransactionalProducerConfiguration, logger: Logger
    ) throws(KafkaError) {
        let loop = try TransactionLoop(configuration, logger: logger)
        self.loop = loop
        transactionTimeout = configuration.transactionTimeout
        patience = TransactionRunner.abortMin + configuration.socketTimeout + .seconds(1)
        do throws(KafkaError) {
            try NativeThread.start("kafka-reports") { loop.run() }
        } catch {
            // Without a thread of its own the loop can still end on this one.
            loop.core.requestClose(deadline: .now)
            loop.run()
            throw error
        }
    }

    deinit { loop.core.requestClose(deadline: .now + .seconds(5)) }

    /// Gets the producer id: fences earlier producers with our transactional id and waits until the
    /// coordinator has finished their transactions.
    ///
    /// Retriable errors are retried. Once it has succeeded further calls only look up topics.
    ///
    /// - Parameters:
    ///   - topics: Topics to look up, so that the first batch doesn't have to: 1 s before librdkafka 2.10.1
    ///     (librdkafka#5032). Others are looked up before the transaction that names them first begins.
    ///   - time: How long it may take.
    /// - Throws: ``KafkaError/broker(_:)`` if it didn't succeed in time; it may be called again.
    ///   ``KafkaError/fatal(_:reason:)``, also where this producer is spent; ``KafkaError/invalidTopic(_:)``;
    ///   ``KafkaError/closed``.
    public func initialize(
        priming topics: [String] = [], within time: Duration = .seconds(30)
    ) async throws(KafkaError) {
        let deadline = ContinuousClock.now + time
        let closed = Result<Void, KafkaError>.failure(.closed)
        let result = await loop.ask(closed: closed, limit: time + patience) { [loop] _ in
            loop.runner.initialize(priming: topics, until: deadline, lane: loop.core.lane)
        }
        try result.get()
    }

    /// Begins a transaction, writes the records, sends the offsets and commits.
    ///
    /// Retriable errors are retried within the time; whatever fails for good is aborted where that leaves
    /// no doubt. An empty batch is committed without a transaction.
    ///
    /// - Parameters:
    ///   - batch: What is committed together.
    ///   - time: How long it may take once the batches before it are done; by default, and at most, the
    ///     transaction timeout. An abort gets one second more if it needs it, and a request that is under
    ///     way up to the socket timeout. One second later a call counts as stuck, which librdkafka's can
    ///     be for ever: the outcome is ``TransactionOutcome/indefinite(_:)``, and the producer closes.
    /// - Returns: What became of it, and so what may be done now.
    public func commit(
        _ batch: SealedBatch, within time: Duration? = nil
    ) async -> TransactionOutcome {
        let time = min(time ?? transactionTimeout, transactionTimeout)
        return await loop.ask(closed: .refused(.closed), limit: time + patience) { [loop] answer in
            loop.runner.commit(batch, until: .now + time, lane: loop.core.lane, answer: answer)
        }
    }

    /// Takes no more batches, finishes those it has, and ends.
    ///
    /// What isn't finished by then is answered with what is known: ``TransactionOutcome/refused(_:)`` for a
    /// batch that hadn't begun, ``TransactionOutcome/indefinite(_:)`` for the one that had. Its transaction
    /// ends in the background, by its own time limit, or by that of the broker.
    ///
    /// - Parameter deadline: How long it may wait for them; only the first call's counts. Up to 500 ms
    ///   more are for releasing the client.
    public func close(deadline: Duration) async {
        loop.core.requestClose(deadline: .now + deadline)
        await loop.core.closed()
    }
}
