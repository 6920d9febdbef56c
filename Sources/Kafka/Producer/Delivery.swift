import CLibrdkafka

/// How librdkafka left one message: the delivery report's error and its persistence.
struct Delivery: Sendable {
    /// Whether the message is in the log, as `rd_kafka_message_status` tells.
    enum Persistence: Sendable, CaseIterable {
        /// Certainly not.
        case none
        /// Nobody knows: it was sent, and no answer came.
        case possible
        /// Certainly.
        case certain

        init(_ status: rd_kafka_msg_status_t) {
            switch status {
            case RD_KAFKA_MSG_STATUS_NOT_PERSISTED: self = .none
            case RD_KAFKA_MSG_STATUS_PERSISTED: self = .certain
            default: self = .possible
            }
        }
    }

    let code: KafkaErrorCode
    let persistence: Persistence
    let partition: Int32
    let offset: Int64

    /// What the sender is told.
    ///
    /// `isFatal` says that the producer has had a fatal error.
    func result(isFatal: Bool) -> Result<RecordMetadata, ProduceError> {
        if !code.isError || persistence == .certain {
            return .success(RecordMetadata(partition: partition, offset: offset >= 0 ? offset : nil))
        }
        let mayHaveBeenWritten = persistence == .possible
        if isFatal || code == .fatal {
            return .failure(.fatal(code, mayHaveBeenWritten: mayHaveBeenWritten))
        }
        return .failure(mayHaveBeenWritten ? .unknown(code) : .failed(code))
    }
}
