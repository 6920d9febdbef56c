/// Lets the tasks of one actor through one at a time, in order.
///
/// It isn't `Sendable`: it belongs to the actor that stores it, which is what makes it safe.
final class Turnstile {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter(isolation: isolated any Actor = #isolation) async {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isTaken = true
        }
    }

    /// The one that waits longest is next; the turn is never free in between.
    func leave() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}
