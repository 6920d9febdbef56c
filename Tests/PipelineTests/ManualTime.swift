import Pipeline
import Synchronization

/// Clocks that a test turns by hand.
final class ManualTime: Timekeeper {
    private struct Sleeper {
        var instant: ContinuousClock.Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: ContinuousClock.Instant
        var elapsed: Duration = .zero
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var nextID = 0
        var arrivals: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State(now: .now))

    var now: ContinuousClock.Instant { state.withLock { $0.now } }

    var wallTime: Int64 {
        let (seconds, attoseconds) = state.withLock { $0.elapsed }.components
        return 1_700_000_000_000 + seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    func sleep(until instant: ContinuousClock.Instant) async throws(CancellationError) {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { enter($0, until: instant, id: id) }
            } onCancel: {
                leave(id)
            }
        } catch {
            throw CancellationError()
        }
    }

    /// Moves time on and wakes whoever is due.
    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            state.elapsed += duration
            let now = state.now
            let due = state.sleepers.filter { $0.value.instant <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { $0.value.instant < $1.value.instant }.map(\.value.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Returns when at least `count` tasks sleep.
    func untilSleeping(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.arrivals.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Lets each of `count` sleeps pass in turn.
    func pass(_ count: Int, by duration: Duration) async {
        for _ in 0..<count {
            await untilSleeping()
            advance(by: duration)
        }
    }

    private func enter(
        _ continuation: CheckedContinuation<Void, any Error>, until instant: ContinuousClock.Instant, id: Int
    ) {
        enum Fate { case sleeps, due, cancelled }
        let (fate, woken) = state.withLock { state -> (Fate, [CheckedContinuation<Void, Never>]) in
            if state.cancelled.remove(id) != nil { return (.cancelled, []) }
            if instant <= state.now { return (.due, []) }
            state.sleepers[id] = Sleeper(instant: instant, continuation: continuation)
            let count = state.sleepers.count
            let woken = state.arrivals.filter { $0.count <= count }.map(\.continuation)
            state.arrivals.removeAll { $0.count <= count }
            return (.sleeps, woken)
        }
        switch fate {
        case .sleeps: break
        case .due: continuation.resume()
        case .cancelled: continuation.resume(throwing: CancellationError())
        }
        for waiter in woken { waiter.resume() }
    }

    private func leave(_ id: Int) {
        let sleeper = state.withLock { state in
            let sleeper = state.sleepers.removeValue(forKey: id)
            if sleeper == nil { state.cancelled.insert(id) }
            return sleeper
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
