import HeapModule

/// Which accounts hold half of a partition's window, so that they are in the others' way.
///
/// A window goes from the oldest message that isn't done to the newest, so an account holds what comes after its
/// oldest one. A lane counts for the account of its first job, whatever stands behind that one.
struct Crowding {
    /// The first message of a lane.
    private struct Head: Comparable {
        var offset: Int64
        var lane: Lane
        static func < (left: Head, right: Head) -> Bool { left.offset < right.offset }
    }

    /// An account's lanes in a tenure.
    private struct Lanes {
        private var heads = Heap<Head>()
        /// Those that are gone, and not yet the oldest.
        private var gone: Set<Int64> = []

        var oldest: Head? { heads.min }

        mutating func add(_ work: Work) { heads.insert(Head(offset: work.ticket.offset, lane: work.lane)) }

        mutating func remove(_ offset: Int64) {
            gone.insert(offset)
            while let oldest = heads.min, gone.remove(oldest.offset) != nil { heads.removeMin() }
        }
    }

    private struct Tenure {
        /// From a span of how many messages on an account is in the way.
        let many: Int64
        var newest: Int64 = .min
        var held: [Lanes]

        /// The account's oldest lane, where half of the window is behind it.
        func inTheWay(of account: Int) -> Lane? {
            held[account].oldest.flatMap { newest - $0.offset + 1 >= many ? $0.lane : nil }
        }
    }

    private let accounts: Int
    private var tenures: [Int: Tenure] = [:]

    init(accounts: Int) { self.accounts = accounts }

    /// Whether the account is in the way somewhere; costs a look at each tenure.
    func isCrowded(_ account: Int) -> Bool { tenures.values.contains { $0.inTheWay(of: account) != nil } }

    /// The account's lanes that windows begin with and of which half is behind them, one of each tenure at most.
    ///
    /// To end any other would make no room: a window begins with its oldest message.
    func foremost(of account: Int) -> [Lane] { tenures.values.compactMap { $0.inTheWay(of: account) } }

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
    mutating func add(_ work: Work, of account: Int) { tenures[work.ticket.tenure]?.held[account].add(work) }

    /// The same message is done.
    mutating func remove(_ work: Work, of account: Int) {
        tenures[work.ticket.tenure]?.held[account].remove(work.ticket.offset)
    }
}
