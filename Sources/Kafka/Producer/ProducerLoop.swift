import CLibrdkafka
import Logging

/// The thread that waits for delivery reports.
///
/// It blocks in `rd_kafka_queue_poll`, so a report is handled when it comes and idling costs nothing;
/// `rd_kafka_queue_yield` interrupts that, and one that comes before the wait isn't lost
/// (`RD_KAFKA_Q_F_YIELD`, 2.0.2 `rd_kafka_q_pop_serve`).
final class ProducerLoop: Sendable {
    let core: ProducerCore
    let queue: ProducerQueue

    init(_ configuration: ProducerConfiguration, logger: Logger) throws(KafkaError) {
        core = try ProducerCore(configuration.settings(), lane: "kafka-query", logger: logger)
        queue = ProducerQueue(core.client)
    }

    func run() {
        while true {
            let now = ContinuousClock.now
            let next = queue.serve(now: now)
            let closing = core.closeDeadline
            if let closing, closing <= now || queue.isIdle { break }
            let until = [next, closing].compactMap { $0 }.min() ?? now + ProducerCore.waitMax
            core.poll(now.duration(to: until), reports: settle)
        }
        shutDown()
    }

    private func settle(_ event: OpaquePointer) {
        var isFatal: Bool?
        while let message = rd_kafka_event_message_next(event) {
            guard let opaque = message.pointee._private else { continue }
            let delivery = Delivery(
                code: KafkaErrorCode(message.pointee.err),
                persistence: .init(rd_kafka_message_status(message)),
                partition: message.pointee.partition, offset: message.pointee.offset)
            if delivery.code.isError, isFatal == nil { isFatal = core.client.fatalError() != nil }
            let result = delivery.result(isFatal: isFatal ?? false)
            if let batch = SendBatch.settle(opaque: opaque, result) { queue.complete(batch) }
        }
    }

    func requestClose(deadline: ContinuousClock.Instant) {
        queue.beginClosing()
        guard core.requestClose(deadline: deadline) else { return }
        // Ends lingering; the reports come to our thread meanwhile.
        core.lane.add { [self] isClosed in
            guard !isClosed else { return }
            flushNow(until: deadline)
        }
    }

    /// Makes librdkafka send without lingering, until all is reported or the deadline; blocks.
    func flushNow(until deadline: ContinuousClock.Instant) {
        let remaining = ContinuousClock.now.duration(to: deadline)
        rd_kafka_flush(core.client.pointer, Int32(max(0, remaining.wholeMilliseconds)))
    }

    /// Reports are drained to the very end; only what none came for is unknown.
    private func shutDown() {
        core.lane.close()
        queue.dropBacklog()
        if !queue.isIdle {
            let everything = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT
            rd_kafka_purge(core.client.pointer, everything | RD_KAFKA_PURGE_F_NON_BLOCKING)
            let end = ContinuousClock.now + ProducerCore.grace
            while !queue.isIdle, ContinuousClock.now < end {
                core.poll(ContinuousClock.now.duration(to: end), reports: settle)
            }
        }
        queue.abandon()
        core.release { [queue] in queue.destroyTopics() }
    }
}
