import ExactJSON

extension Seller {
    /// Looks at the key before anything else: a token that is spent by now doesn't matter to a repeat.
    func begin(_ key: String, body: [UInt8]) -> IdempotencyBook.Decision { keys.begin(key, body: body) }

    /// Frees the key of a call that ends without a payment.
    func release(_ key: String) { keys.release(key) }

    /// Makes the payment that a key was locked for, or refuses and frees the key.
    func charge(_ key: String, _ body: JSONObject, now: Instant) throws(Refusal) -> Payment {
        do {
            let payment = try payment(key, body, now: now)
            keys.complete(key, paymentID: payment.id)
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

    private func payment(_ key: String, _ body: JSONObject, now: Instant) throws(Refusal) -> Payment {
        let request = try PaymentRequest(body, site: account.site, isMarketplace: settings.isMarketplace)
        var token = try usableToken(request.token, now: now)
        let savedCard = try savedCard(of: token, for: request.payer)
        if !token.hasSecurityCode, !settings.allowsMissingSecurityCode {
            throw .payment(code: 3_013, "The security_code is required")
        }
        guard let brand = token.details.brand else { throw .payment(code: 10_105, "Bin not found") }
        if let method = request.methodID, method != brand.id {
            throw .payment(code: 3_028, "Invalid payment_method_id")
        }
        // From here on it is a payment, and a payment burns its token whatever becomes of it.
        token.state = .spent
        tokens[token.id] = token
        return Payment(
            id: identifiers.nextPayment(), request: request, card: token.details, brand: brand,
            savedCard: savedCard,
            outcome: CardOutcome.of(
                holder: token.details.holder, number: token.details.number, capture: request.capture,
                binaryMode: request.binaryMode),
            idempotencyKey: key, authorizationCode: identifiers.nextAuthorization(), created: now)
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

    func readPayment(_ id: Int64) throws(Refusal) -> Payment {
        guard let payment = payments[id] else {
            throw .payment(code: 2_000, "Payment not found", status: 404)
        }
        return payment
    }

    func searchPayments(_ search: PaymentSearch, now: Instant) -> JSON {
        let found: [Payment]
        if let id = search.id {
            found = payments[id].map { [$0] } ?? []
        } else if let reference = search.externalReference {
            found = (paymentsByReference[reference] ?? []).compactMap { payments[$0] }
        } else {
            found = Array(payments.all)
        }
        let oldest = now.advanced(by: .zero - PaymentSearch.reach)
        // A look-up by id finds a payment at once (live tests of two official SDKs); the index may lag.
        let newest = search.id == nil ? now.advanced(by: .zero - settings.paymentSearchLag) : now
        let matching = found.filter { $0.created >= oldest && $0.created <= newest && search.matches($0) }
        let page = search.sorted(matching).dropFirst(search.offset).prefix(search.limit)
        return [
            "paging": [
                "total": JSON(matching.count), "limit": JSON(search.limit), "offset": JSON(search.offset),
            ],
            "results": .array(page.map { $0.json(seller: account, isLive: isLive) }),
        ]
    }

    private func forget(_ payment: Payment) {
        keys.release(payment.idempotencyKey)
        guard let reference = payment.request.externalReference else { return }
        paymentsByReference[reference]?.removeAll { $0 == payment.id }
        if paymentsByReference[reference]?.isEmpty == true { paymentsByReference[reference] = nil }
    }
}
