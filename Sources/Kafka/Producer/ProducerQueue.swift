import CLibrdkafka
import Synchronization

/// What is on its way to librdkafka and inside it.
///
/// Records go in under one lock, first come first served: a batch that finds the queue full waits in
/// the backlog, and later ones behind it, so that the order of a key is never changed by a full queue.
final class ProducerQueue: @unchecked Sendable {
    private typealias Flush = (
        deadline: ContinuousClock.Instant, continuation: CheckedContinuation<Bool, Never>
    )

    private struct State {
        /// Batches that aren't settled, so that their slots stay where the opaque pointers point.
        var batches: [ObjectIdentifier: SendBatch] = [:]
        var backlog: [SendBatch] = []
        var topics: [String: OpaquePointer] = [:]
        var flushes: [Flush] = []
        var isClosing = false
        var isEnded = false
    }

    let client: ClientHandle
    private let state = Mutex(State())

    init(_ client: ClientHandle) { self.client = client }

    /// Queues what there is room for.
    ///
    /// - Returns: Whether the thread should look: some of it has to wait, or all of it is settled.
    func add(_ batch: SendBatch) -> Bool {
        let (settled, waits) = state.withLock { state -> ([SendBatch], Bool) in
            guard !state.isClosing else { return ([batch], false) }
            state.batches[ObjectIdentifier(batch)] = batch
            state.backlog.append(batch)
            guard state.backlog.count == 1 else { return ([], true) }
            return (advance(&state, now: .now), !state.backlog.isEmpty)
        }
        for batch in settled { batch.finish() }
        return waits || !settled.isEmpty
    }

    /// Queues more of the backlog, gives up what has waited too long, and answers flushes.
    ///
    /// - Returns: When to come back even if nothing happens.
    func serve(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (settled, flushed, next) = state.withLock { state in
            let settled = advance(&state, now: now)
            let isIdle = state.batches.isEmpty
            let flushed = state.flushes.filter { isIdle || $0.deadline <= now }
            state.flushes.removeAll { isIdle || $0.deadline <= now }
            let deadlines = state.backlog.map(\.deadline) + state.flushes.map(\.deadline)
            return (settled, flushed.map { ($0.continuation, isIdle) }, deadlines.min())
        }
        for batch in settled { batch.finish() }
        for (continuation, isIdle) in flushed { continuation.resume(returning: isIdle) }
        return next
    }

    /// A batch whose last record was settled by a delivery report.
    func complete(_ batch: SendBatch) {
        state.withLock { _ = $0.batches.removeValue(forKey: ObjectIdentifier(batch)) }
        batch.finish()
    }

    /// - Returns: False, and nothing is added, if the producer has ended.
    func addFlush(
        deadline: ContinuousClock.Instant, _ continuation: CheckedContinuation<Bool, Never>
    ) -> Bool {
        state.withLock { state in
            if !state.isEnded { state.flushes.append((deadline, continuation)) }
            return !state.isEnded
        }
    }

    var isIdle: Bool { state.withLock { $0.batches.isEmpty } }

    /// Refuses new records from now on.
    func beginClosing() { state.withLock { $0.isClosing = true } }

    /// Ends whatever no delivery report came for.
    ///
    /// Nobody may handle reports any more.
    func abandon() {
        let (batches, flushes) = state.withLock { state in
            state.isEnded = true
            defer {
                state.batches = [:]
                state.flushes = []
            }
            return (Array(state.batches.values), state.flushes)
        }
        for batch in batches { batch.finish() }
        for flush in flushes { flush.continuation.resume(returning: batches.isEmpty) }
    }

    /// The last thing before the client is destroyed.
    func destroyTopics() {
        let topics = state.withLock { state in
            defer { state.topics = [:] }
            return state.topics
        }
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
    }

    /// Never-queued records can't be delivered any more: they end as closed.
    func dropBacklog() {
        let settled = state.withLock { state in
            defer { state.backlog = [] }
            return state.backlog.filter { rest(of: $0, .failure(.closed), &state) }
        }
        for batch in settled { batch.finish() }
    }

    /// The topic's handle, which also makes librdkafka learn where the topic is.
    func prepare(_ topic: String) { state.withLock { _ = handle(topic, &$0) } }

    private func advance(_ state: inout State, now: ContinuousClock.Instant) -> [SendBatch] {
        var settled: [SendBatch] = []
        while let batch = state.backlog.first {
            let isQueued = enqueue(batch, &state, &settled)
            guard !isQueued else {
                state.backlog.removeFirst()
                continue
            }
            guard batch.deadline <= now else { break }
            state.backlog.removeFirst()
            if rest(of: batch, .failure(.queueFull), &state) { settled.append(batch) }
        }
        return settled
    }

    /// - Returns: Whether all of the batch is queued or refused.
    private func enqueue(_ batch: SendBatch, _ state: inout State, _ settled: inout [SendBatch]) -> Bool {
        while batch.nextIndex < batch.records.count {
            let index = batch.nextIndex
            let code = write(batch.records[index], batch.opaque(index), &state)
            if code == .queueFull { return false }
            batch.nextIndex += 1
            guard code.isError else { continue }
            if batch.settle(index, .failure(refusal(code))) {
                state.batches[ObjectIdentifier(batch)] = nil
                settled.append(batch)
            }
        }
        return true
    }

    private func refusal(_ code: KafkaErrorCode) -> ProduceError {
        guard case .fatal(let fatal, _) = client.fatalError() else { return .rejected(code) }
        return .fatal(fatal, mayHaveBeenWritten: false)
    }

    private func rest(
        of batch: SendBatch, _ result: Result<RecordMetadata, ProduceError>, _ state: inout State
    ) -> Bool {
        var isLast = false
        let first = batch.nextIndex
        batch.nextIndex = batch.records.count
        for index in first..<batch.records.count { isLast = batch.settle(index, result) }
        if isLast { state.batches[ObjectIdentifier(batch)] = nil }
        return isLast
    }

    private func write(
        _ record: ProducerRecord, _ opaque: UnsafeMutableRawPointer?, _ state: inout State
    ) -> KafkaErrorCode {
        guard (record.partition ?? 0) >= 0 else { return .unknownPartition }
        guard let topic = handle(record.topic, &state) else { return .invalidTopic }
        return MessageWriter.enqueue(record, topic: topic, opaque: opaque, client: client.pointer)
    }

    private func handle(_ topic: String, _ state: inout State) -> OpaquePointer? {
        if let handle = state.topics[topic] { return handle }
        guard !state.isEnded, TopicName.isLegal(topic),
            let handle = rd_kafka_topic_new(client.pointer, topic, nil)
        else {
            return nil
        }
        state.topics[topic] = handle
        return handle
    }
}
