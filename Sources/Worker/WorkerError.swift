import Kafka

/// Why a worker can't go on.
///
/// Whatever it had in flight is still on the inbound topics, and its next owner looks up what was begun: money
/// may have moved for it.
public enum WorkerError: Error, Sendable {
    /// The consumer failed for good.
    case consumerFailed(KafkaError)
    /// The producer failed for good.
    case producerFailed(ProduceError)
    /// No transactional producer can be made.
    case transactionsFailed(KafkaError)
    /// The group was said to be new, and has committed.
    case groupIsNotNew(TopicPartition, offset: Int64)
}

/// How a worker ended that was asked to.
public enum WorkerEnding: Sendable, Hashable {
    /// Everything in flight was finished or given back, and committed as far as the partitions were still this
    /// worker's.
    case drained
    /// Not everything was: these records were still running, or these positions could not be committed.
    case forced(blocked: [String])
}

extension ProduceError {
    /// Whether no later try with the same producer can do better.
    var isFinal: Bool {
        switch self {
        case .closed, .fatal: true
        case .queueFull, .rejected, .failed, .unknown: false
        }
    }

    /// Whether the broker or the client refused the record for its size.
    var isTooLarge: Bool {
        switch self {
        case .rejected(let code), .failed(let code): code == .messageTooLarge
        case .closed, .queueFull, .unknown, .fatal: false
        }
    }
}
