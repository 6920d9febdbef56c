/// An error of a transactional call, with what librdkafka says about it.
struct TransactionError: Equatable, Sendable {
    let code: KafkaErrorCode
    var isRetriable = false
    var requiresAbort = false
    var isFatal = false
    var text = ""
}

/// What to do after a transactional call has failed; decided by the call and its error alone.
///
/// librdkafka's flags decide, except where they promise too much: it calls a transaction abortable
/// although a request of it may still be on its way.
enum TransactionVerdict: Equatable, Sendable, CaseIterable {
    /// The same call again, with the same arguments, until time runs out.
    case retry
    /// Abort; once that has succeeded nothing of the transaction is visible.
    case abort
    /// Another producer has taken over.
    case fenced
    /// The client can't go on.
    case fatal
    /// Nobody knows what the brokers did or will do.
    case indefinite

    static func decide(_ call: TransactionCall, _ error: TransactionError) -> TransactionVerdict {
        if error.code.isFencing { return .fenced }
        if error.isFatal || error.code == .fatal { return .fatal }
        switch call {
        case .initialize, .begin: return error.isRetriable ? .retry : .fatal
        case .produce: return .abort
        case .sendOffsets: return afterOffsets(error)
        case .commit: return afterCommit(error)
        case .abort: return error.isRetriable ? .retry : .indefinite
        }
    }

    /// When the time for retries is over.
    static func exhausted(_ call: TransactionCall) -> TransactionVerdict {
        switch call {
        case .initialize, .begin: .fatal
        // A retriable answer to this call was an answer (what has none is indefinite at once).
        case .produce, .sendOffsets: .abort
        case .commit, .abort: .indefinite
        }
    }

    /// A call that wasn't answered must not be made again (librdkafka's CHANGELOG, 2.0.0), and aborting
    /// doesn't help: the request may yet arrive in a later transaction.
    private static func afterOffsets(_ error: TransactionError) -> TransactionVerdict {
        if error.code.isUnanswered { return .indefinite }
        return error.isRetriable && !error.requiresAbort ? .retry : .abort
    }

    /// A commit may have succeeded before the answer we got, because librdkafka repeats it silently.
    ///
    /// An abort that the coordinator accepts then proves that it hasn't. Where the coordinator doesn't
    /// know the producer id any more librdkafka takes a new one for a successful abort (2.0.2
    /// `rd_kafka_txn_handle_EndTxn`, `require_bump`), and that proves nothing.
    private static func afterCommit(_ error: TransactionError) -> TransactionVerdict {
        guard error.requiresAbort else { return error.isRetriable ? .retry : .indefinite }
        let provesNothing = [.unknownProducerID, .invalidProducerIDMapping].contains(error.code)
        return provesNothing || error.code.isUnanswered ? .indefinite : .abort
    }
}

extension AbortReason {
    /// Names the reason: a record that failed by itself goes before the call that noticed it.
    static func of(
        _ call: TransactionCall, _ code: KafkaErrorCode, failed: TransactionReports.Failure?
    ) -> AbortReason {
        if let failed {
            return failed.code.isRecordsFault
                ? .recordRefused(index: failed.index, failed.code) : .refused(.produce, failed.code)
        }
        guard call == .sendOffsets else { return .refused(call, code) }
        if code.isGroupMoved { return .groupMoved(code) }
        return code == .offsetMetadataTooLarge ? .metadataTooLarge : .refused(call, code)
    }
}
