import DequeModule
import HeapModule

/// Decides which job runs next: in order within a lane, at most `concurrency` at once.
///
/// A job that waits, for a retry or for another copy of itself, keeps its lane, so that order holds, but no
/// slot. Every operation costs O(1), or O(log n) in the number of waiting retries.
struct Schedule {
    typealias Instant = ContinuousClock.Instant

    /// What the first job of a lane does.
    enum Phase: Sendable, Hashable {
        /// It may start.
        case ready
        case running
        case waiting(until: Instant)
        /// It may start once it is released.
        case parked
    }

    private struct LaneState {
        /// The lane's jobs in order; the first is in the phase, the others are queued behind it.
        var jobs: Deque<Work>
        var phase = Phase.ready
    }

    private struct Wake: Comparable {
        var instant: Instant
        var lane: Lane
        static func < (left: Wake, right: Wake) -> Bool { left.instant < right.instant }
        static func == (left: Wake, right: Wake) -> Bool { left.instant == right.instant }
    }

    let concurrency: Int
    private(set) var running = 0
    private(set) var count = 0
    private var runningByTenure: [Int: Int] = [:]
    private var lanes: [Lane: LaneState] = [:]
    private var ready: Deque<Lane> = []
    private var wakes = Heap<Wake>()

    init(concurrency: Int) {
        precondition(concurrency > 0)
        self.concurrency = concurrency
    }

    /// When the next waiting retry is due.
    ///
    /// It may have been withdrawn meanwhile, so `wake` may find none.
    var nextWake: Instant? { wakes.min?.instant }

    /// Whether a job of `tenure` is running.
    func isRunning(tenure: Int) -> Bool { runningByTenure[tenure] != nil }

    /// A message and its phase, nil where it stands behind others; nothing where it isn't here.
    ///
    /// Costs a look at each lane, and at each job for one that stands behind others.
    func place(of ticket: Ticket) -> (work: Work, phase: Phase?)? {
        for state in lanes.values {
            guard let first = state.jobs.first, first.ticket.tenure == ticket.tenure else { continue }
            if first.ticket == ticket { return (first, state.phase) }
            if let queued = state.jobs.first(where: { $0.ticket == ticket }) { return (queued, nil) }
        }
        return nil
    }

    mutating func submit(_ work: Work) {
        count += 1
        if lanes[work.lane] == nil {
            lanes[work.lane] = LaneState(jobs: [work])
            ready.append(work.lane)
        } else {
            lanes[work.lane]?.jobs.append(work)
        }
    }

    /// Takes a slot for the next ready job; nil where there is no slot or no ready job.
    mutating func start() -> Work? {
        guard running < concurrency else { return nil }
        while let lane = ready.popFirst() {
            // A lane whose jobs were withdrawn may still stand in the queue.
            guard let state = lanes[lane], state.phase == .ready, let work = state.jobs.first else {
                continue
            }
            lanes[lane]?.phase = .running
            occupy(work)
            return work
        }
        return nil
    }

    /// The running job is done; the next of its lane may start.
    mutating func finish(_ work: Work) {
        release(work)
        count -= 1
        let first = lanes[work.lane]?.jobs.popFirst()
        precondition(first?.ticket == work.ticket, "only a lane's first job runs")
        if lanes[work.lane]?.jobs.isEmpty ?? true {
            lanes[work.lane] = nil
        } else {
            makeReady(work.lane)
        }
    }

    /// The running job gives its slot back, keeps its lane, and may start again at `instant`.
    mutating func postpone(_ work: Work, until instant: Instant) {
        release(work)
        lanes[work.lane]?.phase = .waiting(until: instant)
        wakes.insert(Wake(instant: instant, lane: work.lane))
    }

    /// The running job gives its slot back, keeps its lane, and may start again when it is released.
    mutating func park(_ work: Work) {
        release(work)
        lanes[work.lane]?.phase = .parked
    }

    /// Lets a parked job start again; one that was withdrawn meanwhile isn't here.
    mutating func unpark(_ ticket: Ticket, in lane: Lane) {
        guard let state = lanes[lane], state.phase == .parked, state.jobs.first?.ticket == ticket else {
            return
        }
        makeReady(lane)
    }

    /// Makes the waiting retries that are due at `now` ready.
    mutating func wake(at now: Instant) {
        while let next = wakes.min, next.instant <= now {
            wakes.removeMin()
            if lanes[next.lane]?.phase == .waiting(until: next.instant) { makeReady(next.lane) }
        }
    }

    /// Takes every job of `tenure` out that isn't running, and returns their tickets.
    mutating func withdraw(tenure: Int) -> [Ticket] {
        var withdrawn: [Ticket] = []
        for (lane, state) in lanes where state.jobs.first?.ticket.tenure == tenure {
            let isRunning = state.phase == .running
            withdrawn += state.jobs.dropFirst(isRunning ? 1 : 0).map(\.ticket)
            if isRunning {
                lanes[lane]?.jobs.removeLast(state.jobs.count - 1)
            } else {
                lanes[lane] = nil
            }
        }
        count -= withdrawn.count
        return withdrawn
    }

    private mutating func makeReady(_ lane: Lane) {
        lanes[lane]?.phase = .ready
        ready.append(lane)
    }

    private mutating func occupy(_ work: Work) {
        running += 1
        runningByTenure[work.ticket.tenure, default: 0] += 1
    }

    private mutating func release(_ work: Work) {
        running -= 1
        let left = (runningByTenure[work.ticket.tenure] ?? 1) - 1
        runningByTenure[work.ticket.tenure] = left == 0 ? nil : left
    }
}
