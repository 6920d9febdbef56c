import ExactJSON

extension Seller {
    /// Looks at the key before anything else: a token that is spent by now doesn't matter to a repeat.
    func begin(_ key: String, body: [UInt8]) -> IdempotencyBook.Decision { keys.begin(key, body: body) }

    /// Frees the key of a call that ends without a payment.
    func release(_ key: String) { keys.release(key) }

    /// Makes the payment that a key was locked for, or refuses and frees the key.
    func charge(
        _ key: String, _ body: JSONObject, isCardValidation: Bool = false, now: Instant
    ) throws(Refusal) -> Payment {
        do {
            let payment = try payment(key, body, isCardValidation: isCardValidation, now: now)
            keys.complete(key, id: payment.id)
            if let reference = payment.request.externalReference {
                paymentsByReference[reference, default: []].append(payment.id)
            }
            if let forgotten = payments.insert(payment, for: payment.id) { forget(forgotten) }
            return payment
        } catch {
            keys.release(key)
            throw error
        }
    }

    private func payment(
        _ key: String, _ body: JSONObject, isCardValidation: Bool, now: Instant
    ) throws(Refusal) -> Payment {
        let request = try PaymentRequest(
            body,
            PaymentRequest.Terms(
                site: account.site, isMarketplace: settings.isMarketplace, isCardValidation: isCardValidation,
                now: now))
        if request.payer.kind == .registered, request.payer.id == String(account.collectorID) {
            throw .payment(code: 2_060, "The customer can't be equal to the collector")
        }
        var token = try usableToken(request.token, now: now)
        let savedCard = try savedCard(of: token, for: request.payer)
        let needsCode = !allowsMissingSecurityCode || !account.site.allowsMissingSecurityCode
        if !token.hasSecurityCode, needsCode {
            throw .payment(code: 3_013, "The security_code is required")
        }
        let brand = try brand(of: token, request, isCardValidation: isCardValidation)
        let method = PaymentMethod(brand: brand, site: account.site)
        guard request.capture || method.allowsDeferredCapture else { throw .noDeferredCapture }
        // From here on it is a payment, and a payment burns its token whatever becomes of it.
        token.state = .spent
        tokens[token.id] = token
        return Payment(
            id: identifiers.nextPayment(), request: request, token: token, brand: brand,
            savedCard: savedCard,
            outcome: CardOutcome.of(
                holder: token.details.holder, number: token.details.number, capture: request.capture,
                binaryMode: request.binaryMode, threeDSecure: request.threeDSecure),
            idempotencyKey: key, authorizationCode: identifiers.nextAuthorization(), created: now)
    }

    /// The brand of the card, if it can be charged with this amount.
    private func brand(
        of token: CardToken, _ request: PaymentRequest, isCardValidation: Bool
    ) throws(Refusal) -> CardBrand {
        guard let brand = token.details.brand else {
            throw request.methodID == nil
                ? .payment(code: 2_131, "Cannot infer Payment Method")
                : .payment(code: 3_011, "Not found payment_method")
        }
        if let method = request.methodID, method != brand.id {
            throw .payment(code: 3_028, "Invalid payment_method_id")
        }
        if isCardValidation {
            // Only two brands have it (Mercado Pago's zero-dollar-auth page); the code is our choice.
            guard ["visa", "master"].contains(brand.id) else {
                throw .payment(code: 2_072, "Invalid value for transaction_amount")
            }
        } else if !account.site.amountRange(brandID: brand.id).contains(request.amount) {
            throw .payment(code: 2_072, "Invalid value for transaction_amount")
        }
        return brand
    }

    private func usableToken(_ id: String, now: Instant) throws(Refusal) -> CardToken {
        guard let token = tokens[id] else { throw .payment(code: 2_006, "Card Token not found") }
        // Which code a used and which an expired token gives is observed, not documented.
        guard !token.isExpired(at: now) else { throw .payment(code: 3_003, "Invalid card_token_id") }
        switch token.state {
        case .active: return token
        case .saved: return token
        case .spent: throw .payment(code: 3_003, "Invalid card_token_id")
        }
    }

    /// A saved card is charged for the customer who has it (the seed: the customer's id goes with the token).
    private func savedCard(of token: CardToken, for payer: Payer) throws(Refusal) -> SavedCard? {
        let isCustomer = payer.kind == .customer
        if isCustomer, payer.id.flatMap({ customers[$0] }) == nil {
            throw .payment(code: 2_002, "Customer not found")
        }
        guard case .saved(let card) = token.source else { return nil }
        guard isCustomer else { throw .payment(code: 2_002, "Customer not found") }
        guard !isOrphan(token) else { throw .payment(code: 2_010, "Card not found") }
        guard card.customerID == payer.id else { throw .payment(code: 3_003, "Invalid card_token_id") }
        return card
    }

    /// Whether a payment is one of this seller's.
    func hasPayment(_ id: Int64) -> Bool { payments[id] != nil }

    /// The payment as it is now.
    func readPayment(_ id: Int64, now: Instant) throws(Refusal) -> Payment {
        guard let payment = payments[id] else { throw .noPayment }
        return payment.asOf(now, site: account.site)
    }

    /// Whether a payment has gone round Mercado Pago's systems, so that something can be done with its money.
    ///
    /// All official SDKs' live tests wait some seconds for that; which calls fail before is our choice.
    func isSettled(_ payment: Payment, now: Instant) -> Bool {
        now >= payment.created.advanced(by: settings.settlementLag)
    }

    /// Captures, cancels or annotates a payment: everything that the update says, or nothing.
    func updatePayment(_ id: Int64, _ update: PaymentUpdate, now: Instant) throws(Refusal) -> Payment {
        var payment = try readPayment(id, now: now)
        guard update.action == nil || isSettled(payment, now: now) else { throw .wrongState(2_018) }
        var state = payment.state
        switch update.action {
        case .capture(let part):
            let allowsPart = account.site.allowsPartialCapture(brandID: payment.brand.id)
            try state.capture(part, allowsPart: allowsPart, now: now)
        case .cancel: try state.cancel(now: now)
        case nil: break
        }
        state.annotate(metadata: update.metadata, expiration: update.expiration, now: now)
        payment.become(state)
        if let action = update.action { payment.note(action) }
        payments[id] = payment
        return payment
    }

    private func forget(_ payment: Payment) {
        keys.forget(payment.idempotencyKey, id: payment.id)
        for refund in payment.state.refunds {
            if let key = refund.idempotencyKey { forgetRefund(refund.id, payment.id, key) }
        }
        guard let reference = payment.request.externalReference else { return }
        paymentsByReference[reference]?.removeAll { $0 == payment.id }
        if paymentsByReference[reference]?.isEmpty == true { paymentsByReference[reference] = nil }
    }
}
