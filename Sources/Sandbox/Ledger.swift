import ExactJSON

extension Seller {
    /// One record for every payment that was made, oldest first.
    func ledger(reference: String?, offset: Int, limit: Int, now: Instant) -> JSON {
        let found: [Payment]
        if let reference {
            found = (paymentsByReference[reference] ?? []).compactMap { payments[$0] }
        } else {
            found = Array(payments.all)
        }
        return [
            "total": JSON(found.count), "evicted": JSON(payments.evicted),
            "payments": .array(found.dropFirst(offset).prefix(limit).map { record($0, now: now) }),
        ]
    }

    /// What a checker of books compares: who asked, how often, and how much money moved.
    func record(_ payment: Payment, now: Instant) -> JSON {
        let payment = payment.asOf(now, site: account.site)
        let request = payment.request
        let state = payment.state
        return [
            "id": JSON(payment.id),
            "transaction_amount": state.amount.asJSON,
            "authorized_amount": state.held == nil && state.approved == nil ? 0 : request.amount.asJSON,
            "captured_amount": state.captured.asJSON,
            "refunded_amount": state.refunded.asJSON,
            "moved_amount": state.remaining.asJSON,
            "currency_id": .string(account.site.currency),
            "external_reference": JSON(request.externalReference),
            "metadata": .object(MetadataNames.echo(state.metadata)),
            "customer_id": request.payer.kind == .customer ? JSON(request.payer.id) : nil,
            "card_id": JSON(payment.savedCard?.id),
            "holder": .string(payment.card.holder),
            "idempotency_key": .string(payment.idempotencyKey),
            "posts": JSON(keys.posts(payment.idempotencyKey)),
            "status": .string(state.outcome.status.rawValue),
            "status_detail": .string(state.outcome.detail),
            "captures": JSON(payment.captures), "cancellations": JSON(payment.cancellations),
            "refunds": .array(state.refunds.map(record)),
            "date_created": .string(payment.created.iso),
            "created_ms": JSON(payment.created.milliseconds),
        ]
    }

    private func record(_ refund: Refund) -> JSON {
        [
            "id": JSON(refund.id), "amount": refund.amount.asJSON,
            "metadata": .object(MetadataNames.echo(refund.metadata)),
            "source": .string(refund.source.rawValue), "idempotency_key": JSON(refund.idempotencyKey),
            "posts": JSON(refund.idempotencyKey.map { refundPosts(refund.paymentID, $0) } ?? 0),
            "created_ms": JSON(refund.created.milliseconds),
        ]
    }

    /// Counts and sums.
    ///
    /// A reference with several payments that took or hold money is what a double charge looks like, even
    /// where one of them was refunded since.
    func summary(now: Instant) -> JSON {
        var totals = Totals()
        for payment in payments.all { totals.add(payment.asOf(now, site: account.site)) }
        let repeated = paymentsByReference.values.count { ids in
            ids.count { id in
                payments[id].map { totals.hasMoney($0.asOf(now, site: account.site)) } == true
            } > 1
        }
        let counts = totals.statuses.sorted { $0.key < $1.key }.map {
            JSONObject.Member(name: $0.key, value: JSON($0.value))
        }
        return [
            "collector_id": JSON(account.collectorID), "site": .string(account.site.rawValue),
            "customers": JSON(customers.count), "cards": JSON(cards.count), "card_tokens": JSON(tokens.count),
            "payments": JSON(payments.count), "payments_evicted": JSON(payments.evicted),
            "payments_by_status": JSONObject(members: counts).map(JSON.object) ?? nil,
            "references_charged_more_than_once": JSON(repeated),
            "captures": JSON(totals.captures), "cancellations": JSON(totals.cancellations),
            "refunds": JSON(totals.refunds), "captured_amount": totals.captured.asJSON,
            "refunded_amount": totals.refunded.asJSON, "moved_amount": totals.moved.asJSON,
        ]
    }
}

/// What the payments of one seller add up to.
private struct Totals {
    var statuses: [String: Int] = [:]
    var captures = 0
    var cancellations = 0
    var refunds = 0
    var captured = ExactDecimal.zero
    var refunded = ExactDecimal.zero

    var moved: ExactDecimal { captured.subtracting(refunded) ?? .zero }

    mutating func add(_ payment: Payment) {
        statuses[payment.outcome.status.rawValue, default: 0] += 1
        captures += payment.captures
        cancellations += payment.cancellations
        refunds += payment.state.refunds.count
        captured = captured.adding(payment.state.captured) ?? captured
        refunded = refunded.adding(payment.state.refunded) ?? refunded
    }

    /// Whether a payment took money, whatever became of it, or holds some.
    func hasMoney(_ payment: Payment) -> Bool {
        payment.state.approved != nil || payment.outcome.status == .authorized
    }
}
