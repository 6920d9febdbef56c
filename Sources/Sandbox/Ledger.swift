import ExactJSON

extension Seller {
    /// One record for every payment that was made, oldest first.
    func ledger(reference: String?, offset: Int, limit: Int) -> JSON {
        let found: [Payment]
        if let reference {
            found = (paymentsByReference[reference] ?? []).compactMap { payments[$0] }
        } else {
            found = Array(payments.all)
        }
        return [
            "total": JSON(found.count), "evicted": JSON(payments.evicted),
            "payments": .array(found.dropFirst(offset).prefix(limit).map(record)),
        ]
    }

    private func record(_ payment: Payment) -> JSON {
        [
            "id": JSON(payment.id),
            "transaction_amount": payment.request.amount.asJSON,
            "currency_id": .string(account.site.currency),
            "external_reference": JSON(payment.request.externalReference),
            "metadata": .object(MetadataNames.echo(payment.request.body["metadata"]?.object ?? [:])),
            "customer_id": payment.request.payer.kind == .customer ? JSON(payment.request.payer.id) : nil,
            "card_id": JSON(payment.savedCard?.id),
            "holder": .string(payment.card.holder),
            "idempotency_key": .string(payment.idempotencyKey),
            "posts": JSON(keys.posts(payment.idempotencyKey)),
            "status": .string(payment.outcome.status),
            "status_detail": .string(payment.outcome.detail),
            "date_created": .string(payment.created.iso),
            "created_ms": JSON(payment.created.milliseconds),
        ]
    }

    /// Counts; a reference with several payments that took or hold money is what a double charge looks like.
    var summary: JSON {
        var statuses: [String: Int] = [:]
        for payment in payments.all { statuses[payment.outcome.status, default: 0] += 1 }
        let repeated = paymentsByReference.values.count { ids in
            ids.count { payments[$0]?.outcome.hasAuthorization == true } > 1
        }
        let counts = statuses.sorted { $0.key < $1.key }.map {
            JSONObject.Member(name: $0.key, value: JSON($0.value))
        }
        return [
            "collector_id": JSON(account.collectorID), "site": .string(account.site.rawValue),
            "customers": JSON(customers.count), "cards": JSON(cards.count), "card_tokens": JSON(tokens.count),
            "payments": JSON(payments.count), "payments_evicted": JSON(payments.evicted),
            "payments_by_status": JSONObject(members: counts).map(JSON.object) ?? nil,
            "references_charged_more_than_once": JSON(repeated),
        ]
    }
}
