import Logging

/// A member of a consumer group.
///
/// One thread of its own makes every librdkafka call that belongs to the group; callers talk to it
/// through a mailbox and never block. Heartbeats, polling and commits go on while a caller takes its
/// time over a rebalance. Backpressure is credit (``grant(total:partitions:)``): without it a
/// partition's queue isn't polled, and librdkafka stops fetching once that is full.
///
/// A consumer that isn't closed is closed when it is released, within five seconds in the background.
public final class Consumer: Sendable {
    let loop: ConsumerLoop

    /// Creates the client; it connects when it subscribes.
    ///
    /// - Parameters:
    ///   - configuration: The settings.
    ///   - logger: Where librdkafka's log lines go.
    /// - Throws: ``KafkaError/invalidConfiguration(_:)`` with all problems at once, or
    ///   ``KafkaError/noResources(_:)``.
    public init(_ configuration: ConsumerConfiguration, logger: Logger) throws(KafkaError) {
        let loop = try ConsumerLoop(configuration, logger: logger)
        self.loop = loop
        do throws(KafkaError) {
            try NativeThread.start("kafka-consumer") { loop.run() }
        } catch {
            // Without a thread of its own the loop can still end on this one.
            loop.mailbox.requestClose(deadline: .now)
            loop.run()
            throw error
        }
    }

    deinit { loop.mailbox.requestClose(deadline: .now + .seconds(5)) }

    /// Joins the group for these topics; replaces an earlier subscription.
    ///
    /// - Parameter topics: Names, not patterns. One that doesn't exist yet is joined when it appears.
    /// - Throws: ``KafkaError/invalidTopic(_:)``, ``KafkaError/closed`` or librdkafka's refusal.
    public func subscribe(_ topics: [String]) async throws(KafkaError) {
        for topic in topics where !TopicName.isLegal(topic) { throw .invalidTopic(topic) }
        try await loop.mailbox.ask { .subscribe(topics, $0) }
    }

    /// Everything that has happened since the last call; waits while nothing has.
    ///
    /// - Returns: Events in order; empty only after the consumer was closed, or when the calling task
    ///   is cancelled.
    public func next() async -> [ConsumerEvent] { await loop.outbox.next() }

    /// Begins to read what ``ConsumerEvent/assigning(_:)`` offered.
    ///
    /// An assignment without partitions needs no answer.
    ///
    /// - Parameters:
    ///   - epoch: The epoch of the offer.
    ///   - offsets: Where each partition begins. Those left out aren't read, but stay ours.
    /// - Returns: False, and nothing happens, if the epoch isn't waiting for this answer any more.
    public func start(
        epoch: AssignmentEpoch, from offsets: [TopicPartition: StartOffset]
    ) async -> Bool {
        await answer { .start(epoch, offsets, $0) }
    }

    /// Gives up what ``ConsumerEvent/revoking(_:_:)`` asked for.
    ///
    /// No record of it comes afterwards.
    ///
    /// - Parameter epoch: The epoch of the event.
    /// - Returns: False, and nothing happens, if nothing of the epoch is being revoked any more.
    public func release(epoch: AssignmentEpoch) async -> Bool {
        await answer { .release(epoch, $0) }
    }

    /// Allows more records to be delivered.
    ///
    /// Credit adds up; each record uses one of its partition's and one of the total. Credit of a
    /// partition ends with its tenure, and what is granted to a partition that isn't being read is
    /// void; the total stays. So the total that is left is what was granted less the records that
    /// ``next()`` returned.
    ///
    /// - Parameters:
    ///   - total: Records over all partitions; negative counts as none.
    ///   - partitions: Records of each partition; negative counts as none.
    public func grant(total: Int, partitions: [TopicPartition: Int]) {
        // Refused only when the consumer is closing and no more records come anyway.
        _ = loop.mailbox.post(.grant(total: total, partitions: partitions))
    }

    /// Commits positions and waits for the broker's answer; other commits may be under way.
    ///
    /// - Parameter positions: At most one for each partition, each held in the epoch it names. An empty
    ///   list is done at once.
    /// - Throws: ``KafkaError/invalidCommit(_:reason:)`` or ``KafkaError/notAssigned(_:)``: nothing was
    ///   sent. ``KafkaError/partitions(_:)``: these were refused, the others are committed.
    ///   ``KafkaError/broker(_:)``, ``KafkaError/fatal(_:reason:)`` or ``KafkaError/closed``: unknown.
    public func commit(_ positions: [TopicPartitionOffset]) async throws(KafkaError) {
        try CommitCheck.validate(positions)
        guard !positions.isEmpty else { return }
        try await loop.mailbox.ask { .commit(positions, $0) }
    }

    /// Leaves the group and ends.
    ///
    /// Partitions are given up without a commit: whoever wants one makes it before. Pending calls of
    /// this consumer end with ``KafkaError/closed``, ``next()`` with an empty array.
    ///
    /// - Parameter deadline: How long it may take; only the first call's counts. If the group can't be
    ///   left in time it finds out by the session timeout. 200 ms more are for releasing the client.
    /// - Returns: Whether the group was left in time.
    @discardableResult
    public func close(deadline: Duration) async -> Bool {
        loop.mailbox.requestClose(deadline: .now + deadline)
        return await loop.mailbox.closed()
    }

    private func answer(_ command: (Reply<Bool>) -> ConsumerCommand) async -> Bool {
        do throws(KafkaError) {
            return try await loop.mailbox.ask(command)
        } catch {
            return false
        }
    }
}

extension BlockingLane {
    /// Runs a blocking query on the lane and waits for its result.
    ///
    /// - Throws: The query's error, or ``KafkaError/closed`` if the lane ends first.
    func ask<Value: Sendable>(
        _ query: @escaping @Sendable () -> Result<Value, KafkaError>
    ) async throws(KafkaError) -> Value {
        let result = await withCheckedContinuation { (reply: Reply<Value>) in
            add { isClosed in reply.resume(returning: isClosed ? .failure(.closed) : query()) }
        }
        return try result.get()
    }
}
