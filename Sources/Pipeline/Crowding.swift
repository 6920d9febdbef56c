import HeapModule

/// Which accounts hold half of a partition's window, so that they are in the others' way.
///
/// A window goes from the oldest message that isn't done to the newest, so an account holds what comes after its
/// oldest one. A lane counts for the account of its first job, whatever stands behind that one.
struct Crowding {
    /// The first offsets of an account's lanes in a tenure.
    private struct Lanes {
        private var offsets = Heap<Int64>()
        /// Those that are gone, and not yet the oldest.
        private var gone: Set<Int64> = []

        var oldest: Int64? { offsets.min }

        mutating func add(_ offset: Int64) { offsets.insert(offset) }

        mutating func remove(_ offset: Int64) {
            gone.insert(offset)
            while let oldest = offsets.min, gone.remove(oldest) != nil { offsets.removeMin() }
        }
    }

    private struct Tenure {
        /// From a span of how many messages on an account is in the way.
        let many: Int64
        var newest: Int64 = .min
        var held: [Lanes]

        func isInTheWay(_ offset: Int64) -> Bool { newest - offset + 1 >= many }
    }

    private let accounts: Int
    private var tenures: [Int: Tenure] = [:]

    init(accounts: Int) { self.accounts = accounts }

    /// Costs a look at each tenure.
    func isCrowded(_ account: Int) -> Bool {
        tenures.values.contains { tenure in
            tenure.held[account].oldest.map(tenure.isInTheWay) ?? false
        }
    }

    /// Whether half of the window is behind a message.
    func isInTheWay(_ ticket: Ticket) -> Bool { tenures[ticket.tenure]?.isInTheWay(ticket.offset) ?? false }

    mutating func open(tenure: Int, window: Int) {
        guard tenures[tenure] == nil else { return }
        let many = Int64(max(window / 2 + window % 2, 1))
        tenures[tenure] = Tenure(many: many, held: Array(repeating: Lanes(), count: accounts))
    }

    mutating func close(tenure: Int) { tenures[tenure] = nil }

    /// A message has come in.
    mutating func note(_ ticket: Ticket) {
        guard let newest = tenures[ticket.tenure]?.newest, ticket.offset > newest else { return }
        tenures[ticket.tenure]?.newest = ticket.offset
    }

    /// The first message of a lane belongs to `account`.
    mutating func add(_ ticket: Ticket, of account: Int) {
        tenures[ticket.tenure]?.held[account].add(ticket.offset)
    }

    /// The same message is done.
    mutating func remove(_ ticket: Ticket, of account: Int) {
        tenures[ticket.tenure]?.held[account].remove(ticket.offset)
    }
}
