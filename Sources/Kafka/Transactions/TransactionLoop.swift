import CLibrdkafka
import Logging
import Synchronization

/// The thread that handles delivery reports while the lane blocks in a transactional call.
///
/// Those calls wait for the reports of all records, and serve none themselves where reports are events
/// (`rdkafka.h`, `rd_kafka_commit_transaction`).
///
/// It also watches them: `rd_kafka_send_offsets_to_transaction` waits without a limit of its own, and where
/// librdkafka drops the answer it depends on, for ever (2.0.2 `rd_kafka_txn_handle_TxnOffsetCommit`,
/// `_OUTDATED`; seen on 2.16 after a broken connection). Then the producer closes.
final class TransactionLoop: Sendable {
    private typealias Abandon = @Sendable () -> Void

    private struct State {
        /// What waits for an answer, each with the way to answer it at the end.
        var pending: [UInt64: Abandon] = [:]
        var nextID: UInt64 = 0
        /// When the job that is running must have ended.
        var limit: ContinuousClock.Instant?
    }

    let core: ProducerCore
    let runner: TransactionRunner
    private let reports: TransactionReports
    private let state = Mutex(State())

    init(_ configuration: TransactionalProducerConfiguration, logger: Logger) throws(KafkaError) {
        reports = try TransactionReports()
        core = try ProducerCore(configuration.settings(), lane: "kafka-txn", logger: logger)
        runner = TransactionRunner(core.client, reports)
    }

    /// Runs a job on the lane, after those before it, and waits for its answer.
    ///
    /// - Parameters:
    ///   - closed: The answer if the producer closes before the job begins.
    ///   - limit: How long the job may take; after that it counts as stuck, and the producer closes.
    ///   - job: Blocks, and answers.
    /// - Returns: The job's answer, or what is known where closing doesn't wait for it.
    func ask<Value: Sendable>(
        closed: Value, limit: Duration, _ job: @escaping @Sendable (PendingAnswer<Value>) -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            let answer = PendingAnswer(continuation, known: closed)
            guard let id = add({ answer.abandon() }) else { return answer.abandon() }
            core.lane.add { [self] isClosed in
                guard !isClosed else { return answer.abandon() }
                watch(until: .now + limit)
                answer.resume(returning: job(answer))
                remove(id)
            }
        }
    }

    /// What is added while closing begins is answered by the lane, which is closed before anybody else is
    /// answered.
    private func add(_ abandon: @escaping Abandon) -> UInt64? {
        guard core.closeDeadline == nil else { return nil }
        return state.withLock { state in
            state.nextID += 1
            state.pending[state.nextID] = abandon
            return state.nextID
        }
    }

    /// The lane runs one job at a time, so there is one limit.
    private func watch(until limit: ContinuousClock.Instant) {
        state.withLock { $0.limit = limit }
        core.wake()
    }

    private func remove(_ id: UInt64) {
        state.withLock { state in
            state.pending[id] = nil
            state.limit = nil
        }
        if core.closeDeadline != nil { core.wake() }
    }

    func run() {
        while true {
            let now = ContinuousClock.now
            let closing = core.closeDeadline
            let (limit, isIdle) = state.withLock { ($0.limit, $0.pending.isEmpty) }
            if let limit, limit <= now {
                core.logger.error("a transactional call is stuck; the producer closes")
                core.requestClose(deadline: now)
                break
            }
            if let closing, closing <= now || isIdle { break }
            let next = [closing, limit].compactMap { $0 }.min() ?? now + ProducerCore.waitMax
            let hadEvent = core.poll(now.duration(to: next)) { event in
                while let message = rd_kafka_event_message_next(event) {
                    reports.settle(opaque: message.pointee._private, KafkaErrorCode(message.pointee.err))
                }
            }
            // The records leave the queue with the event, so room is announced after that.
            if hadEvent { reports.announce() }
        }
        shutDown()
    }

    /// Answers everybody with what is known; a call that still blocks ends in the background.
    private func shutDown() {
        core.lane.close()
        let abandoned = state.withLock { state in
            defer { state.pending = [:] }
            return Array(state.pending.values)
        }
        for abandon in abandoned { abandon() }
        core.release { [runner] in runner.destroyTopics() }
    }
}
