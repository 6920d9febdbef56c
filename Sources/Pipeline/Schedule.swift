import DequeModule
import HeapModule

/// Decides which job runs next: in order within a lane, at most `concurrency` at once, and the next slot goes
/// to the account with the fewest running jobs whose gate lets one start.
///
/// A job that waits, for a retry or for another copy of itself, keeps its lane, so that order holds, but no
/// slot. Every operation costs O(1), O(log n) in the number of waiting retries, or O(n) in that of accounts.
struct Schedule {
    typealias Instant = ContinuousClock.Instant

    /// Who asks an account's gate, and may ask whether its jobs hold half of a partition's window.
    typealias Ask = (_ account: Int, _ isCrowded: () -> Bool) -> AccountGate.Start

    private struct LaneState {
        /// The lane's jobs in order; the first is in the phase, the others are queued behind it.
        var jobs: Deque<Work>
        var phase = Phase.ready
        /// What the first job needs.
        var need: Need
        /// Whose the first job is known to be.
        var owner: Int?
    }

    private struct Wake: Comparable {
        var instant: Instant
        var lane: Lane
        static func < (left: Wake, right: Wake) -> Bool { left.instant < right.instant }
        static func == (left: Wake, right: Wake) -> Bool { left.instant == right.instant }
    }

    /// Messages that are decoded ahead of the slots at once.
    static let readersMax = 2

    let concurrency: Int
    private(set) var running = 0
    private(set) var reading = 0
    private(set) var count = 0
    private var runningByTenure: [Int: Int] = [:]
    private var lanes: [Lane: LaneState] = [:]
    private var unread: Deque<Lane> = []
    private var slotOnly: Deque<Lane> = []
    private var accounts: AccountTurns
    private var crowding: Crowding?
    private var wakes = Heap<Wake>()

    /// With one account alone every job is taken for its own until it runs, so that none is decoded ahead.
    init(concurrency: Int, accounts: Int = 1) {
        precondition(concurrency > 0)
        self.concurrency = concurrency
        self.accounts = AccountTurns(count: accounts)
        crowding = accounts > 1 ? Crowding(accounts: accounts) : nil
    }

    /// When the next waiting retry is due, or an account's next job.
    ///
    /// A retry may have been withdrawn meanwhile, so `wake` may find none.
    var nextWake: Instant? {
        [wakes.min?.instant, accounts.nextMoment].compactMap(\.self).min()
    }

    /// Whether a job of `tenure` is running.
    func isRunning(tenure: Int) -> Bool { runningByTenure[tenure] != nil }

    /// What keeps the account's jobs from starting; nil where nothing is known that does.
    func obstacle(of account: Int) -> AccountTurns.Obstacle? { accounts.obstacle(of: account) }

    /// A message, its phase (nil where it stands behind others) and what it needs; nothing where it isn't
    /// here.
    ///
    /// Costs a look at each lane, and at each job for one that stands behind others.
    func place(of ticket: Ticket) -> (work: Work, phase: Phase?, need: Need)? {
        for state in lanes.values {
            guard let first = state.jobs.first, first.ticket.tenure == ticket.tenure else { continue }
            if first.ticket == ticket { return (first, state.phase, state.need) }
            if let queued = state.jobs.first(where: { $0.ticket == ticket }) {
                return (queued, nil, state.need)
            }
        }
        return nil
    }

    /// Of `tenure`, `window` messages may be here at once.
    mutating func open(tenure: Int, window: Int) { crowding?.open(tenure: tenure, window: window) }

    mutating func submit(_ work: Work) {
        count += 1
        crowding?.note(work.ticket)
        if let index = lanes.index(forKey: work.lane) {
            lanes.values[index].jobs.append(work)
        } else {
            lanes[work.lane] = LaneState(jobs: [work], need: firstNeed)
            enqueue(work.lane, firstNeed)
        }
    }

    /// Starts the next job; nil where none can.
    mutating func start(at now: Instant, ask: Ask) -> (work: Work, start: Start)? {
        if running < concurrency {
            if !slotOnly.isEmpty, let work = begin(\.slotOnly, .slot, as: .running) { return (work, .slot) }
            while let account = nextAccount(at: now) {
                let crowding = crowding
                var isCrowded = false
                let answer = ask(account) {
                    isCrowded = crowding?.isCrowded(account) ?? false
                    return isCrowded
                }
                switch answer {
                case .go(let visit): return begin(account).map { ($0, .visiting(account: account, visit)) }
                case .giveUp(let fault, let moment):
                    if isCrowded, !bringForwardWhoIsInTheWay(of: account) {
                        accounts.block(account, until: max(moment, now + .milliseconds(1)))
                        continue
                    }
                    return begin(account).map { ($0, .givingUp(account: account, fault, until: moment)) }
                case .wait(let moment):
                    // A moment that has passed would be asked for again at once.
                    accounts.block(account, until: max(moment, now + .milliseconds(1)))
                case .full: accounts.block(account)
                }
            }
        }
        guard reading < Self.readersMax, !unread.isEmpty else { return nil }
        return begin(\.unread, .reading, as: .read).map { ($0, .reading) }
    }

    /// What has been decoded, in the phase `read`, belongs to `account`; it needs no call without one.
    mutating func own(_ work: Work, _ account: Int?) {
        guard let index = lanes.index(forKey: work.lane) else { return }
        lanes.values[index].need = account.map(Need.place) ?? .slot
        lanes.values[index].owner = account
        guard let account else { return }
        crowding?.add(work, of: account)
    }

    /// What has been decoded, in the phase `read`, may start.
    mutating func release(read work: Work) {
        release(work)
        makeReady(work.lane)
    }

    /// The running job is done; the next of its lane may start.
    mutating func finish(_ work: Work) {
        release(work)
        count -= 1
        guard let index = lanes.index(forKey: work.lane) else { preconditionFailure("its lane is here") }
        if let owner = lanes.values[index].owner {
            crowding?.remove(work, of: owner)
            lanes.values[index].owner = nil
        }
        let first = lanes.values[index].jobs.popFirst()
        precondition(first?.ticket == work.ticket, "only a lane's first job runs")
        if lanes.values[index].jobs.isEmpty {
            lanes.remove(at: index)
        } else {
            lanes.values[index].need = firstNeed
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

    /// Lets a parked job start again, without a call where it `isAnswered`; one that was withdrawn meanwhile
    /// isn't here.
    mutating func unpark(_ ticket: Ticket, in lane: Lane, isAnswered: Bool) {
        guard let state = lanes[lane], state.phase == .parked, state.jobs.first?.ticket == ticket else {
            return
        }
        if isAnswered { lanes[lane]?.need = .slot }
        makeReady(lane)
    }

    /// Makes what is due at `now` ready.
    mutating func wake(at now: Instant) {
        accounts.wake(at: now)
        while let next = wakes.min, next.instant <= now {
            wakes.removeMin()
            if lanes[next.lane]?.phase == .waiting(until: next.instant) { makeReady(next.lane) }
        }
    }

    /// An account's gate may have changed its mind: it is asked again.
    mutating func unblock(_ account: Int) { accounts.unblock(account) }

    /// Takes every job of `tenure` out that isn't running, and returns their tickets.
    mutating func withdraw(tenure: Int) -> [Ticket] {
        crowding?.close(tenure: tenure)
        var withdrawn: [Ticket] = []
        for (lane, state) in lanes where state.jobs.first?.ticket.tenure == tenure {
            let isRunning = state.phase == .running || state.phase == .read
            withdrawn += state.jobs.dropFirst(isRunning ? 1 : 0).map(\.ticket)
            if isRunning {
                lanes[lane]?.jobs.removeLast(state.jobs.count - 1)
                lanes[lane]?.owner = nil
            } else {
                lanes[lane] = nil
            }
        }
        count -= withdrawn.count
        return withdrawn
    }
}

extension Schedule {
    /// What a job needs of which nothing is known yet.
    private var firstNeed: Need { accounts.count == 1 ? .place(account: 0) : .reading }

    /// The account whose next ready job has the next turn.
    private mutating func nextAccount(at now: Instant) -> Int? {
        while let account = accounts.next(at: now) {
            // A lane whose jobs were withdrawn may still stand in the queue.
            while let lane = accounts.first(of: account) {
                if isReady(lane, for: .place(account: account)) { return account }
                accounts.removeFirst(of: account)
            }
        }
        return nil
    }

    /// Lets an account's job that has half of a window behind it, and nothing of the account before it, have the
    /// next turn; false where none of them is ready.
    private mutating func bringForwardWhoIsInTheWay(of account: Int) -> Bool {
        let lanes = crowding?.foremost(of: account) ?? []
        guard let lane = lanes.first(where: { isReady($0, for: .place(account: account)) }) else {
            return false
        }
        accounts.bringForward(lane, of: account)
        return true
    }

    private func isReady(_ lane: Lane, for need: Need) -> Bool {
        lanes[lane].map { $0.phase == .ready && $0.need == need } ?? false
    }

    /// Starts the first ready job of an account.
    private mutating func begin(_ account: Int) -> Work? {
        guard let lane = accounts.first(of: account), let index = lanes.index(forKey: lane) else {
            return nil
        }
        accounts.start(account)
        return occupy(index, as: .running)
    }

    private mutating func begin(
        _ queue: WritableKeyPath<Schedule, Deque<Lane>>, _ need: Need, as phase: Phase
    ) -> Work? {
        while let lane = self[keyPath: queue].popFirst() {
            guard isReady(lane, for: need), let index = lanes.index(forKey: lane) else { continue }
            return occupy(index, as: phase)
        }
        return nil
    }

    private mutating func makeReady(_ lane: Lane) {
        guard let index = lanes.index(forKey: lane) else { return }
        lanes.values[index].phase = .ready
        enqueue(lane, lanes.values[index].need)
    }

    private mutating func enqueue(_ lane: Lane, _ need: Need) {
        switch need {
        case .reading: unread.append(lane)
        case .slot: slotOnly.append(lane)
        case .place(let account): accounts.append(lane, to: account)
        }
    }

    private mutating func occupy(_ index: Dictionary<Lane, LaneState>.Index, as phase: Phase) -> Work? {
        lanes.values[index].phase = phase
        if phase == .read { reading += 1 } else { running += 1 }
        let work = lanes.values[index].jobs.first
        if let work { runningByTenure[work.ticket.tenure, default: 0] += 1 }
        return work
    }

    private mutating func release(_ work: Work) {
        guard let index = lanes.index(forKey: work.lane) else { preconditionFailure("its lane is here") }
        if lanes.values[index].phase == .read {
            reading -= 1
        } else {
            running -= 1
            if case .place(let account) = lanes.values[index].need { accounts.end(account) }
        }
        let left = (runningByTenure[work.ticket.tenure] ?? 1) - 1
        runningByTenure[work.ticket.tenure] = left == 0 ? nil : left
    }
}
