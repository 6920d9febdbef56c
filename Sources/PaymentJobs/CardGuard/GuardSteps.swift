#if DEBUG
import Synchronization

/// A count of the guard's steps.
final class StepCounter: Sendable {
    private let count = Atomic<Int>(0)

    /// How many there were so far.
    var steps: Int { count.load(ordering: .relaxed) }

    func add(_ steps: Int) { count.add(steps, ordering: .relaxed) }
}
#endif

/// Counts the guard's steps in debug builds, so that tests can tell how its cost grows with what it looks at.
enum GuardSteps {
    #if DEBUG
    /// Counts what this task does; nil where nobody asked.
    @TaskLocal static var counter: StepCounter?
    #endif

    /// So many bytes, characters or places are looked at now; a release build doesn't even ask how many.
    @inline(__always)
    static func add(_ steps: @autoclosure () -> Int) {
        #if DEBUG
        counter?.add(steps())
        #endif
    }
}
