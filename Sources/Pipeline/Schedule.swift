import DequeModule
import HeapModule

/// Decides which job runs next: in order within a lane, at most `concurrency` at once.
///
/// A job that waits for a retry keeps its lane, so that order holds, but no slot. Every operation costs
/// O(1), or O(log n) in the number of waiting retries.
struct Schedule {
    typealias Instant = ContinuousClock.Instant

    private struct LaneState {
        /// The lane's jobs in order; the first is running, waiting or ready, the others are queued behind it.
        var jobs: Deque<Work>
        /// Nil while the first job may start or runs.
        var wakes: Instant?
        var isRunning = false
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

    /// What the message of `ticket` waits for; nil where it isn't here.
    func step(of ticket: Ticket) -> JobStage.Step? {
        for state in lanes.values {
            guard let place = state.jobs.firstIndex(where: { $0.ticket == ticket }) else { continue }
            guard place == state.jobs.startIndex else { return .queued }
            if state.isRunning { return .running }
            return state.wakes.map(JobStage.Step.waiting) ?? .ready
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
            guard let state = lanes[lane], !state.isRunning, state.wakes == nil, let work = state.jobs.first
            else {
                continue
            }
            lanes[lane]?.isRunning = true
            occupy(work)
            return work
        }
        return nil
    }

    /// The running job is done; the next of its lane may start.
    mutating func finish(_ work: Work) {
        release(work)
        count -= 1
        lanes[work.lane]?.isRunning = false
        let first = lanes[work.lane]?.jobs.popFirst()
        precondition(first?.ticket == work.ticket, "only a lane's first job runs")
        if lanes[work.lane]?.jobs.isEmpty ?? true {
            lanes[work.lane] = nil
        } else {
            ready.append(work.lane)
        }
    }

    /// The running job gives its slot back, keeps its lane, and may start again at `instant`.
    mutating func postpone(_ work: Work, until instant: Instant) {
        release(work)
        lanes[work.lane]?.isRunning = false
        lanes[work.lane]?.wakes = instant
        wakes.insert(Wake(instant: instant, lane: work.lane))
    }

    /// Makes the waiting retries that are due at `now` ready.
    mutating func wake(at now: Instant) {
        while let next = wakes.min, next.instant <= now {
            wakes.removeMin()
            guard lanes[next.lane]?.wakes == next.instant else { continue }
            lanes[next.lane]?.wakes = nil
            ready.append(next.lane)
        }
    }

    /// Takes every job of `tenure` out that isn't running, and returns their tickets.
    mutating func withdraw(tenure: Int) -> [Ticket] {
        var withdrawn: [Ticket] = []
        for (lane, state) in lanes where state.jobs.first?.ticket.tenure == tenure {
            withdrawn += state.jobs.dropFirst(state.isRunning ? 1 : 0).map(\.ticket)
            if state.isRunning {
                lanes[lane]?.jobs.removeLast(state.jobs.count - 1)
            } else {
                lanes[lane] = nil
            }
        }
        count -= withdrawn.count
        return withdrawn
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
