import CLibrdkafka
import Logging

/// Owns one `rd_kafka_t`.
///
/// Its functions may be called from any thread (`INTRODUCTION.md`, threads), until ``destroy(flags:)``;
/// whoever calls that has made sure that nobody else still calls.
final class ClientHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let logs: LogBridge

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - type: Consumer or producer.
    ///   - list: Its settings.
    ///   - events: The `RD_KAFKA_EVENT_` kinds to be delivered through queues.
    ///   - logger: Where librdkafka's log lines go.
    /// - Throws: ``KafkaError/invalidConfiguration(_:)``.
    init(
        _ type: rd_kafka_type_t, settings list: SettingList, events: Int32, logger: Logger
    ) throws(KafkaError) {
        let configuration = try NativeConfiguration.make(list)
        let logs = LogBridge(logger)
        logs.install(on: configuration)
        rd_kafka_conf_set_events(configuration, events)
        var text = [CChar](repeating: 0, count: 512)
        guard let pointer = rd_kafka_new(type, configuration, &text, text.count) else {
            rd_kafka_conf_destroy(configuration)
            let reason = NativeConfiguration.redact(
                ErrorText.string(text), secrets: list.resolved().settings)
            throw .invalidConfiguration([ConfigurationProblem(name: "*", reason: reason, isOwn: false)])
        }
        self.pointer = pointer
        self.logs = logs
    }

    func destroy(flags: Int32) { rd_kafka_destroy_flags(pointer, flags) }

    /// The fatal error that ended this client, if any.
    func fatalError() -> KafkaError? {
        var text = [CChar](repeating: 0, count: 512)
        let code = KafkaErrorCode(rd_kafka_fatal_error(pointer, &text, text.count))
        return code.isError ? .fatal(code, reason: ErrorText.string(text)) : nil
    }

    /// Asks the partitions' leaders for one end of their logs; blocks until the timeout at most.
    ///
    /// It is asked as a search for a time, which ends in time; a query of watermarks waits for ever for a
    /// leader that is down (2.0.2 `rd_kafka_query_watermark_offsets`).
    ///
    /// - Returns: The offset of every partition, or why there is none for one of them.
    func offsets(
        of partitions: Set<TopicPartition>, at end: LogEnd, timeout: Duration
    ) -> Result<[TopicPartition: Int64], KafkaError> {
        guard let list = PartitionList(capacity: partitions.count) else {
            return .failure(.noResources("partition list"))
        }
        for partition in partitions { list.add(partition)?.pointee.offset = end.rawValue }
        let code = KafkaErrorCode(
            rd_kafka_offsets_for_times(pointer, list.pointer, Int32(clamping: timeout.wholeMilliseconds)))
        guard !code.isError else { return .failure(.broker(code)) }
        var offsets: [TopicPartition: Int64] = [:]
        for element in list.elements {
            let code = KafkaErrorCode(element.err)
            guard !code.isError else { return .failure(.broker(code)) }
            // Left as it was: nobody was asked about this partition, as where its leader is down.
            guard element.offset >= 0 else { return .failure(.broker(.unknownPartition)) }
            offsets[element.topicPartition] = element.offset
        }
        return .success(offsets)
    }

    /// Asks a broker how many partitions a topic has; blocks.
    func partitionCount(of topic: String, timeout: Duration) -> Result<Int, KafkaError> {
        guard let handle = rd_kafka_topic_new(pointer, topic, nil) else {
            return .failure(.broker(KafkaErrorCode(rd_kafka_last_error())))
        }
        defer { rd_kafka_topic_destroy(handle) }
        var metadata: UnsafePointer<rd_kafka_metadata_t>?
        let code = KafkaErrorCode(
            rd_kafka_metadata(pointer, 0, handle, &metadata, Int32(timeout.wholeMilliseconds)))
        guard !code.isError, let metadata else { return .failure(.broker(code)) }
        defer { rd_kafka_metadata_destroy(metadata) }
        guard metadata.pointee.topic_cnt == 1, let found = metadata.pointee.topics?.pointee else {
            return .failure(.broker(.unknownTopicOrPartition))
        }
        let topicCode = KafkaErrorCode(found.err)
        return topicCode.isError ? .failure(.broker(topicCode)) : .success(Int(found.partition_cnt))
    }

    /// Asks for the cluster's id; blocks.
    ///
    /// Brokers before 0.10.1 have none.
    func clusterID(timeout: Duration) -> Result<String, KafkaError> {
        guard let text = rd_kafka_clusterid(pointer, Int32(timeout.wholeMilliseconds)) else {
            return .failure(.broker(.timedOut))
        }
        defer { rd_kafka_mem_free(pointer, text) }
        return .success(String(cString: text))
    }
}

/// One end of a partition's log, as the time that ListOffsets searches for (Kafka protocol).
enum LogEnd: Int64, Sendable {
    /// The oldest record the log holds.
    case start = -2
    /// The next record to come; for a client with `read_committed` the last stable offset.
    case end = -1
}
