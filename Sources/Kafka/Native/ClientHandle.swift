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

    /// Asks the partition's leader for the ends of its log; blocks.
    func watermarks(_ partition: TopicPartition, timeout: Duration) -> Result<Watermarks, KafkaError> {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = KafkaErrorCode(
            rd_kafka_query_watermark_offsets(
                pointer, partition.topic, partition.partition, &low, &high,
                Int32(timeout.wholeMilliseconds)))
        return code.isError ? .failure(.broker(code)) : .success(Watermarks(low: low, high: high))
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
