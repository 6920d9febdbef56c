import DequeModule

/// Whose turn the next slot is: the account's with the fewest running jobs, in turn where several have as few.
///
/// Within an account lanes take turns, one job each.
struct AccountTurns {
    typealias Instant = ContinuousClock.Instant

    /// What keeps an account's jobs from starting.
    enum Obstacle: Sendable, Hashable {
        /// Its gate lets none start before this moment.
        case until(Instant)
        /// Every place at its gate is taken, until one is given back.
        case full
    }

    private struct Account {
        var ready: Deque<Lane> = []
        var running = 0
        var obstacle: Obstacle?

        func isBlocked(at now: Instant) -> Bool {
            switch obstacle {
            case nil: false
            case .until(let moment): now < moment
            case .full: true
            }
        }
    }

    private var accounts: [Account]
    /// Who had the last turn.
    private var last: Int

    init(count: Int) {
        accounts = Array(repeating: Account(), count: count)
        last = max(count - 1, 0)
    }

    var count: Int { accounts.count }

    /// The earliest moment at which an account with ready jobs is to be asked again.
    var nextMoment: Instant? {
        var earliest: Instant?
        for account in accounts {
            guard case .until(let moment) = account.obstacle, !account.ready.isEmpty else { continue }
            earliest = earliest.map { min($0, moment) } ?? moment
        }
        return earliest
    }

    func obstacle(of account: Int) -> Obstacle? { accounts[account].obstacle }

    /// Who may have the next turn; nil where nobody is ready and without an obstacle.
    func next(at now: Instant) -> Int? {
        var chosen: Int?
        // The one after the last is looked at first, and keeps its turn against those with as many jobs.
        for step in 1...max(accounts.count, 1) where !accounts.isEmpty {
            let candidate = (last + step) % accounts.count
            let account = accounts[candidate]
            guard !account.ready.isEmpty, !account.isBlocked(at: now) else { continue }
            if let chosen, accounts[chosen].running <= account.running { continue }
            chosen = candidate
        }
        return chosen
    }

    /// The lane that has stood in the account's queue for the longest time.
    func first(of account: Int) -> Lane? { accounts[account].ready.first }

    mutating func removeFirst(of account: Int) { _ = accounts[account].ready.popFirst() }

    /// Lets `lane`, which is ready, have the account's next turn; its old place is skipped then.
    mutating func bringForward(_ lane: Lane, of account: Int) {
        if first(of: account) != lane { accounts[account].ready.prepend(lane) }
    }

    mutating func append(_ lane: Lane, to account: Int) { accounts[account].ready.append(lane) }

    /// The account's first lane has the turn.
    mutating func start(_ account: Int) {
        removeFirst(of: account)
        accounts[account].running += 1
        last = account
    }

    /// A running job gives its slot back, and its place at the gate.
    mutating func end(_ account: Int) {
        accounts[account].running -= 1
        accounts[account].obstacle = nil
    }

    /// The account's jobs are passed over until the moment, or, without one, until a place is given back.
    mutating func block(_ account: Int, until moment: Instant? = nil) {
        accounts[account].obstacle = moment.map(Obstacle.until) ?? .full
    }

    mutating func unblock(_ account: Int) { accounts[account].obstacle = nil }

    /// Forgets the moments that have come.
    mutating func wake(at now: Instant) {
        for account in accounts.indices {
            if case .until = accounts[account].obstacle, !accounts[account].isBlocked(at: now) {
                accounts[account].obstacle = nil
            }
        }
    }
}
