import CLibrdkafka

extension ConsumerLoop {
    /// Sends a commit; its answer comes as an event of the consumer's queue, long after this returns.
    func commit(_ positions: [TopicPartitionOffset], _ reply: Reply<Void>) {
        if let refusal = refusal(of: positions) { return reply.resume(returning: .failure(refusal)) }
        guard let list = PartitionList(capacity: positions.count) else {
            return reply.resume(returning: .failure(.noResources("partition list")))
        }
        for position in positions { list.add(position) }
        lastCommit += 1
        let code = KafkaErrorCode(
            rd_kafka_commit_queue(
                client.pointer, list.pointer, queue, nil, UnsafeMutableRawPointer(bitPattern: lastCommit)))
        guard !code.isError else { return reply.resume(returning: .failure(.broker(code))) }
        commits[lastCommit] = reply
    }

    func committed(_ event: OpaquePointer) {
        let id = UInt(bitPattern: rd_kafka_event_opaque(event))
        guard let reply = commits.removeValue(forKey: id) else { return }
        var refused: [TopicPartition: KafkaErrorCode] = [:]
        if let list = rd_kafka_event_topic_partition_list(event) {
            for element in PartitionList.elements(list) where element.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                refused[element.topicPartition] = KafkaErrorCode(element.err)
            }
        }
        let code = KafkaErrorCode(rd_kafka_event_error(event))
        if code.isError, let fatal = client.fatalError() {
            // A commit that was under way then: whether it was stored is unknown.
            reply.resume(returning: .failure(fatal))
        } else if !refused.isEmpty {
            reply.resume(returning: .failure(.partitions(refused)))
        } else if code.isError {
            reply.resume(returning: .failure(EventError.describe(code, reason: "commit")))
        } else {
            reply.resume(returning: .success(()))
        }
    }
}
