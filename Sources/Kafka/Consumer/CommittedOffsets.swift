import CLibrdkafka

/// Reads what a group has committed, on a thread that may wait.
struct CommittedOffsets: Sendable {
    /// Tries after an answer that asking again is not known to help.
    static let triesMax = 3
    /// Time for the first try, doubled for each further one: librdkafka can't interrupt a try, so a
    /// short one lets closing be prompt, and a long one lets a slow broker answer.
    static let firstTimeout = Duration.seconds(1)
    static let timeoutMax = Duration.seconds(16)
    /// Between tries: an open transaction of another member takes tens of milliseconds to end.
    static let pause = Duration.milliseconds(100)

    let client: ClientHandle

    /// Asks until all offsets are stable, the answer is final, or nobody wants it any more.
    ///
    /// - Parameters:
    ///   - partitions: What to ask for.
    ///   - lane: The lane this runs on; its closing ends the tries.
    ///   - isWanted: Whether the assignment is still current.
    /// - Returns: The offsets, or ``KafkaError/closed`` if nobody wants them any more.
    func read(
        _ partitions: [TopicPartition], lane: BlockingLane, while isWanted: () -> Bool
    ) -> Result<[AssignedPartition], KafkaError> {
        var tries = 0
        var timeout = CommittedOffsets.firstTimeout
        while !lane.isClosed, isWanted() {
            let result = once(partitions, timeout)
            guard case .failure(.broker(let code)) = result else { return result }
            if !code.isTransient { tries += 1 }
            guard tries < CommittedOffsets.triesMax else { return result }
            if code == .timedOut { timeout = min(timeout * 2, CommittedOffsets.timeoutMax) }
            lane.pause(CommittedOffsets.pause)
        }
        return .failure(.closed)
    }

    /// Asks once.
    func once(
        _ partitions: [TopicPartition], _ timeout: Duration
    ) -> Result<[AssignedPartition], KafkaError> {
        guard let list = PartitionList(partitions) else { return .failure(.noResources("partition list")) }
        let code = KafkaErrorCode(
            rd_kafka_committed(client.pointer, list.pointer, Int32(timeout.wholeMilliseconds)))
        guard !code.isError else { return .failure(.broker(code)) }
        for element in list.elements {
            let code = KafkaErrorCode(element.err)
            guard !code.isError else { return .failure(.broker(code)) }
        }
        return .success(
            list.elements.map { element in
                AssignedPartition(
                    topicPartition: element.topicPartition,
                    committedOffset: element.offset >= 0 ? element.offset : nil,
                    committedMetadata: element.offset >= 0 ? element.metadataText : nil)
            })
    }
}
