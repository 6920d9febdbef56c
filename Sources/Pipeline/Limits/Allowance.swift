/// How many calls may be made at present; it changes while calls wait.
struct Allowance: Sendable, Hashable {
    /// Calls a second; nil without a limit.
    var rate: Double?
    /// Calls that may be made at once after a pause: at least 1, or 0 where nothing may be called at all.
    var capacity: Double

    /// No limit.
    static let unlimited = Allowance(rate: nil, capacity: .infinity)

    /// A limit of its own.
    init(rate: Double?, capacity: Double) {
        self.rate = rate
        self.capacity = capacity
    }

    /// The part of `limit` that a worker with `share` of all partitions has.
    init(_ limit: RateLimit?, share: Double) {
        guard let limit else {
            self = .unlimited
            return
        }
        rate = limit.callsPerSecond * share
        capacity = share > 0 ? max(1, Double(limit.burst) * share) : 0
    }

    /// The same, and never faster than `ceiling` calls a second.
    ///
    /// Under a ceiling there is no burst: it was found by being refused, so the gateway's own burst is used up.
    func below(_ ceiling: Double?) -> Allowance {
        guard let ceiling, capacity > 0 else { return self }
        return Allowance(rate: min(rate ?? ceiling, ceiling), capacity: 1)
    }
}

extension Duration {
    /// Its length in seconds.
    var inSeconds: Double { self / .seconds(1) }
}
