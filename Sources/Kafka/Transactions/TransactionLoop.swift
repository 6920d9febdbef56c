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
final class TransactionLoop: @unchecked Sendable {
    private typealias Abandon = @Sendable () -> Void

    private struct State {
        /// What waits for an answer, each with the way to answer it at the end.
        var pending: [UInt64: Abandon] = [:]
        var nextID: UInt64 = 0
        var closeDeadline: ContinuousClock.Instant?
        /// When the job that is running must have ended.
        var limit: ContinuousClock.Instant?
        var closers: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    let lane: BlockingLane
    let runner: TransactionRunner
    private let client: ClientHandle
    private let reports: TransactionReports
    private let queue: OpaquePointer
    private let logger: Logger
    private let state = Mutex(State())

    /// How long one wait for a report may last; only the deadline of closing makes it shorter.
    private static let waitMax = Duration.seconds(60)
    /// Time for releasing the client.
    private static let destroyGrace = Duration.milliseconds(500)

    init(_ configuration: TransactionalProducerConfiguration, logger: Logger) throws(KafkaError) {
        let reports = try TransactionReports()
        let client = try ClientHandle(
            RD_KAFKA_PRODUCER, settings: configuration.settings(),
            events: RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR, logger: logger)
        do throws(KafkaError) {
            lane = try BlockingLane("kafka-txn")
        } catch {
            client.destroy(flags: 0)
            throw error
        }
        guard let queue = rd_kafka_queue_get_main(client.pointer) else {
            preconditionFailure("every client has a main queue (rdkafka.h)")
        }
        self.client = client
        self.queue = queue
        self.reports = reports
        self.logger = logger
        runner = TransactionRunner(client, reports)
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
            lane.add { [self] isClosed in
                guard !isClosed else { return answer.abandon() }
                watch(until: .now + limit)
                answer.resume(returning: job(answer))
                remove(id)
            }
        }
    }

    private func add(_ abandon: @escaping Abandon) -> UInt64? {
        state.withLock { state in
            guard state.closeDeadline == nil else { return nil }
            state.nextID += 1
            state.pending[state.nextID] = abandon
            return state.nextID
        }
    }

    /// The lane runs one job at a time, so there is one limit.
    private func watch(until limit: ContinuousClock.Instant) {
        state.withLock { state in
            state.limit = limit
            if !state.isClosed { rd_kafka_queue_yield(queue) }
        }
    }

    private func remove(_ id: UInt64) {
        state.withLock { state in
            state.pending[id] = nil
            state.limit = nil
            if !state.isClosed, state.closeDeadline != nil { rd_kafka_queue_yield(queue) }
        }
    }

    func run() {
        while true {
            let now = ContinuousClock.now
            let (closing, limit, isIdle) = state.withLock {
                ($0.closeDeadline, $0.limit, $0.pending.isEmpty)
            }
            if let limit, limit <= now {
                logger.error("a transactional call is stuck; the producer closes")
                requestClose(deadline: now)
                break
            }
            if let closing, closing <= now || isIdle { break }
            let next = [closing, limit].compactMap { $0 }.min() ?? now + TransactionLoop.waitMax
            poll(min(now.duration(to: next), TransactionLoop.waitMax))
        }
        shutDown()
    }

    /// Handles one event, or none if none comes in time.
    private func poll(_ timeout: Duration) {
        let milliseconds = Int32(max(0, timeout.wholeMilliseconds))
        guard let event = rd_kafka_queue_poll(queue, milliseconds) else { return }
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR:
            while let message = rd_kafka_event_message_next(event) {
                reports.settle(opaque: message.pointee._private, KafkaErrorCode(message.pointee.err))
            }
        case RD_KAFKA_EVENT_ERROR:
            logger.debug("producer error", metadata: ["error": "\(EventError.describe(event))"])
        default: break
        }
        // The records leave the queue with the event, so room is announced after that.
        rd_kafka_event_destroy(event)
        reports.announce()
    }

    func requestClose(deadline: ContinuousClock.Instant) {
        state.withLock { state in
            guard state.closeDeadline == nil else { return }
            state.closeDeadline = deadline
            rd_kafka_queue_yield(queue)
        }
    }

    func closed() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.closers.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }

    /// Answers everybody with what is known; a call that still blocks ends in the background.
    private func shutDown() {
        lane.close()
        let (abandoned, closers) = state.withLock { state in
            state.isClosed = true
            rd_kafka_queue_destroy(queue)
            defer { (state.pending, state.closers) = ([:], []) }
            return (Array(state.pending.values), state.closers)
        }
        for abandon in abandoned { abandon() }
        let (client, lane, runner) = (client, lane, runner)
        let isInTime = Reaper.run(
            {
                lane.join()
                runner.destroyTopics()
                client.destroy(flags: 0)
            }, patience: TransactionLoop.destroyGrace)
        if !isInTime { logger.warning("the Kafka client did not stop in time and goes on in the background") }
        for closer in closers { closer.resume() }
    }
}
