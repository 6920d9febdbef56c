import Synchronization

/// Until when each tenure of a partition is certainly this worker's.
///
/// A call that changes something at the gateway starts only while the lease of its tenure holds. It is read
/// without a wait, right before the call.
public final class Leases: Sendable {
    /// A moment of the clock that counts a suspended machine's time too.
    public typealias Instant = ContinuousClock.Instant

    private struct State {
        var expiries: [Int: Instant] = [:]
        /// A commit that is acknowledged late must not revive what has ended.
        var ended: Set<Int> = []
        /// From when on the tenures count that have to wait with their parts of the limits.
        var shareStarts: [Int: Instant] = [:]
        var partitionTotal = 0
        var losses = 0
    }

    private let state = Mutex(State())
    private let isUnlimited: Bool

    private init(isUnlimited: Bool) { self.isUnlimited = isUnlimited }

    /// No tenure has a lease yet.
    public convenience init() { self.init(isUnlimited: false) }

    /// Leases that always hold: where no other worker can own what this one works on.
    public static var unlimited: Leases { Leases(isUnlimited: true) }

    /// Lets the leases of `tenures` hold until `instant`, and never shortens one.
    ///
    /// A tenure that has been ended stays so. One whose lease was over by `now` has had a gap.
    public func extend(_ tenures: some Sequence<Int>, until instant: Instant, at now: Instant) {
        state.withLock { state in
            for tenure in tenures where !state.ended.contains(tenure) {
                let former = state.expiries[tenure]
                if let former, former <= now { state.losses += 1 }
                state.expiries[tenure] = max(former ?? instant, instant)
            }
        }
    }

    /// Ends the leases of `tenures` for good: a tenure's number is never used twice.
    public func end(_ tenures: some Sequence<Int>) {
        state.withLock { state in
            for tenure in tenures {
                if state.expiries.removeValue(forKey: tenure) != nil { state.losses += 1 }
                state.shareStarts[tenure] = nil
                state.ended.insert(tenure)
            }
        }
    }

    /// Takes the leases of `tenures` away until ``extend(_:until:at:)`` gives them back: the group's coordinator
    /// has refused to take this worker for their owner.
    public func suspend(_ tenures: some Sequence<Int>) {
        state.withLock { state in
            for tenure in tenures where state.expiries.removeValue(forKey: tenure) != nil {
                state.losses += 1
            }
        }
    }

    /// Lets `tenure` count in ``share(at:)`` only from `instant` on: until then an earlier owner's lease may
    /// hold, which counts there.
    public func delayShare(of tenure: Int, until instant: Instant) {
        state.withLock { state in
            if !state.ended.contains(tenure) { state.shareStarts[tenure] = instant }
        }
    }

    /// Whether the lease of `tenure` holds at `instant`; it no longer does at its very end.
    public func holds(_ tenure: Int, at instant: Instant) -> Bool {
        isUnlimited || expiry(of: tenure).map { instant < $0 } ?? false
    }

    /// When the lease of `tenure` ends; nil where it has none, or has been ended.
    public func expiry(of tenure: Int) -> Instant? { state.withLock { $0.expiries[tenure] } }

    /// Notes how many partitions the job topics have; the largest count seen stays.
    ///
    /// A count that leaves a topic out would make the share too large: before all are counted there is none.
    public func note(partitionTotal: Int) {
        state.withLock { $0.partitionTotal = max($0.partitionTotal, partitionTotal) }
    }

    /// How often a lease was lost: whoever saved up calls for it has to forget them, also where the lease is back
    /// by the time it looks.
    public var losses: Int { state.withLock { $0.losses } }

    /// The part of the group's limits that this worker may use at `instant`: partitions whose leases hold, of
    /// all partitions of the job topics.
    ///
    /// The sum over all workers is never more than one, because no partition counts for two at once.
    public func share(at instant: Instant) -> Double {
        if isUnlimited { return 1 }
        return state.withLock { state in
            let held = state.expiries.count { tenure, end in
                instant < end && state.shareStarts[tenure].map { $0 <= instant } ?? true
            }
            // Before it is known how many partitions there are, one of them may be a small part.
            return state.partitionTotal == 0 ? 0 : Double(held) / Double(max(held, state.partitionTotal))
        }
    }
}
