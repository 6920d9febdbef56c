extension Consumer {
    /// Asks the partitions' leaders for both ends of their logs.
    ///
    /// It runs on a thread of its own, one query after another: a broker that doesn't answer would
    /// otherwise hold up the poll thread, and with it the membership. It is asked again while that may help.
    ///
    /// The consumer reads `read_committed`, so the higher end is the last stable offset: it stops before the
    /// first record of a transaction that is still open (2.0.2 `rd_kafka_ListOffsetsRequest` names the
    /// isolation level, the broker's `Partition.fetchOffsetForTimestamp` heeds it). The embedded broker has
    /// no transactions, so there it is the end of the log.
    ///
    /// - Parameters:
    ///   - partitions: Any partitions, ours or not.
    ///   - timeout: How long it may take, once the queries before it are done. All of it is used where a
    ///     leader is down, and for a partition that doesn't exist, which looks like that;
    ///     ``close(deadline:)`` ends it at most as much later as it has taken by then.
    /// - Returns: The ends of every one of the partitions.
    /// - Throws: ``KafkaError/invalidTopic(_:)``, ``KafkaError/broker(_:)`` if one of them can't be known in
    ///   time (``KafkaErrorCode/timedOut`` or ``KafkaErrorCode/unknownPartition`` where a leader is down), or
    ///   ``KafkaError/closed``.
    public func ends(
        of partitions: [TopicPartition], timeout: Duration
    ) async throws(KafkaError) -> [TopicPartition: Watermarks] {
        for partition in partitions where !TopicName.isLegal(partition.topic) {
            throw .invalidTopic(partition.topic)
        }
        guard !partitions.isEmpty else { return [:] }
        return try await loop.queryLane.ask { [loop] in
            LogEnds(client: loop.client, lane: loop.queryLane).read(Set(partitions), until: .now + timeout)
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
        return try await loop.queryLane.ask { [client = loop.client] in
            client.partitionCount(of: topic, timeout: timeout)
        }
    }

    /// Tells the cluster's id, which every member of a group knows without asking.
    ///
    /// - Parameter timeout: How long to wait, once the queries before it are done.
    /// - Returns: The id.
    /// - Throws: ``KafkaError/broker(_:)`` with ``KafkaErrorCode/timedOut`` if no broker told it in time, or
    ///   at once if the brokers have none (before 0.10.1), or ``KafkaError/closed``.
    public func clusterID(timeout: Duration = .seconds(10)) async throws(KafkaError) -> String {
        try await loop.queryLane.ask { [loop] in
            BoundedQuery(lane: loop.queryLane, pause: .zero)
                .run(until: .now + timeout) { loop.client.clusterID(timeout: $0) }
        }
    }
}
