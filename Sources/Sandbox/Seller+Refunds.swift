import ExactJSON

extension Seller {
    /// A key of refunds belongs to one payment: its scope is the path, which is our choice.
    private static func scoped(_ id: Int64, _ key: String) -> String { "\(id) \(key)" }

    func beginRefund(_ id: Int64, _ key: String, body: [UInt8]) -> IdempotencyBook.Decision {
        refundKeys.begin(Self.scoped(id, key), body: body)
    }

    /// Frees the key of a call that ends without a refund.
    func releaseRefund(_ id: Int64, _ key: String) { refundKeys.release(Self.scoped(id, key)) }

    /// Frees the key of a refund whose payment was forgotten.
    func forgetRefund(_ refundID: Int64, _ id: Int64, _ key: String) {
        refundKeys.forget(Self.scoped(id, key), id: refundID)
    }

    /// How many POSTs came under a key.
    func refundPosts(_ id: Int64, _ key: String) -> Int { refundKeys.posts(Self.scoped(id, key)) }

    /// Makes the refund that a key was locked for, or refuses and frees the key.
    func refund(_ id: Int64, _ key: String, _ body: JSONObject, now: Instant) throws(Refusal) -> Refund {
        do {
            let request = try RefundRequest(body, site: account.site)
            let refund = try refund(
                id, request.amount, request.metadata, key: key, source: .collector, now: now)
            refundKeys.complete(Self.scoped(id, key), id: refund.id)
            return refund
        } catch {
            releaseRefund(id, key)
            throw error
        }
    }

    /// Gives money back; without a key it happens elsewhere, as in the seller's own panel.
    func refund(
        _ id: Int64, _ asked: ExactDecimal?, _ metadata: JSONObject, key: String?, source: Refund.Source,
        now: Instant
    ) throws(Refusal) -> Refund {
        var payment = try readPayment(id, now: now)
        guard source == .admin || isSettled(payment, now: now) else { throw .wrongState(2_063) }
        let rules = PaymentState.RefundRules(
            site: account.site, window: settings.refundWindow(account.site),
            isBalanceExhausted: isBalanceExhausted, isByAdmin: source == .admin)
        let amount = try payment.state.refundable(asked, rules, now: now)
        let refund = Refund(
            id: identifiers.nextRefund(), paymentID: id, amount: amount, metadata: metadata, source: source,
            created: now, idempotencyKey: key)
        var state = payment.state
        state.add(refund)
        payment.become(state)
        payments[id] = payment
        return refund
    }

    func listRefunds(_ id: Int64, now: Instant) throws(Refusal) -> JSON {
        let payment = try readPayment(id, now: now)
        return .array(payment.state.refunds.map { $0.json(seller: account) })
    }

    func readRefund(_ id: Int64, of paymentID: Int64, now: Instant) throws(Refusal) -> Refund {
        let payment = try readPayment(paymentID, now: now)
        guard let refund = payment.state.refunds.first(where: { $0.id == id }) else { throw .noRefund }
        return refund
    }

    /// Whether the seller has money to give back, from now on.
    func exhaustBalance(_ isExhausted: Bool) { isBalanceExhausted = isExhausted }
}
