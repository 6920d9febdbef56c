/// What a search of customers sees: the state of a moment ago, where the index is configured to lag.
///
/// It keeps what changed within the lag as it was before: a customer that is new isn't found yet, one that
/// was changed is found unchanged, and one that was deleted is still found.
struct CustomerIndex: Sendable {
    private struct Past: Sendable {
        let customer: Customer
        let until: Instant
    }

    private let lag: Duration
    private let max: Int
    private var past: [String: [Past]] = [:]
    /// The keys of `past` in the order of their changes, so that the oldest goes first.
    private var order: ArraySlice<(key: String, until: Instant)> = []

    init(lag: Duration, max: Int) {
        self.lag = lag
        self.max = max
    }

    /// The moment whose state a search at `now` sees.
    func moment(at now: Instant) -> Instant { now.advanced(by: .zero - lag) }

    /// Keeps a customer as it was until now.
    mutating func changed(_ old: Customer, now: Instant) {
        guard lag > .zero else { return }
        let moment = moment(at: now)
        while let first = order.first, first.until <= moment || order.count >= max {
            order.removeFirst()
            past[first.key]?.removeFirst()
            if past[first.key]?.isEmpty == true { past[first.key] = nil }
        }
        past[old.emailKey, default: []].append(Past(customer: old, until: now))
        order.append((old.emailKey, now))
    }

    /// Everybody whom a search for one e-mail sees; `current` is who has it now.
    func seen(email key: String, current: Customer?, now: Instant) -> [Customer] {
        seen(past[key] ?? [], current.map { [$0] } ?? [], moment(at: now))
    }

    /// Everybody whom a search without an e-mail sees.
    func seen(_ current: some Sequence<Customer>, now: Instant) -> [Customer] {
        seen(order.isEmpty ? [] : past.values.flatMap { $0 }, current, moment(at: now))
    }

    /// The first state that still held at the moment; the states of one customer come in their order.
    private func seen(
        _ past: [Past], _ current: some Sequence<Customer>, _ moment: Instant
    ) -> [Customer] {
        var first: [String: Customer] = [:]
        for state in past where state.until > moment && first[state.customer.id] == nil {
            first[state.customer.id] = state.customer
        }
        var seen: [Customer] = []
        for customer in current { seen.append(first.removeValue(forKey: customer.id) ?? customer) }
        seen += first.values.sorted { $0.id < $1.id }
        return seen.filter { $0.created <= moment }
    }
}
