import CLibrdkafka
import Logging
import Synchronization

/// The thread that waits for delivery reports.
///
/// It blocks in `rd_kafka_queue_poll`, so a report is handled when it comes and idling costs nothing;
/// `rd_kafka_queue_yield` interrupts that, and one that comes before the wait isn't lost
/// (`RD_KAFKA_Q_F_YIELD`, 2.0.2 `rd_kafka_q_pop_serve`).
final class ProducerLoop: @unchecked Sendable {
    private struct State {
        var closeDeadline: ContinuousClock.Instant?
        var closers: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    let client: ClientHandle
    let queue: ProducerQueue
    let lane: BlockingLane
    private let reports: OpaquePointer
    private let logger: Logger
    private let state = Mutex(State())

    /// How long one wait for a report may last; only deadlines make it shorter.
    private static let waitMax = Duration.seconds(60)
    /// Time for the reports of what is purged at the end.
    private static let purgeGrace = Duration.milliseconds(500)

    init(_ configuration: ProducerConfiguration, logger: Logger) throws(KafkaError) {
        let client = try ClientHandle(
            RD_KAFKA_PRODUCER, settings: configuration.settings(),
            events: RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR, logger: logger)
        do throws(KafkaError) {
            lane = try BlockingLane("kafka-query")
        } catch {
            client.destroy(flags: 0)
            throw error
        }
        guard let reports = rd_kafka_queue_get_main(client.pointer) else {
            preconditionFailure("every client has a main queue (rdkafka.h)")
        }
        self.client = client
        self.reports = reports
        self.logger = logger
        queue = ProducerQueue(client)
    }

    /// Makes the thread look at the queue and the deadline again.
    func wake() {
        // The lock keeps the queue from being freed at this moment.
        state.withLock { if !$0.isClosed { rd_kafka_queue_yield(reports) } }
    }

    func run() {
        while true {
            let now = ContinuousClock.now
            let next = queue.serve(now: now)
            let closing = state.withLock { $0.closeDeadline }
            if let closing, closing <= now || queue.isIdle { break }
            let until = [next, closing].compactMap { $0 }.min() ?? now + ProducerLoop.waitMax
            poll(min(now.duration(to: until), ProducerLoop.waitMax))
        }
        shutDown()
    }

    /// Handles one event, or none if none comes in time.
    private func poll(_ timeout: Duration) {
        let milliseconds = Int32(max(0, timeout.wholeMilliseconds))
        guard let event = rd_kafka_queue_poll(reports, milliseconds) else { return }
        defer { rd_kafka_event_destroy(event) }
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR: settle(event)
        case RD_KAFKA_EVENT_ERROR:
            logger.debug("producer error", metadata: ["error": "\(EventError.describe(event))"])
        default: break
        }
    }

    private func settle(_ event: OpaquePointer) {
        var isFatal: Bool?
        while let message = rd_kafka_event_message_next(event) {
            guard let opaque = message.pointee._private else { continue }
            let delivery = Delivery(
                code: KafkaErrorCode(message.pointee.err),
                persistence: .init(rd_kafka_message_status(message)),
                partition: message.pointee.partition, offset: message.pointee.offset)
            if delivery.code.isError, isFatal == nil { isFatal = client.fatalError() != nil }
            let result = delivery.result(isFatal: isFatal ?? false)
            if let batch = SendBatch.settle(opaque: opaque, result) { queue.complete(batch) }
        }
    }

    func requestClose(deadline: ContinuousClock.Instant) {
        queue.beginClosing()
        let isFirst = state.withLock { state in
            guard state.closeDeadline == nil else { return false }
            state.closeDeadline = deadline
            return true
        }
        guard isFirst else { return }
        // Ends lingering; the reports come to our thread meanwhile.
        lane.add { [self] isClosed in
            guard !isClosed else { return }
            flushNow(until: deadline)
        }
        wake()
    }

    /// Makes librdkafka send without lingering, until all is reported or the deadline; blocks.
    func flushNow(until deadline: ContinuousClock.Instant) {
        let remaining = ContinuousClock.now.duration(to: deadline)
        rd_kafka_flush(client.pointer, Int32(max(0, remaining.wholeMilliseconds)))
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

    /// Reports are drained to the very end; only what none came for is unknown.
    private func shutDown() {
        lane.close()
        queue.dropBacklog()
        if !queue.isIdle {
            let everything = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT
            rd_kafka_purge(client.pointer, everything | RD_KAFKA_PURGE_F_NON_BLOCKING)
            let end = ContinuousClock.now + ProducerLoop.purgeGrace
            while !queue.isIdle, ContinuousClock.now < end { poll(ContinuousClock.now.duration(to: end)) }
        }
        queue.abandon()
        let closers = state.withLock { state in
            state.isClosed = true
            defer { state.closers = [] }
            rd_kafka_queue_destroy(reports)
            return state.closers
        }
        let (client, lane) = (client, lane)
        let queue = queue
        let isInTime = Reaper.run(
            {
                lane.join()
                queue.destroyTopics()
                client.destroy(flags: 0)
            }, patience: ProducerLoop.purgeGrace)
        if !isInTime { logger.warning("the Kafka client did not stop in time and goes on in the background") }
        for closer in closers { closer.resume() }
    }
}
