import ExactJSON

/// One seller's customers, cards, tokens and payments.
actor Seller {
    nonisolated let account: SandboxAccount
    nonisolated let settings: SandboxConfiguration
    /// What GET /users/me answers.
    nonisolated let profile: JSON
    var identifiers: Identifiers
    var customers: BoundedStore<String, Customer>
    var customersByEmail: [String: String] = [:]
    /// What a search sees of the customers.
    var index: CustomerIndex
    var cards: [String: SavedCard] = [:]
    var tokens: BoundedStore<String, CardToken>
    var payments: BoundedStore<Int64, Payment>
    var paymentsByReference: [String: [Int64]] = [:]
    var keys: IdempotencyBook
    var refundKeys: IdempotencyBook
    var isBalanceExhausted: Bool
    /// Whether payments need no security code, except in Chile.
    var allowsMissingSecurityCode: Bool

    init(_ account: SandboxAccount, settings: SandboxConfiguration, seed: UInt64?) {
        self.account = account
        self.settings = settings
        profile = account.profile(registered: Instant(milliseconds: settings.now()))
        identifiers = Identifiers(seed: seed)
        customers = BoundedStore(max: settings.customersMax)
        index = CustomerIndex(lag: settings.customerSearchLag, max: settings.customersMax)
        tokens = BoundedStore(max: settings.tokensMax)
        payments = BoundedStore(max: settings.paymentsMax)
        keys = IdempotencyBook(keysMax: settings.paymentsMax)
        refundKeys = IdempotencyBook(keysMax: settings.paymentsMax)
        isBalanceExhausted = settings.isBalanceExhausted
        allowsMissingSecurityCode = settings.allowsMissingSecurityCode
    }

    /// Whether objects say `live_mode`: everything but `TEST-…` credentials does, as they were at the start.
    nonisolated var isLive: Bool { !account.accessToken.hasPrefix("TEST-") }

    /// Forgets everything; ids go on, so that none is handed out twice.
    func reset() {
        customers = BoundedStore(max: settings.customersMax)
        index = CustomerIndex(lag: settings.customerSearchLag, max: settings.customersMax)
        customersByEmail = [:]
        cards = [:]
        tokens = BoundedStore(max: settings.tokensMax)
        payments = BoundedStore(max: settings.paymentsMax)
        paymentsByReference = [:]
        keys = IdempotencyBook(keysMax: settings.paymentsMax)
        refundKeys = IdempotencyBook(keysMax: settings.paymentsMax)
        isBalanceExhausted = settings.isBalanceExhausted
        allowsMissingSecurityCode = settings.allowsMissingSecurityCode
    }

    func allowMissingSecurityCode(_ isAllowed: Bool) { allowsMissingSecurityCode = isAllowed }

    /// Forgets what the keys of payments and refunds stand for, as if their retention was over; what they made
    /// stays.
    func forgetKeys() -> Int { keys.forgetAll() + refundKeys.forgetAll() }

    /// The name that decides the outcome of what a call is about; `nil` where it can't be told.
    func holder(token: String?, cardID: String?) -> String? {
        if let token { return tokens[token]?.details.holder }
        return cardID.flatMap { cards[$0]?.details.holder }
    }
}
