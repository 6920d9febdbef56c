import CLibrdkafka
import Logging

/// Looks at a cluster and changes nothing: joins no group, creates no topic, writes no record.
///
/// It is for an operator's check before a start. Unlike ``Consumer`` and ``Producer`` it collects what goes
/// wrong with connections, so that a refused certificate isn't shown as a timeout.
public final class ClusterProbe: Sendable {
    private let client: ClientHandle
    private let queue: Queue
    private let lane: BlockingLane

    /// The client's queue of errors, which any thread may read (`INTRODUCTION.md`, threads).
    private struct Queue: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// How long one question waits before errors are looked at.
    private static let slice = Duration.milliseconds(200)
    /// How long unreachable brokers are tried again: a name may have an address that works after one that
    /// doesn't, as `localhost` often does.
    private static let patience = Duration.seconds(2)

    /// Creates the client, which connects at once.
    ///
    /// - Parameters:
    ///   - configuration: The settings, checked by librdkafka as those of a ``Consumer`` are.
    ///   - logger: Where librdkafka's log lines go.
    /// - Throws: ``KafkaError/invalidConfiguration(_:)`` with all problems at once, or
    ///   ``KafkaError/noResources(_:)``.
    public init(_ configuration: ConsumerConfiguration, logger: Logger) throws(KafkaError) {
        let client = try ClientHandle(
            RD_KAFKA_CONSUMER, settings: configuration.settings(version: .runtime),
            events: RD_KAFKA_EVENT_ERROR, logger: logger)
        do throws(KafkaError) {
            lane = try BlockingLane("kafka-probe")
        } catch {
            client.destroy(flags: ConsumerLoop.noConsumerClose)
            throw error
        }
        guard let queue = rd_kafka_queue_get_main(client.pointer) else {
            preconditionFailure("every client has a main queue (rdkafka.h)")
        }
        self.client = client
        self.queue = Queue(pointer: queue)
    }

    /// Asks for brokers and topics.
    ///
    /// All topics are asked for, because asking for one by its name creates it on some clusters.
    ///
    /// - Parameters:
    ///   - topics: The topics of interest.
    ///   - timeout: How long to try; brokers that refuse everything end it earlier.
    /// - Returns: The brokers, and those of the topics that are there.
    /// - Throws: ``ProbeFailure``.
    public func cluster(
        topics: Set<String>, timeout: Duration
    ) async throws(ProbeFailure) -> ClusterDescription {
        let answer = await withCheckedContinuation { continuation in
            lane.add { [self] isClosed in
                continuation.resume(
                    returning: isClosed
                        ? .failure(ProbeFailure(code: .timedOut, reasons: []))
                        : read(topics, until: .now + timeout))
            }
        }
        return try answer.get()
    }

    /// Asks what the group has committed.
    ///
    /// - Parameters:
    ///   - partitions: Of which partitions.
    ///   - timeout: How long to try.
    /// - Returns: The positions; partitions without one aren't in it.
    /// - Throws: ``KafkaError/broker(_:)`` or ``KafkaError/closed``.
    public func committed(
        _ partitions: [TopicPartition], timeout: Duration
    ) async throws(KafkaError) -> [TopicPartition: Int64] {
        let found = try await lane.ask { [client] in
            CommittedOffsets(client: client).once(partitions, timeout)
        }
        let pairs = found.compactMap { entry in
            entry.committedOffset.map { (entry.topicPartition, $0) }
        }
        return Dictionary(pairs) { $1 }
    }

    /// Asks the partition's leader, under the address it advertises, for the end of its log.
    ///
    /// - Parameters:
    ///   - partition: The partition.
    ///   - timeout: How long it may take, also where the leader is down.
    /// - Returns: The offset of the next record to come.
    /// - Throws: ``KafkaError/broker(_:)`` or ``KafkaError/closed``.
    public func endOffset(
        of partition: TopicPartition, timeout: Duration
    ) async throws(KafkaError) -> Int64 {
        try await lane.ask { [client] in
            client.offsets(of: [partition], at: .end, timeout: timeout)
                .flatMap { found in
                    found[partition].map { .success($0) } ?? .failure(.broker(.unknownPartition))
                }
        }
    }

    /// Ends the client; what takes longer than the deadline goes on in the background.
    ///
    /// Call once, as the last.
    public func close(deadline: Duration) async {
        lane.close()
        let end: @Sendable () -> Void = { [client, queue, lane] in
            lane.join()
            rd_kafka_queue_destroy(queue.pointer)
            client.destroy(flags: ConsumerLoop.noConsumerClose)
        }
        await withCheckedContinuation { continuation in
            let wait: @Sendable () -> Void = {
                _ = Reaper.run(end, patience: deadline)
                continuation.resume()
            }
            do throws(KafkaError) {
                try NativeThread.start("kafka-probe-end", wait)
            } catch {
                wait()
            }
        }
    }

    private func read(
        _ topics: Set<String>, until end: ContinuousClock.Instant
    ) -> Result<ClusterDescription, ProbeFailure> {
        let begin = ContinuousClock.now
        var reasons: [ProbeFailure.Reason] = []
        while true {
            let left = ContinuousClock.now.duration(to: end)
            var metadata: UnsafePointer<rd_kafka_metadata_t>?
            let timeout = max(.milliseconds(1), min(left, Self.slice))
            let code = KafkaErrorCode(
                rd_kafka_metadata(client.pointer, 1, nil, &metadata, Int32(timeout.wholeMilliseconds)))
            if !code.isError, let metadata {
                defer { rd_kafka_metadata_destroy(metadata) }
                let id = try? client.clusterID(timeout: max(.milliseconds(1), left)).get()
                return .success(ClusterDescription(id: id, metadata.pointee, topics))
            }
            for reason in errors() where !reasons.contains(reason) { reasons.append(reason) }
            let isOver = left <= timeout || !code.isTransient || lane.isClosed
            if isOver || Self.areConclusive(reasons, after: .now - begin) {
                return .failure(ProbeFailure(code: code, reasons: reasons))
            }
        }
    }

    private static func areConclusive(_ reasons: [ProbeFailure.Reason], after time: Duration) -> Bool {
        let codes = Set(reasons.map(\.code))
        guard codes.contains(.allBrokersDown) else { return false }
        return time >= patience || !codes.isDisjoint(with: [.authentication, .tls])
    }

    private func errors() -> [ProbeFailure.Reason] {
        var reasons: [ProbeFailure.Reason] = []
        while let event = rd_kafka_queue_poll(queue.pointer, 0) {
            if rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR {
                reasons.append(
                    .init(
                        code: KafkaErrorCode(rd_kafka_event_error(event)),
                        text: rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""))
            }
            rd_kafka_event_destroy(event)
        }
        return reasons
    }
}

extension ClusterDescription {
    init(id: String?, _ metadata: rd_kafka_metadata_t, _ wanted: Set<String>) {
        let brokers = UnsafeBufferPointer(start: metadata.brokers, count: Int(metadata.broker_cnt))
        let topics = UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt))
        let found = topics.map { (String(cString: $0.topic), $0) }.filter { wanted.contains($0.0) }
        self.init(
            id: id, brokers: brokers.map(Broker.init).sorted { $0.id < $1.id },
            topics: Dictionary(found.map { ($0.0, Topic($0.1)) }) { $1 })
    }
}

extension ClusterDescription.Broker {
    fileprivate init(_ broker: rd_kafka_metadata_broker_t) {
        let host = String(cString: broker.host)
        self.init(
            id: broker.id, address: (host.contains(":") ? "[\(host)]" : host) + ":\(broker.port)")
    }
}

extension ClusterDescription.Topic {
    fileprivate init(_ topic: rd_kafka_metadata_topic_t) {
        let code = KafkaErrorCode(topic.err)
        let partitions = UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt))
        self.init(
            partitions: partitions.map { partition in
                .init(
                    id: partition.id, leader: partition.leader >= 0 ? partition.leader : nil,
                    replicas: Int(partition.replica_cnt))
            }.sorted { $0.id < $1.id },
            error: code.isError ? code : nil)
    }
}
