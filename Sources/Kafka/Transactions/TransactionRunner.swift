/// Runs transactions one after another, on a thread that may block.
///
/// Confined to the lane; only what it is made of is shared.
final class TransactionRunner: @unchecked Sendable {
    /// What the producer is good for; it only moves forward.
    private enum Phase {
        /// Brokers don't know it yet.
        ///
        /// Can become ready, or spent.
        case new
        /// Transactions can begin.
        ///
        /// Can become spent.
        case ready
        /// It must be replaced.
        case spent(KafkaError)
    }

    let native: NativeTransaction
    let reports: TransactionReports
    private var phase = Phase.new
    /// Whether sequence numbers may have been used up by records that no broker took.
    ///
    /// Then the next transaction fails with a gap in them, whatever it writes, and its abort gets new ones
    /// (measured on 2.0.2; `rd_kafka_handle_Produce_error_seq`).
    private var mayHaveGap = false
    /// Handles of the topics that were looked up.
    var topics: [String: OpaquePointer] = [:]

    /// An abort gets at least this, even when the batch's time is over.
    static let abortMin = Duration.seconds(1)
    /// Between tries, doubled for each further one up to the second.
    private static let pauses = (first: Duration.milliseconds(20), max: Duration.seconds(1))

    init(_ client: ClientHandle, _ reports: TransactionReports) {
        native = NativeTransaction(client: client)
        self.reports = reports
    }

    /// Becomes ready, and looks up topics.
    func initialize(
        priming names: [String], until deadline: ContinuousClock.Instant, lane: BlockingLane
    ) -> Result<Void, KafkaError> {
        switch phase {
        case .spent(let error): return .failure(error)
        case .ready: break
        case .new:
            let failed = retrying(.initialize, until: deadline, lane) { native.initialize($0) }
            if let failed { return .failure(notInitialized(failed)) }
            phase = .ready
        }
        return prime(names, until: deadline, lane: lane)
    }

    /// A retriable error leaves the producer as it was, to be initialized again.
    private func notInitialized(_ failed: Failed) -> KafkaError {
        if failed.error.isRetriable, failed.verdict != .fenced { return .broker(failed.error.code) }
        let error = KafkaError.fatal(failed.error.code, reason: failed.error.text)
        phase = .spent(error)
        return error
    }

    /// Commits a batch.
    ///
    /// - Parameters:
    ///   - batch: What is committed.
    ///   - deadline: When to give up.
    ///   - lane: The lane this runs on; its closing ends retries.
    ///   - answer: Learns of every point after which less is certain.
    /// - Returns: What became of it.
    func commit(
        _ batch: SealedBatch, until deadline: ContinuousClock.Instant, lane: BlockingLane,
        answer: PendingAnswer<TransactionOutcome>
    ) -> TransactionOutcome {
        switch phase {
        case .new: return .refused(.broker(.wrongState))
        case .spent(let error): return .refused(error)
        case .ready: break
        }
        if batch.isEmpty { return .committed }
        if let problem = batch.problem { return problem }
        if case .failure(let error) = prime(batch.records.map(\.topic), until: deadline, lane: lane) {
            return .refused(error)
        }
        let hadGap = mayHaveGap
        var outcome = attempt(batch, until: deadline, lane: lane, answer: answer)
        // Which call notices it is a matter of speed.
        if hadGap, case .aborted(.refused(_, .outOfOrderSequence)) = outcome {
            outcome = attempt(batch, until: deadline, lane: lane, answer: answer)
        }
        return outcome
    }

    private func attempt(
        _ batch: SealedBatch, until deadline: ContinuousClock.Instant, lane: BlockingLane,
        answer: PendingAnswer<TransactionOutcome>
    ) -> TransactionOutcome {
        var transaction = OpenTransaction(deadline: deadline, lane: lane, answer: answer)
        let failed = run(batch, &transaction)
        let outcome = failed.map { end($0, transaction) } ?? .committed
        switch outcome {
        case .committed: mayHaveGap = false
        case .aborted: mayHaveGap = reports.summary.isIncomplete
        case .refused: break
        case .fenced(let failure), .fatal(let failure), .indefinite(let failure):
            phase = .spent(.fatal(failure.code, reason: "the producer must be replaced: \(failure.reason)"))
        }
        return outcome
    }

    /// One batch on its way.
    private struct OpenTransaction {
        let deadline: ContinuousClock.Instant
        let lane: BlockingLane
        let answer: PendingAnswer<TransactionOutcome>
        var isCommitAsked = false

        func reached(_ call: TransactionCall) {
            answer.learn(
                .indefinite(
                    TransactionFailure(
                        call: call, code: .timedOut, reason: "the producer closed before the end",
                        mayBeCommitted: call == .commit)))
        }
    }

    /// A call that failed for good.
    struct Failed {
        let call: TransactionCall
        let error: TransactionError
        let verdict: TransactionVerdict
    }

    /// Takes the batch through all steps.
    ///
    /// - Returns: The step that failed, `nil` if it is committed.
    private func run(_ batch: SealedBatch, _ transaction: inout OpenTransaction) -> Failed? {
        let (deadline, lane) = (transaction.deadline, transaction.lane)
        let number = reports.begin()
        transaction.reached(.begin)
        if let failed = retrying(.begin, until: deadline, lane, { _ in native.begin() }) { return failed }
        if let failed = produce(batch.records, number, until: deadline) { return failed }
        if let offsets = batch.offsets, !offsets.positions.isEmpty {
            transaction.reached(.sendOffsets)
            let failed = retrying(.sendOffsets, until: deadline, lane) { native.send(offsets, $0) }
            if let failed { return cause(of: failed, offsets, deadline) }
        }
        if !native.flush(ContinuousClock.now.duration(to: deadline)) {
            return judge(.produce, native.fatalError() ?? TransactionError(code: .messageTimedOut))
        }
        return commit(&transaction)
    }

    /// Offsets that come too late, after something else has failed the transaction, get no better answer than
    /// "wrong state"; asking once more, in that state, tells the cause and sends nothing.
    private func cause(
        of failed: Failed, _ offsets: SealedOffsets, _ deadline: ContinuousClock.Instant
    ) -> Failed {
        guard failed.error.code == .wrongState, failed.error.requiresAbort,
            let error = native.send(offsets, ContinuousClock.now.duration(to: deadline))
        else {
            return failed
        }
        return judge(.sendOffsets, error)
    }

    /// Asks for the commit, or, where a record failed, only for the reason: librdkafka then asks nothing of
    /// the coordinator (2.0.2 `rd_kafka_txn_op_commit_transaction`, `txn_dr_fails`).
    private func commit(_ transaction: inout OpenTransaction) -> Failed? {
        let isIncomplete = reports.summary.isIncomplete
        let call: TransactionCall = isIncomplete ? .produce : .commit
        // Once the producer closes, its owner has been told that nothing was asked for: a lane that is seen open
        // after the step is noted was open when that was told.
        transaction.reached(call)
        guard !transaction.lane.isClosed else {
            let error = TransactionError(code: .timedOut, text: "the producer closed before the commit")
            return Failed(call: call, error: error, verdict: .indefinite)
        }
        transaction.isCommitAsked = !isIncomplete
        let failed = retrying(call, until: transaction.deadline, transaction.lane) { native.commit($0) }
        guard isIncomplete, failed == nil else { return failed }
        transaction.isCommitAsked = true
        let error = TransactionError(code: .wrongState, text: "committed although records had failed")
        return Failed(call: .commit, error: error, verdict: .fatal)
    }

    /// Ends what has failed, and names the outcome.
    private func end(_ failed: Failed, _ transaction: OpenTransaction) -> TransactionOutcome {
        guard failed.verdict == .abort else { return outcome(failed, transaction) }
        let deadline = max(transaction.deadline, .now + TransactionRunner.abortMin)
        let unaborted = retrying(.abort, until: deadline, transaction.lane) { native.abort($0) }
        if let unaborted { return outcome(unaborted, transaction) }
        return .aborted(
            AbortReason.of(failed.call, failed.error.code, failed: reports.summary.failed))
    }

    private func outcome(_ failed: Failed, _ transaction: OpenTransaction) -> TransactionOutcome {
        let failure = TransactionFailure(
            call: failed.call, code: failed.error.code, reason: failed.error.text,
            mayBeCommitted: transaction.isCommitAsked)
        return switch failed.verdict {
        case .fenced: .fenced(failure)
        case .fatal: .fatal(failure)
        case .indefinite, .retry, .abort: .indefinite(failure)
        }
    }

    /// Makes a call until it succeeds, its error is no longer to be retried, or time is over.
    private func retrying(
        _ call: TransactionCall, until deadline: ContinuousClock.Instant, _ lane: BlockingLane,
        _ body: (Duration) -> TransactionError?
    ) -> Failed? {
        var pause = TransactionRunner.pauses.first
        while true {
            guard let error = body(ContinuousClock.now.duration(to: deadline)) else { return nil }
            let failed = judge(call, error)
            guard failed.verdict == .retry else { return failed }
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero, !lane.isClosed else {
                return Failed(call: call, error: error, verdict: .exhausted(call))
            }
            lane.pause(min(pause, remaining))
            pause = min(pause * 2, TransactionRunner.pauses.max)
        }
    }

    func judge(_ call: TransactionCall, _ error: TransactionError) -> Failed {
        Failed(call: call, error: error, verdict: .decide(call, error))
    }
}
