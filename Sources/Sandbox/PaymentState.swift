import ExactJSON

/// The part of a payment that changes, and the rules by which it does.
///
/// The moment is an argument, and a rule that refuses changes nothing.
struct PaymentState: Sendable {
    private(set) var outcome: CardOutcome
    /// What was asked for; after a capture of less, what was captured.
    private(set) var amount: ExactDecimal
    /// As recorded: `true` for a rejected payment too, if its capture was asked for.
    private(set) var isCaptured: Bool
    /// When the money was held; `nil` where it never was.
    private(set) var held: Instant?
    /// When the money was taken; `nil` where it never was.
    private(set) var approved: Instant?
    /// When its look in the answers last changed.
    private(set) var updated: Instant
    private(set) var metadata: JSONObject
    private(set) var expiration: Instant?
    private(set) var refunds: [Refund] = []

    init(_ outcome: CardOutcome, _ request: PaymentRequest, now: Instant) {
        self.outcome = outcome
        amount = request.amount
        isCaptured = request.capture
        held = outcome.status == .authorized ? now : nil
        approved = outcome.status == .approved ? now : nil
        updated = now
        metadata = request.metadata
        expiration = request.expiration
    }

    /// What was taken from the payer, before refunds.
    var captured: ExactDecimal { approved == nil ? .zero : amount }
    /// What went back.
    var refunded: ExactDecimal { refunds.reduce(.zero) { $0.adding($1.amount) ?? $0 } }
    /// What can still go back.
    var remaining: ExactDecimal { captured.subtracting(refunded) ?? .zero }

    /// Pending payments that nobody confirms end after thirty days (Mercado Pago's cancellation guide).
    static let pendingMax = Duration.days(30)
    /// The most refunds that leave something over (guide of 2021, error 2022).
    static let partialRefundsMax = 20

    /// What time alone has made of it.
    func lapsed(at now: Instant, created: Instant, site: SandboxSite) -> PaymentState {
        let deadline: Instant
        switch outcome.status {
        case .authorized: deadline = (held ?? created).advanced(by: site.captureWindow)
        case .pending, .inProcess: deadline = expiration ?? created.advanced(by: Self.pendingMax)
        case .approved, .inMediation, .rejected, .cancelled, .refunded, .chargedBack: return self
        }
        guard now >= deadline else { return self }
        var lapsed = self
        lapsed.become(.expired, at: deadline)
        return lapsed
    }

    /// Takes money that is held.
    ///
    /// Repeating it answers with the payment as it is (live tests of two official SDKs); that a repeat with
    /// another amount is refused is our choice.
    mutating func capture(_ part: ExactDecimal?, allowsPart: Bool, now: Instant) throws(Refusal) {
        switch outcome.status {
        case .approved:
            guard part == nil || part == amount else { throw .wrongState(2_018) }
        case .authorized:
            let taken = part ?? amount
            guard taken == amount || (taken < amount && allowsPart) else {
                throw .payment(code: 2_017, "Invalid transaction_amount for update")
            }
            amount = taken
            take(now)
        case .pending, .inProcess, .inMediation, .rejected, .cancelled, .refunded, .chargedBack:
            throw .wrongState(2_018)
        }
    }

    /// Gives up a hold, or a payment that is not confirmed yet.
    mutating func cancel(now: Instant) throws(Refusal) {
        switch outcome.status {
        case .pending, .inProcess, .authorized: become(.cancelled, at: now)
        case .approved, .inMediation, .rejected, .cancelled, .refunded, .chargedBack:
            throw .wrongState(2_018)
        }
    }

    /// Changes what hangs on the payment.
    mutating func annotate(metadata: JSONObject?, expiration: Instant?, now: Instant) {
        guard metadata != nil || expiration != nil else { return }
        self.metadata = metadata ?? self.metadata
        self.expiration = expiration ?? self.expiration
        updated = now
    }

    /// Notes a refund whose amount was found to fit.
    ///
    /// A part that Mercado Pago gives back in a mediation doesn't end it, which is our choice.
    mutating func add(_ refund: Refund) {
        precondition(refund.amount <= remaining, "no more goes back than was taken")
        refunds.append(refund)
        let partly = outcome.status == .inMediation ? outcome : .partiallyRefunded
        become(remaining.isZero ? .refunded : partly, at: refund.created)
    }

    /// Takes the money: all that `amount` says.
    mutating func take(_ now: Instant) {
        isCaptured = true
        approved = now
        become(.approved, at: now)
    }

    /// Holds the money.
    mutating func hold(_ now: Instant) {
        held = now
        become(.authorized, at: now)
    }

    mutating func become(_ outcome: CardOutcome, at now: Instant) {
        self.outcome = outcome
        updated = now
    }
}
