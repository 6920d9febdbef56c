import CLibrdkafka

extension Consumer {
    /// Checks positions and reads this member's identity, on the poll thread and at the same moment.
    ///
    /// Seal right before the transaction, and in a revocation before ``release(epoch:)``: until then the
    /// identity is that of the generation in which the positions were earned. After it, or once the
    /// partitions are lost, this throws, and nobody can commit them on this member's behalf.
    ///
    /// - Parameter positions: At most one for each partition, each held in the epoch it names.
    /// - Returns: What a ``SealedBatch`` needs.
    /// - Throws: ``KafkaError/invalidCommit(_:reason:)``, ``KafkaError/notAssigned(_:)``, also where the
    ///   coordinator has disowned this member, ``KafkaError/fatal(_:reason:)`` or ``KafkaError/closed``.
    public func seal(_ positions: [TopicPartitionOffset]) async throws(KafkaError) -> SealedOffsets {
        try CommitCheck.validate(positions)
        return try await loop.mailbox.ask { .seal(positions, $0) }
    }

    /// Asks what the group has committed, once no open transaction covers it any more.
    ///
    /// It runs on a thread of its own, one query after another, and asks again while a broker says that
    /// this may help.
    ///
    /// - Parameters:
    ///   - partitions: Any partitions, ours or not.
    ///   - timeout: When no further try is begun; one that is under way takes up to 16 s more.
    /// - Returns: Offset and metadata of each, in the same order.
    /// - Throws: ``KafkaError/invalidTopic(_:)``, ``KafkaError/broker(_:)``, or ``KafkaError/closed``, also
    ///   where the time was over before an answer came.
    public func committed(
        _ partitions: [TopicPartition], timeout: Duration = .seconds(30)
    ) async throws(KafkaError) -> [AssignedPartition] {
        for partition in partitions where !TopicName.isLegal(partition.topic) {
            throw .invalidTopic(partition.topic)
        }
        guard !partitions.isEmpty else { return [] }
        return try await loop.queryLane.ask { [loop] in
            let end = ContinuousClock.now + timeout
            return CommittedOffsets(client: loop.client).read(partitions, lane: loop.queryLane) {
                ContinuousClock.now < end
            }
        }
    }
}

extension ConsumerLoop {
    /// Why `positions` can't be committed by this member now, if they can't.
    func refusal(of positions: [TopicPartitionOffset]) -> KafkaError? {
        if let fatal = client.fatalError() { return fatal }
        let isLost = rd_kafka_assignment_lost(client.pointer) != 0
        let foreign = positions.filter { isLost || !tenures.holds($0.topicPartition, in: $0.epoch) }
        return foreign.isEmpty ? nil : .notAssigned(foreign.map(\.topicPartition))
    }

    /// The identity is read before the assignment is checked: librdkafka resets the one and marks the other
    /// as lost in one step, and only our own unassigning takes that mark away.
    func seal(_ positions: [TopicPartitionOffset]) -> Result<SealedOffsets, KafkaError> {
        guard let pointer = rd_kafka_consumer_group_metadata(client.pointer) else {
            return .failure(.broker(.wrongState))
        }
        let group = ConsumerGroupMetadata(taking: pointer)
        if let refusal = refusal(of: positions) { return .failure(refusal) }
        guard positions.isEmpty || group.isMembership else {
            return .failure(.notAssigned(positions.map(\.topicPartition)))
        }
        return .success(SealedOffsets(positions: positions, group: group))
    }
}
