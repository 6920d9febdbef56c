import Synchronization

/// An answer somebody waits for: the call's own, or, if that doesn't come before the producer closes,
/// what is known by then.
final class PendingAnswer<Value: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Value, Never>?
        var known: Value
    }

    private let state: Mutex<State>

    init(_ continuation: CheckedContinuation<Value, Never>, known: Value) {
        state = Mutex(State(continuation: continuation, known: known))
    }

    /// From now on this is what is known.
    func learn(_ value: Value) { state.withLock { $0.known = value } }

    /// Answers; only the first answer counts.
    func resume(returning value: Value) {
        let continuation = state.withLock { state in
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(returning: value)
    }

    /// Answers with what is known.
    func abandon() { resume(returning: state.withLock { $0.known }) }
}
