/// A step of a transaction.
public enum TransactionCall: String, Sendable, CaseIterable {
    /// Getting the producer id, which fences earlier producers and ends their transactions.
    case initialize
    /// Beginning locally.
    case begin
    /// Writing the records and registering their partitions.
    case produce
    /// Sending the group's offsets.
    case sendOffsets
    /// Ending with a commit; before this call no commit can have happened.
    case commit
    /// Ending without a commit.
    case abort
}

/// What became of a sealed batch, and what its owner may do now.
public enum TransactionOutcome: Hashable, Sendable {
    /// Records and offsets are committed, together.
    case committed

    /// Nothing of the batch is or will be visible; the producer can go on.
    case aborted(AbortReason)

    /// Nothing was begun: the batch can't be sent, or this producer takes none (any more).
    case refused(KafkaError)

    /// Another producer has our transactional id, or the transaction timed out at the broker, which
    /// looks the same; this one must be replaced.
    case fenced(TransactionFailure)

    /// The producer can't go on and must be replaced.
    case fatal(TransactionFailure)

    /// A request's fate is unknown; the producer must be replaced, which fences what may still be on its way
    /// (librdkafka has no KIP-890: a late request would end a later transaction of the same epoch).
    case indefinite(TransactionFailure)

    /// Whether readers may see the batch.
    public var mayBeCommitted: Bool {
        switch self {
        case .committed: true
        case .aborted, .refused: false
        case .fenced(let failure), .fatal(let failure), .indefinite(let failure): failure.mayBeCommitted
        }
    }

    /// Whether this producer takes no further batch.
    public var mustReplaceProducer: Bool {
        switch self {
        case .committed, .aborted: false
        case .refused(.closed), .refused(.fatal): true
        case .refused: false
        case .fenced, .fatal, .indefinite: true
        }
    }
}

/// Why a transaction was aborted.
public enum AbortReason: Hashable, Sendable {
    /// The group has gone on without this member: its offsets are others' to commit now.
    ///
    /// The same batch will never succeed.
    case groupMoved(KafkaErrorCode)

    /// The broker wants shorter metadata (`offset.metadata.max.bytes`).
    case metadataTooLarge

    /// This record, counted from zero, can't be written as it is.
    case recordRefused(index: Int, KafkaErrorCode)

    /// A broker refused a step; the same batch may be sent again on this producer.
    case refused(TransactionCall, KafkaErrorCode)
}

/// What ended a transaction together with its producer.
public struct TransactionFailure: Hashable, Sendable {
    /// The step that failed.
    public let call: TransactionCall

    /// The last error.
    public let code: KafkaErrorCode

    /// librdkafka's words; they name topics, partitions and brokers, never a record's content.
    public let reason: String

    /// Whether a commit was asked for, so that the batch may be visible.
    ///
    /// False means that it certainly never is. True can be resolved: when the replacement's
    /// ``TransactionalProducer/initialize(priming:within:)`` has returned, the coordinator has finished
    /// this transaction one way or the other, and the group's committed offsets
    /// (``Consumer/committed(_:)``) are those of the batch exactly if it was committed.
    public let mayBeCommitted: Bool

    /// Makes a failure, for tests of what follows outcomes.
    public init(call: TransactionCall, code: KafkaErrorCode, reason: String, mayBeCommitted: Bool) {
        self.call = call
        self.code = code
        self.reason = reason
        self.mayBeCommitted = mayBeCommitted
    }
}
