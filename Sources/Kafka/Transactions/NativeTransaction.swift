import CLibrdkafka

/// The transactional calls of one client; each blocks until it is done or its time is over.
///
/// All are made from one thread, in turn.
struct NativeTransaction: Sendable {
    let client: ClientHandle

    func initialize(_ timeout: Duration) -> TransactionError? {
        take(rd_kafka_init_transactions(client.pointer, NativeTransaction.milliseconds(timeout)))
    }

    func begin() -> TransactionError? { take(rd_kafka_begin_transaction(client.pointer)) }

    func send(_ offsets: SealedOffsets, _ timeout: Duration) -> TransactionError? {
        guard let list = PartitionList(capacity: offsets.positions.count) else {
            return TransactionError(code: .queueFull, text: "no partition list")
        }
        for position in offsets.positions { list.add(position) }
        return take(
            rd_kafka_send_offsets_to_transaction(
                client.pointer, list.pointer, offsets.group.pointer,
                NativeTransaction.milliseconds(timeout)))
    }

    /// Sends what is queued without lingering and waits until all of it is reported.
    ///
    /// - Returns: Whether that happened in time.
    func flush(_ timeout: Duration) -> Bool {
        rd_kafka_flush(client.pointer, NativeTransaction.milliseconds(timeout)) == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    func commit(_ timeout: Duration) -> TransactionError? {
        take(rd_kafka_commit_transaction(client.pointer, NativeTransaction.milliseconds(timeout)))
    }

    func abort(_ timeout: Duration) -> TransactionError? {
        take(rd_kafka_abort_transaction(client.pointer, NativeTransaction.milliseconds(timeout)))
    }

    /// What ended the client, as a call would tell it.
    func fatalError() -> TransactionError? {
        guard case .fatal(let code, let reason) = client.fatalError() else { return nil }
        return TransactionError(code: code, isFatal: true, text: reason)
    }

    /// Minus one would mean for ever, and zero never looks at an answer that is there.
    private static func milliseconds(_ timeout: Duration) -> Int32 {
        Int32(max(1, timeout.wholeMilliseconds))
    }

    /// A fatal error is told by the code that caused it.
    private func take(_ error: OpaquePointer?) -> TransactionError? {
        guard let error else { return nil }
        defer { rd_kafka_error_destroy(error) }
        let code = KafkaErrorCode(rd_kafka_error_code(error))
        if code == .fatal, let cause = fatalError() { return cause }
        return TransactionError(
            code: code, isRetriable: rd_kafka_error_is_retriable(error) != 0,
            requiresAbort: rd_kafka_error_txn_requires_abort(error) != 0,
            isFatal: rd_kafka_error_is_fatal(error) != 0,
            text: rd_kafka_error_string(error).map { String(cString: $0) } ?? "")
    }
}
