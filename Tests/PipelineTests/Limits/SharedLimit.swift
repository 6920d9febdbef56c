import TestSupport

@testable import Pipeline

/// Workers that share one limit by their partitions, each with a bucket of its own.
struct SharedLimit {
    typealias Instant = ContinuousClock.Instant

    /// A bucket with a fault that the check has to see.
    enum Flaw: CaseIterable {
        case growingShareBringsTokens, shrinkingShareKeepsTokens, startsFull, keepsFormerShare
        case forgetsLosses
    }

    struct Worker {
        var bucket: TokenBucket
        var share = 0.0
        var allowance: Allowance
        /// What it will learn when it is asked next.
        var news: (share: Double, hasLost: Bool)?
        /// Calls that wait, by the moment at which they ask again.
        var callers: [(id: UInt64, moment: Instant)] = []
    }

    let limit: RateLimit
    let flaw: Flaw?
    /// Whether a worker learns of its share only when a call asks, as one without work does.
    let learnsLate: Bool
    let partitions = 24
    private(set) var workers: [Worker]
    private(set) var calls: [Instant] = []
    private(set) var now: Instant
    /// What the shares would have let through since the beginning.
    private(set) var granted = 0.0
    private var nextID: UInt64 = 0

    init(
        _ limit: RateLimit, workers count: Int, flaw: Flaw? = nil, learnsLate: Bool = false, at now: Instant
    ) {
        self.limit = limit
        self.flaw = flaw
        self.learnsLate = learnsLate
        self.now = now
        let none = Allowance(limit, share: 0)
        workers = (0..<count).map { _ in Worker(bucket: TokenBucket(at: now), allowance: none) }
        for index in workers.indices { workers[index].bucket.refill(at: now, none) }
    }

    /// Gives each worker so many partitions; those that lose some lose them first.
    mutating func assign(_ counts: [Int]) {
        let shares = counts.map { Double($0) / Double(partitions) }
        for index in workers.indices where shares[index] < workers[index].share {
            set(shares[index], for: index)
        }
        for index in workers.indices where shares[index] > workers[index].share {
            set(shares[index], for: index)
        }
    }

    /// Lets every worker have `count` calls that wait.
    mutating func demand(_ count: Int, of index: Int) {
        while workers[index].callers.count < count {
            nextID += 1
            workers[index].bucket.join(nextID)
            workers[index].callers.append((nextID, now))
        }
    }

    /// Runs for `duration`; with a backlog each call that is made is followed by another.
    mutating func run(for duration: Duration, hasBacklog: Bool) {
        let end = now + duration
        granted += workers.reduce(0) { $0 + $1.share } * limit.callsPerSecond * duration.inSeconds
        while let (index, place) = next(), workers[index].callers[place].moment < end {
            let caller = workers[index].callers[place]
            now = max(now, caller.moment)
            learn(index)
            if let moment = workers[index].bucket.take(caller.id, at: now, workers[index].allowance) {
                workers[index].callers[place].moment = moment
            } else {
                workers[index].callers.remove(at: place)
                calls.append(now)
                if hasBacklog { demand(workers[index].callers.count + 1, of: index) }
            }
        }
        now = end
    }

    /// The most calls in any half-open time of `length`, of those made from `first` on.
    func most(in length: Duration, from first: Instant) -> Int {
        let calls = calls.filter { $0 >= first }
        var (low, worst) = (0, 0)
        for high in calls.indices {
            while calls[high] - calls[low] >= length { low += 1 }
            worst = max(worst, high - low + 1)
        }
        return worst
    }

    private func next() -> (Int, Int)? {
        var best: (Int, Int)?
        var moment: Instant?
        for (index, worker) in workers.enumerated() {
            for (place, caller) in worker.callers.enumerated()
            where moment.map({ caller.moment < $0 }) ?? true {
                (best, moment) = ((index, place), caller.moment)
            }
        }
        return best
    }

    private mutating func set(_ share: Double, for index: Int) {
        let hasLost = workers[index].news?.hasLost ?? false || share < workers[index].share
        workers[index].share = share
        workers[index].news = (share, hasLost)
        if !learnsLate { learn(index) }
    }

    private mutating func learn(_ index: Int) {
        guard let (share, hasLost) = workers[index].news else { return }
        workers[index].news = nil
        if hasLost, flaw != .forgetsLosses { workers[index].bucket.empty(at: now) }
        let former = workers[index].allowance
        var allowance = Allowance(limit, share: share)
        if flaw == .keepsFormerShare { allowance.rate = max(allowance.rate ?? 0, former.rate ?? 0) }
        if flaw == .shrinkingShareKeepsTokens {
            allowance.capacity = max(allowance.capacity, former.capacity)
        }
        workers[index].allowance = allowance
        workers[index].bucket.refill(at: now, allowance)
        let isNew = former.capacity == 0
        guard flaw == .growingShareBringsTokens || (flaw == .startsFull && isNew) else { return }
        for _ in 0..<max(0, Int(allowance.capacity - former.capacity)) { workers[index].bucket.giveBack() }
    }
}
