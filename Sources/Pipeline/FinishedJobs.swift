import DequeModule

/// The jobs that were run here and have left the pipeline, as far back as there is room for.
///
/// The gateway's index doesn't show yet what was done a moment ago; this memory does.
struct FinishedJobs {
    typealias Instant = ContinuousClock.Instant

    /// How a job left.
    enum Ending: Sendable, Hashable {
        /// With an event.
        case answered
        /// As a dead letter or without an answer; how far it may have been done all the same.
        case unanswered(Risk)
    }

    private struct Entry {
        var ending: Ending
        var instant: Instant
    }

    private let capacity: Int
    private var order: Deque<(job: JobIdentity, instant: Instant)> = []
    private var entries: [JobIdentity: Entry] = [:]

    /// Every job that has left since is remembered.
    private(set) var completeSince: Instant

    /// A memory for `capacity` jobs that is complete from `now` on.
    init(capacity: Int, at now: Instant) {
        precondition(capacity > 0)
        self.capacity = capacity
        completeSince = now
    }

    /// How the last copy of `job` left; nil where none is remembered.
    func ending(of job: JobIdentity) -> Ending? { entries[job]?.ending }

    mutating func note(_ job: JobIdentity, _ ending: Ending, at now: Instant) {
        entries[job] = Entry(ending: ending, instant: now)
        order.append((job, now))
        while order.count > capacity, let oldest = order.popFirst() {
            completeSince = max(completeSince, oldest.instant)
            // A job that left again since has a younger place in the order.
            if entries[oldest.job]?.instant == oldest.instant { entries[oldest.job] = nil }
        }
    }
}
