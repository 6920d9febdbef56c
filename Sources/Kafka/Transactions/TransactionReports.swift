import CLibrdkafka
import Synchronization

/// What delivery reports say about the current transaction: filled by the reports' thread, read by the one
/// that runs transactions.
final class TransactionReports: Sendable {
    /// A record that wasn't written.
    struct Failure: Equatable, Sendable {
        let index: Int
        let code: KafkaErrorCode
    }

    /// Reports of one transaction.
    struct Summary: Equatable, Sendable {
        /// The first record that failed by itself.
        var failed: Failure?
        /// Whether any record failed, be it because its transaction did.
        var isIncomplete = false
    }

    private struct State {
        var transaction: UInt32 = 0
        var summary = Summary()
    }

    private let state = Mutex(State())
    private let isAwaited = Atomic(false)
    private let wakeUp: WakeUp

    init() throws(KafkaError) { wakeUp = try WakeUp() }

    /// Begins to collect for a new transaction; late reports of earlier ones don't count.
    ///
    /// - Returns: The number that its records carry.
    func begin() -> UInt32 {
        state.withLock { state in
            state.transaction &+= 1
            state.summary = Summary()
            return state.transaction
        }
    }

    var summary: Summary { state.withLock { $0.summary } }

    /// A record's opaque value: its transaction and its place, from one, so that it is never null.
    static func opaque(_ transaction: UInt32, index: Int) -> UnsafeMutableRawPointer? {
        let place = UInt(UInt32(truncatingIfNeeded: index + 1))
        return UnsafeMutableRawPointer(bitPattern: UInt(transaction) << 32 | place)
    }

    func settle(opaque: UnsafeMutableRawPointer?, _ code: KafkaErrorCode) {
        guard code.isError else { return }
        let bits = UInt(bitPattern: opaque)
        state.withLock { state in
            guard UInt32(truncatingIfNeeded: bits >> 32) == state.transaction else { return }
            state.summary.isIncomplete = true
            guard state.summary.failed == nil, !code.isPurge else { return }
            let index = Int(UInt32(truncatingIfNeeded: bits)) - 1
            state.summary.failed = Failure(index: index, code: code)
        }
    }

    /// A record failed before it was queued.
    func fail(index: Int, _ code: KafkaErrorCode) {
        state.withLock { $0.summary = Summary(failed: Failure(index: index, code: code), isIncomplete: true) }
    }

    /// Reports have been handled, so there is room in the queue.
    func announce() {
        if isAwaited.exchange(false, ordering: .acquiringAndReleasing) { wakeUp.signal() }
    }

    /// Waits for reports; one that comes right before this is missed, so it is never waited for long.
    func wait(_ timeout: Duration) {
        isAwaited.store(true, ordering: .releasing)
        wakeUp.wait(min(timeout, .milliseconds(20)))
    }
}
