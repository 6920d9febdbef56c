import Synchronization

/// The tenures whose messages are still this worker's to do, and since when each is.
final class OpenTenures: Sendable {
    typealias Instant = ContinuousClock.Instant

    private let since = Mutex<[Int: Instant]>([:])

    func open(_ tenures: [Int], at now: Instant) {
        since.withLock { since in
            for tenure in tenures where since[tenure] == nil { since[tenure] = now }
        }
    }

    func close(_ tenure: Int) { since.withLock { $0[tenure] = nil } }

    func contains(_ tenure: Int) -> Bool { opened(tenure) != nil }

    /// When `tenure` was opened; nil where it isn't open.
    func opened(_ tenure: Int) -> Instant? { since.withLock { $0[tenure] } }
}
