import Glibc

/// The clocks, as an argument: tests turn them by hand.
public protocol Timekeeper: Sendable {
    /// A clock that never jumps and counts a suspended machine's time too (`CLOCK_BOOTTIME`).
    var now: ContinuousClock.Instant { get }
    /// Milliseconds since 1970.
    var wallTime: Int64 { get }
    /// Returns at `instant`, or earlier with `CancellationError` where the task is cancelled.
    func sleep(until instant: ContinuousClock.Instant) async throws(CancellationError)
}

/// The machine's clocks.
public struct SystemTime: Timekeeper {
    /// The machine's clocks.
    public init() {}

    /// Now, by the machine's steady clock.
    public var now: ContinuousClock.Instant { .now }

    /// Now, by the machine's calendar clock.
    public var wallTime: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Sleeps without a tolerance of its own.
    public func sleep(until instant: ContinuousClock.Instant) async throws(CancellationError) {
        do {
            try await ContinuousClock().sleep(until: instant)
        } catch {
            throw CancellationError()
        }
    }
}
