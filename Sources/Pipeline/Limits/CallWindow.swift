/// The last calls of an account: a bounded number, and none older than a bounded time.
struct CallWindow {
    struct Call: Hashable {
        var endedAt: ContinuousClock.Instant
        var isAnswered: Bool
        var isSlow: Bool
    }

    private let size: Int
    private let window: Duration
    /// A ring: the oldest call is at `first`.
    private var ring: [Call] = []
    private var first = 0

    /// Calls that are remembered.
    private(set) var count = 0
    /// How many of them were not answered.
    private(set) var unanswered = 0
    /// How many of them were slow, answered or not.
    private(set) var slow = 0

    /// Remembers the last `calls` calls that ended within `window`.
    init(calls: Int, window: Duration) {
        size = max(1, calls)
        self.window = window
    }

    /// Adds a call, in place of the oldest one where there are too many.
    mutating func note(_ call: Call) {
        if count == size { removeFirst() }
        let place = (first + count) % size
        if place < ring.count { ring[place] = call } else { ring.append(call) }
        count += 1
        if !call.isAnswered { unanswered += 1 }
        if call.isSlow { slow += 1 }
    }

    /// Forgets the calls that are too old at `now`.
    mutating func forget(before now: ContinuousClock.Instant) {
        while count > 0, now - ring[first].endedAt > window { removeFirst() }
    }

    private mutating func removeFirst() {
        let call = ring[first]
        first = (first + 1) % size
        count -= 1
        if !call.isAnswered { unanswered -= 1 }
        if call.isSlow { slow -= 1 }
    }
}
