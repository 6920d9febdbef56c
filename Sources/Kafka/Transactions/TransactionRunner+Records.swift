import CLibrdkafka

extension TransactionRunner {
    /// Hands over all records, waiting for room where the queue is full.
    func produce(
        _ records: [ProducerRecord], _ number: UInt32, until deadline: ContinuousClock.Instant
    ) -> Failed? {
        for (index, record) in records.enumerated() {
            guard let topic = topics[record.topic] else {
                return refused(index, .unknownTopic)
            }
            let opaque = TransactionReports.opaque(number, index: index)
            while true {
                let code = MessageWriter.enqueue(
                    record, topic: topic, opaque: opaque, client: native.client.pointer)
                guard code.isError else { break }
                let remaining = ContinuousClock.now.duration(to: deadline)
                guard code == .queueFull, remaining > .zero else { return refused(index, code) }
                reports.wait(remaining)
            }
        }
        return nil
    }

    /// A record that librdkafka doesn't take: its own fault, or that of a transaction that has failed.
    private func refused(_ index: Int, _ code: KafkaErrorCode) -> Failed {
        if let fatal = native.fatalError() { return judge(.produce, fatal) }
        if code.isRecordsFault { reports.fail(index: index, code) }
        return judge(.produce, TransactionError(code: code, requiresAbort: true))
    }

    /// Looks up where topics are, so that their first record doesn't have to wait for it within a
    /// transaction: that costs 1 s before librdkafka 2.10.1 (librdkafka#5032).
    func prime(
        _ names: [String], until deadline: ContinuousClock.Instant, lane: BlockingLane
    ) -> Result<Void, KafkaError> {
        for name in names where topics[name] == nil {
            guard TopicName.isLegal(name), let topic = rd_kafka_topic_new(native.client.pointer, name, nil)
            else {
                return .failure(.invalidTopic(name))
            }
            while true {
                let remaining = ContinuousClock.now.duration(to: deadline)
                let result = native.client.partitionCount(of: name, timeout: max(remaining, .zero))
                guard case .failure(let error) = result else { break }
                guard case .broker(let code) = error, code.isTransient || code == .leaderNotAvailable,
                    remaining > .zero, !lane.isClosed
                else {
                    rd_kafka_topic_destroy(topic)
                    return .failure(error)
                }
                lane.pause(min(.milliseconds(100), remaining))
            }
            topics[name] = topic
        }
        return .success(())
    }

    /// The last thing before the client is destroyed; the lane has ended.
    func destroyTopics() {
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        topics = [:]
    }
}
