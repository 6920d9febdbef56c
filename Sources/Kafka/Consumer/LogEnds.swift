/// Reads both ends of partitions' logs, on a thread that may wait.
struct LogEnds: Sendable {
    let client: ClientHandle
    let lane: BlockingLane

    /// Asks for the start first: a start found later could be past the end.
    func read(
        _ partitions: Set<TopicPartition>, until end: ContinuousClock.Instant
    ) -> Result<[TopicPartition: Watermarks], KafkaError> {
        let query = BoundedQuery(lane: lane)
        let starts = query.run(until: end) { client.offsets(of: partitions, at: .start, timeout: $0) }
        guard case .success(let starts) = starts else { return starts.map { _ in [:] } }
        return query.run(until: end) { client.offsets(of: partitions, at: .end, timeout: $0) }
            .map { ends in
                var found: [TopicPartition: Watermarks] = [:]
                for (partition, low) in starts {
                    found[partition] = ends[partition].map { Watermarks(low: low, high: $0) }
                }
                return found
            }
    }
}

/// Asks a blocking question in tries that grow, because librdkafka can't interrupt one: closing is prompt
/// at first, and a slow broker has time to answer later.
struct BoundedQuery: Sendable {
    let lane: BlockingLane
    /// Between tries, where a broker has answered that it can't tell yet.
    var pause = Duration.milliseconds(100)

    private static let firstTry = Duration.milliseconds(250)

    /// Asks until there is an answer or a refusal that asking again doesn't help, or the time is over.
    ///
    /// - Parameters:
    ///   - end: When to give up.
    ///   - ask: Asks once and takes at most as long as it is told, at least 1 ms.
    /// - Returns: The last answer, or ``KafkaError/closed`` if the lane was closed between two tries.
    func run<Value>(
        until end: ContinuousClock.Instant, _ ask: (Duration) -> Result<Value, KafkaError>
    ) -> Result<Value, KafkaError> {
        var patience = Self.firstTry
        while !lane.isClosed {
            let left = ContinuousClock.now.duration(to: end)
            let result = ask(max(.milliseconds(1), min(left, patience)))
            guard case .failure(.broker(let code)) = result, Self.mayPass(code), patience < left else {
                return result
            }
            if code == .timedOut { patience *= 2 } else { lane.pause(pause) }
        }
        return .failure(.closed)
    }

    /// Leaders move: what isn't known, or not the leader, may be at the next look.
    ///
    /// A partition whose leader is down can pass for unknown (2.16
    /// `rd_kafka_topic_partition_list_query_leaders`, after its first look).
    private static func mayPass(_ code: KafkaErrorCode) -> Bool {
        let passing: [KafkaErrorCode] = [
            .leaderNotAvailable, .notLeader, .offsetNotAvailable, .brokerForgotten, .unknownPartition,
        ]
        return code.isTransient || passing.contains(code)
    }
}
