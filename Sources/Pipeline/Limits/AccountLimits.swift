import PaymentJobs

/// What may be asked of the gateway in one account's name.
public struct AccountLimits: Sendable, Hashable {
    /// Calls a second of all workers of the group together; nil where only the gateway itself sets a limit.
    public var rate: RateLimit?
    /// Jobs of the account that this worker runs at once at most.
    ///
    /// A gateway that becomes slower gets fewer; see ``adaptsConcurrency``.
    public var concurrencyMax: Int
    /// Whether fewer jobs run at once while the gateway is slower than it was.
    public var adaptsConcurrency = true
    /// When the account's calls stop for a while because the gateway fails or is slow; nil for never.
    public var breaker: BreakerPolicy? = BreakerPolicy()
    /// The longest `Retry-After` that is believed.
    public var retryAfterMax: Duration = .seconds(300)
    /// How long credentials may be refused before the account's jobs become dead letters.
    public var credentialsGrace: Duration = .seconds(300)
    /// The pause between two calls that find out whether refused credentials are accepted again.
    public var credentialsPause: Duration = .seconds(5)

    /// Limits with the defaults of everything else.
    public init(rate: RateLimit? = nil, concurrencyMax: Int) {
        self.rate = rate
        self.concurrencyMax = concurrencyMax
    }
}

/// When an account's calls stop for a while.
public struct BreakerPolicy: Sendable, Hashable {
    /// How many of the last calls are looked at.
    public var calls = 100
    /// Calls within ``window`` that have to be there before anything is judged.
    public var callsMin = 20
    /// How old a call may be that is looked at.
    public var window: Duration = .seconds(60)
    /// The share of calls without an answer from which on it opens, 0 to 1.
    public var failureRatio = 0.5
    /// From when on a call counts as slow.
    public var slowCall: Duration = .seconds(10)
    /// The share of slow calls from which on it opens, 0 to 1.
    public var slowRatio = 0.8
    /// How long it stays open at first; it doubles each time the probes fail.
    public var pause: Duration = .seconds(5)
    /// How long it stays open at most.
    public var pauseMax: Duration = .seconds(60)
    /// Jobs that may probe at once; as many have to be answered in a row before it closes.
    public var probes = 3

    /// The defaults.
    public init() {}
}

/// What an account's jobs may ask for.
public struct AccountRules: Sendable, Hashable {
    /// The account's country, where it is known.
    public var site: Site?
    /// Whether Mercado Pago has enabled charges without a security code.
    public var permitsMissingSecurityCode = false
    /// For how long the gateway is trusted to recognise an idempotency key; what it does isn't documented.
    public var idempotencyWindow: Duration = .seconds(86_400)
    /// How long after its approval a payment can be refunded: 180 days by Mercado Pago's present documentation.
    public var refundWindow: Duration = .seconds(180 * 86_400)

    /// The defaults.
    public init() {}
}

/// One seller: how it is reached, how much is asked of it, and what its jobs may ask for.
public struct PipelineAccount: Sendable {
    /// How it is reached.
    public var gateway: any PaymentGateway
    /// How much is asked of it.
    public var limits: AccountLimits
    /// What its jobs may ask for.
    public var rules: AccountRules

    /// One seller.
    public init(_ gateway: any PaymentGateway, limits: AccountLimits, rules: AccountRules = AccountRules()) {
        self.gateway = gateway
        self.limits = limits
        self.rules = rules
    }
}
