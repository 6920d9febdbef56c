import Synchronization

/// Events on their way to the caller: filled by the poll thread, emptied by `next()`.
final class Outbox: Sendable {
    private typealias Waiter = (id: UInt64, continuation: CheckedContinuation<[ConsumerEvent], Never>)

    private struct State {
        var events: [ConsumerEvent] = []
        var waiters: [Waiter] = []
        /// Callers that have an id and don't wait yet.
        var arriving: Set<UInt64> = []
        /// Those of them whose task was cancelled meanwhile.
        var cancelled: Set<UInt64> = []
        var nextID: UInt64 = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    func put(_ event: ConsumerEvent) {
        let delivery = state.withLock { state -> (Waiter, [ConsumerEvent])? in
            guard !state.isFinished else { return nil }
            state.events.append(event)
            guard !state.waiters.isEmpty else { return nil }
            defer { state.events = [] }
            return (state.waiters.removeFirst(), state.events)
        }
        if let (waiter, events) = delivery { waiter.continuation.resume(returning: events) }
    }

    /// Everything pending; waits while there is nothing.
    ///
    /// Empty after the end, or if the task is cancelled.
    func next() async -> [ConsumerEvent] {
        let id = state.withLock { state in
            state.nextID += 1
            state.arriving.insert(state.nextID)
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let events = state.withLock { state -> [ConsumerEvent]? in
                    state.arriving.remove(id)
                    let isCancelled = state.cancelled.remove(id) != nil
                    if !isCancelled, !state.isFinished, state.events.isEmpty {
                        state.waiters.append((id, continuation))
                        return nil
                    }
                    // A cancelled caller takes nothing along: it may never look at it.
                    guard !isCancelled else { return [] }
                    defer { state.events = [] }
                    return state.events
                }
                if let events { continuation.resume(returning: events) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                if let place = state.waiters.firstIndex(where: { $0.id == id }) {
                    return state.waiters.remove(at: place)
                }
                if state.arriving.contains(id) { state.cancelled.insert(id) }
                return nil
            }
            waiter?.continuation.resume(returning: [])
        }
    }

    /// Takes back records of partitions that were given up.
    ///
    /// - Returns: How many records there were.
    func withdraw(_ partitions: Set<TopicPartition>, of epoch: AssignmentEpoch) -> Int {
        state.withLock { state in
            var count = 0
            state.events = state.events.compactMap { event in
                guard case .records(let records) = event else { return event }
                let kept = records.filter { $0.epoch != epoch || !partitions.contains($0.topicPartition) }
                count += records.count - kept.count
                return kept.isEmpty ? nil : .records(kept)
            }
            return count
        }
    }

    /// Ends all waiting.
    ///
    /// Records that nobody fetched are dropped, the other events can still be fetched.
    func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            state.events.removeAll { event in
                if case .records = event { true } else { false }
            }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: []) }
    }
}
