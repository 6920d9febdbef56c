import Synchronization

/// Calls that wait for their turn in their job's slot.
final class CallWaits: Sendable {
    private struct State {
        var sleepers: [Int: (tenure: Int, door: AsyncStream<Never>.Continuation)] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// Returns at `moment`; false where the sleeper was woken before, its task is cancelled, or its tenure
    /// isn't open any more.
    func sleep(
        until moment: ContinuousClock.Instant, tenure: Int, time: any Timekeeper, isOpen: () -> Bool
    ) async -> Bool {
        let (woken, door) = AsyncStream<Never>.makeStream()
        let id = state.withLock { state in
            defer { state.next += 1 }
            state.sleepers[state.next] = (tenure, door)
            return state.next
        }
        defer { state.withLock { $0.sleepers[id] = nil } }
        // Whoever closes the tenure from here on wakes this sleeper; whoever did before is seen now.
        guard isOpen() else { return false }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await time.sleep(until: moment)) != nil }
            group.addTask {
                for await _ in woken {}
                return false
            }
            let isOver = await group.next() ?? false
            group.cancelAll()
            return isOver
        }
    }

    /// Lets the calls of `tenure` look whether they are still wanted.
    func wake(tenure: Int) {
        let doors = state.withLock { state in
            state.sleepers.values.filter { $0.tenure == tenure }.map(\.door)
        }
        for door in doors { door.finish() }
    }
}
