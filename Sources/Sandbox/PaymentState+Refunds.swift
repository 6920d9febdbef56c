import ExactJSON

extension PaymentState {
    /// What a country and a seller's balance let a refund be.
    struct RefundRules: Sendable {
        let site: SandboxSite
        /// How long after its approval a payment can be refunded.
        let window: Duration
        /// Whether the seller has no money left to give back.
        let isBalanceExhausted: Bool
        /// Whether it is Mercado Pago that gives the money back, as at the end of a mediation.
        var isByAdmin = false
    }

    /// How much a refund gives back: what was asked for, or all that is left.
    ///
    /// The order in which the rules are looked at is our choice, and so is that more than what is left is
    /// error 2063, like nothing left.
    func refundable(
        _ asked: ExactDecimal?, _ rules: RefundRules, now: Instant
    ) throws(Refusal) -> ExactDecimal {
        let isOpen = outcome.status == .approved || (rules.isByAdmin && outcome.status == .inMediation)
        guard isOpen, let approved, !remaining.isZero else { throw .wrongState(2_063) }
        guard now < approved.advanced(by: rules.window) else {
            throw .payment(code: 2_024, "Payment too old to be refunded", status: 404)
        }
        let amount = asked ?? remaining
        guard amount == captured || rules.site.allowsPartialRefund else {
            throw .payment(code: 3_024, "Not valid action, partial refund unsupported for this transaction")
        }
        guard amount <= remaining else { throw .wrongState(2_063) }
        guard refunds.count < Self.partialRefundsMax || amount == remaining else {
            throw .payment(code: 2_022, "You have exceeded the max number of refunds for this payment")
        }
        guard !rules.isBalanceExhausted else {
            throw .payment(code: 2_030, "Collector hasn't enough money")
        }
        return amount
    }
}
