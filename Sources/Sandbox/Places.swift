import Synchronization

/// How many calls of a seller are worked on at once; the others queue, and get their turn in order.
///
/// It is what makes a gateway slower the more is asked of it.
final class Places: Sendable {
    private struct State {
        /// `nil` for as many as there are.
        var limit: Int?
        var taken = 0
        var next = 0
        /// Those who wait, oldest first.
        var queue: [(ticket: Int, turn: CheckedContinuation<Void, any Error>)] = []
        /// Those who stopped waiting before they had begun to.
        var cancelled: Set<Int> = []

        /// Takes out those whose turn it is.
        mutating func admit() -> [CheckedContinuation<Void, any Error>] {
            let free = limit.map { max(0, $0 - taken) } ?? queue.count
            let turns = queue.prefix(free).map(\.turn)
            queue.removeFirst(turns.count)
            taken += turns.count
            return turns
        }
    }

    private let state: Mutex<State>

    init(limit: Int?) {
        precondition(limit != 0, "without a place no call would ever be answered")
        state = Mutex(State(limit: limit))
    }

    /// How many places there are; `nil` for no limit.
    var limit: Int? { state.withLock(\.limit) }

    /// How many calls wait for a place.
    var waiting: Int { state.withLock(\.queue.count) }

    /// Changes the number of places; calls that have one keep it.
    func change(limit: Int?) {
        let turns = state.withLock { state in
            state.limit = limit
            return state.admit()
        }
        for turn in turns { turn.resume() }
    }

    /// Takes a place, as soon as there is one.
    /// - Throws: `CancellationError` where the task is cancelled while it waits.
    func enter() async throws {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { turn in
                let turns = state.withLock { state -> [CheckedContinuation<Void, any Error>]? in
                    guard state.cancelled.remove(ticket) == nil else { return nil }
                    state.queue.append((ticket, turn))
                    return state.admit()
                }
                guard let turns else { return turn.resume(throwing: CancellationError()) }
                for turn in turns { turn.resume() }
            }
        } onCancel: {
            cancel(ticket)
        }
        state.withLock { _ = $0.cancelled.remove(ticket) }
    }

    /// Gives a place back.
    func leave() {
        let turns = state.withLock { state in
            state.taken -= 1
            return state.admit()
        }
        for turn in turns { turn.resume() }
    }

    private func cancel(_ ticket: Int) {
        let turn = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard let index = state.queue.firstIndex(where: { $0.ticket == ticket }) else {
                state.cancelled.insert(ticket)
                return nil
            }
            return state.queue.remove(at: index).turn
        }
        turn?.resume(throwing: CancellationError())
    }
}
