/// Which accounts hold half of a partition's window, so that they are in the others' way.
///
/// A lane counts for the account of its first job, whatever stands behind that one.
struct Crowding {
    private struct Tenure {
        /// From how many messages on an account is in the way.
        let many: Int
        var held: [Int]
    }

    private let accounts: Int
    private var tenures: [Int: Tenure] = [:]
    /// In how many tenures each account is in the way.
    private var crowded: [Int]

    init(accounts: Int) {
        self.accounts = accounts
        crowded = Array(repeating: 0, count: accounts)
    }

    func isCrowded(_ account: Int) -> Bool { crowded[account] > 0 }

    mutating func open(tenure: Int, window: Int) {
        guard tenures[tenure] == nil else { return }
        let many = max(window / 2 + window % 2, 1)
        tenures[tenure] = Tenure(many: many, held: Array(repeating: 0, count: accounts))
    }

    mutating func close(tenure: Int) {
        guard let closed = tenures.removeValue(forKey: tenure) else { return }
        for account in 0..<accounts where closed.held[account] >= closed.many { crowded[account] -= 1 }
    }

    mutating func add(_ messages: Int, of account: Int, tenure: Int) {
        change(account, tenure, by: messages)
    }

    mutating func remove(_ messages: Int, of account: Int, tenure: Int) {
        change(account, tenure, by: -messages)
    }

    private mutating func change(_ account: Int, _ tenure: Int, by messages: Int) {
        guard let many = tenures[tenure]?.many, let before = tenures[tenure]?.held[account] else { return }
        tenures[tenure]?.held[account] = before + messages
        crowded[account] += (before + messages >= many ? 1 : 0) - (before >= many ? 1 : 0)
    }
}
