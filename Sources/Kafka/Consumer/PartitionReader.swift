import CLibrdkafka

/// Reads one partition's own queue.
///
/// Confined to the poll thread.
///
/// The queue isn't forwarded to the consumer's, so that what nobody asked for stays in it: librdkafka
/// stops fetching when it is full. Forwarding must be off before the partition is assigned; that
/// marks the queue so that starting its fetcher leaves it alone (`RD_KAFKA_Q_F_FWD_APP`, 2.0.2
/// `rd_kafka_toppar_op_fetch_start`).
final class PartitionReader {
    /// What one poll of the queue gave.
    enum Polled {
        case records
        case failure(KafkaError)
        case empty
    }

    let partition: TopicPartition
    let epoch: AssignmentEpoch
    private let queue: OpaquePointer

    init?(_ client: ClientHandle, _ partition: TopicPartition, epoch: AssignmentEpoch, wakeUp: WakeUp) {
        guard
            let queue = rd_kafka_queue_get_partition(
                client.pointer, partition.topic, partition.partition)
        else { return nil }
        self.queue = queue
        self.partition = partition
        self.epoch = epoch
        rd_kafka_queue_forward(queue, nil)
        QueueSignal.enable(queue, wakeUp)
    }

    deinit {
        QueueSignal.disable(queue)
        rd_kafka_queue_destroy(queue)
    }

    /// Takes one event from the queue; records are copied and the event freed at once.
    func poll(into records: inout [ConsumedRecord]) -> Polled {
        guard let event = rd_kafka_queue_poll(queue, 0) else { return .empty }
        defer { rd_kafka_event_destroy(event) }
        guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_FETCH else {
            return .failure(EventError.describe(event))
        }
        while let message = rd_kafka_event_message_next(event) {
            let code = KafkaErrorCode(message.pointee.err)
            guard !code.isError else { return .failure(EventError.describe(code, reason: "")) }
            records.append(RecordCopy.make(message, partition, epoch))
        }
        return .records
    }
}

/// Makes a queue signal when it becomes non-empty.
enum QueueSignal {
    /// Only a poll re-arms the signal (2.0.2 `rd_kafka_q_mark_served`), so a woken thread must poll every
    /// queue, even one that looks empty.
    static func enable(_ queue: OpaquePointer, _ wakeUp: WakeUp) {
        WakeUp.payload.withUnsafeBytes {
            rd_kafka_queue_io_event_enable(queue, wakeUp.writeEnd, $0.baseAddress, $0.count)
        }
    }

    static func disable(_ queue: OpaquePointer) { rd_kafka_queue_io_event_enable(queue, -1, nil, 0) }
}

/// Copies a message out of librdkafka.
enum RecordCopy {
    static func make(
        _ message: UnsafePointer<rd_kafka_message_t>, _ partition: TopicPartition,
        _ epoch: AssignmentEpoch
    ) -> ConsumedRecord {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = rd_kafka_message_timestamp(message, &kind)
        return ConsumedRecord(
            topic: partition.topic, partition: partition.partition, offset: message.pointee.offset,
            epoch: epoch,
            timestampMilliseconds: kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : timestamp,
            key: bytes(message.pointee.key, message.pointee.key_len),
            value: bytes(message.pointee.payload, message.pointee.len),
            headers: headers(message))
    }

    private static func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
    }

    private static func headers(_ message: UnsafePointer<rd_kafka_message_t>) -> [RecordHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else {
            return []
        }
        let count = rd_kafka_header_cnt(list)
        var headers: [RecordHeader] = []
        headers.reserveCapacity(count)
        for index in 0..<count {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            let code = rd_kafka_header_get_all(list, index, &name, &value, &size)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let name else { break }
            headers.append(RecordHeader(String(cString: name), bytes(value, size)))
        }
        return headers
    }
}

/// The error an event carries.
enum EventError {
    static func describe(_ event: OpaquePointer) -> KafkaError {
        let code = KafkaErrorCode(rd_kafka_event_error(event))
        let reason = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
        if rd_kafka_event_error_is_fatal(event) != 0 { return .fatal(code, reason: reason) }
        return describe(code, reason: reason)
    }

    static func describe(_ code: KafkaErrorCode, reason: String) -> KafkaError {
        switch code {
        case .offsetReset, .offsetOutOfRange: .offsetUnavailable(reason: reason)
        case .fatal: .fatal(code, reason: reason)
        default: .broker(code)
        }
    }
}
