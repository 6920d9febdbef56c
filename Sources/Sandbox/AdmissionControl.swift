import Synchronization

/// Whose calls come in, whether they may, and how many are under way: all that is decided on arrival.
///
/// It answers at once and to any thread, so that nothing stands between a call and its time of arrival.
final class AdmissionControl: Sendable {
    /// What is made of a call when it arrives.
    struct Admission: Sendable {
        /// The seller's number; `nil` where the credentials are nobody's.
        let account: Int?
        /// How many calls of the seller are under way, this one included; `nil` where there is no seller.
        let inFlight: Int?
        /// The limiter that refuses the call, and how many nanoseconds too early it is.
        let refusal: (limiter: RateLimiter, wait: Int64)?
    }

    private struct Seller: Sendable {
        var accessToken: String
        let publicKey: String
        var limiter: RateLimiter?
        var latency = Duration.zero
        var inFlight = 0
        var inFlightMax = 0
        var calls = 0
        var limited = 0
    }

    private let configuration: SandboxConfiguration
    private let sellers: Mutex<[Seller]>
    /// The places that each seller's calls are worked on in.
    let places: [Places]

    init(_ configuration: SandboxConfiguration) {
        self.configuration = configuration
        places = configuration.accounts.map { _ in Places(limit: configuration.capacity) }
        sellers = Mutex(
            configuration.accounts.map { account in
                Seller(
                    accessToken: account.accessToken, publicKey: account.publicKey,
                    limiter: configuration.rateLimit.map(RateLimiter.init))
            })
    }

    /// The seller of a bearer token.
    func account(accessToken: some StringProtocol) -> Int? {
        sellers.withLock { $0.firstIndex { $0.accessToken == accessToken } }
    }

    /// The seller of a public key.
    func account(publicKey: String) -> Int? {
        sellers.withLock { $0.firstIndex { $0.publicKey == publicKey } }
    }

    /// Takes a call in at `time`, in nanoseconds of the monotonic clock; each ends with ``leave(_:)``.
    func enter(_ account: Int?, at time: Int64) -> Admission {
        guard let account else { return Admission(account: nil, inFlight: nil, refusal: nil) }
        return sellers.withLock { sellers in
            sellers[account].calls += 1
            sellers[account].inFlight += 1
            let inFlight = sellers[account].inFlight
            sellers[account].inFlightMax = max(sellers[account].inFlightMax, inFlight)
            let wait = sellers[account].limiter?.refusal(at: time)
            guard let wait, let limiter = sellers[account].limiter else {
                return Admission(account: account, inFlight: inFlight, refusal: nil)
            }
            sellers[account].limited += 1
            return Admission(account: account, inFlight: inFlight, refusal: (limiter, wait))
        }
    }

    /// Notes that a call is over.
    func leave(_ admission: Admission) {
        guard let account = admission.account else { return }
        sellers.withLock { $0[account].inFlight -= 1 }
    }

    /// The time added to a seller's calls.
    func latency(_ account: Int?) -> Duration {
        configuration.latency + (account.map { index in sellers.withLock { $0[index].latency } } ?? .zero)
    }

    /// The time that was added while the sandbox runs, besides the configured one.
    func addedLatency(_ account: Int) -> Duration { sellers.withLock { $0[account].latency } }

    func rateLimit(_ account: Int) -> RateLimit? { sellers.withLock { $0[account].limiter?.limit } }

    /// Puts a limit in the place of a seller's: its bucket is full, its window empty.
    func limit(_ account: Int, _ limit: RateLimit?) {
        sellers.withLock { $0[account].limiter = limit.map(RateLimiter.init) }
    }

    func addLatency(_ account: Int, _ latency: Duration) {
        sellers.withLock { $0[account].latency = latency }
    }

    /// Changes a seller's access token; the old one is nobody's from now on.
    /// - Returns: `false` where another seller has it.
    func rotate(_ account: Int, to accessToken: String) -> Bool {
        sellers.withLock { sellers in
            let owner = sellers.firstIndex { $0.accessToken == accessToken }
            guard owner == nil || owner == account else { return false }
            sellers[account].accessToken = accessToken
            return true
        }
    }

    /// Goes back to the configuration; calls that are under way stay so.
    func reset() {
        sellers.withLock { sellers in
            for (index, account) in configuration.accounts.enumerated() {
                var seller = Seller(
                    accessToken: account.accessToken, publicKey: account.publicKey,
                    limiter: configuration.rateLimit.map(RateLimiter.init))
                seller.inFlight = sellers[index].inFlight
                seller.inFlightMax = seller.inFlight
                sellers[index] = seller
            }
        }
        for places in places { places.change(limit: configuration.capacity) }
    }

    /// The counts of one seller, by their names in the summary.
    func counts(_ account: Int) -> [(name: String, count: Int)] {
        let seller = sellers.withLock { $0[account] }
        return [
            ("calls", seller.calls), ("limited", seller.limited), ("in_flight", seller.inFlight),
            ("in_flight_max", seller.inFlightMax),
        ]
    }
}
