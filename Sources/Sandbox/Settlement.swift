import ExactJSON

/// The body of POST /_sandbox/payments/{id}: what happens to a payment elsewhere, out of its seller's sight.
///
/// A bank confirms it, a payer disputes it, somebody gives the money back in Mercado Pago's own panel.
struct Settlement: Sendable {
    let status: PaymentStatus
    let detail: String?
    /// How much goes back, where the status is `refunded`; all that is left where it isn't said.
    let amount: ExactDecimal?

    init(_ body: JSONObject) throws(ControlRefusal) {
        let fields = ControlFields(body, known: ["status", "status_detail", "amount"])
        try fields.checkNames()
        guard let status = try fields.string("status").flatMap(PaymentStatus.init(rawValue:)) else {
            let known = PaymentStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlRefusal("status must be one of \(known)")
        }
        self.status = status
        detail = try fields.string("status_detail")
        guard let value = body["amount"] else {
            amount = nil
            return
        }
        guard status == .refunded, let decimal = value.decimal, !decimal.isNegative, !decimal.isZero else {
            throw ControlRefusal("amount must be a positive number, and only refunded has one")
        }
        amount = decimal
    }

    /// The detail that comes with a status, where the test doesn't say: our choice among the known ones.
    private func outcome(_ state: PaymentState) -> CardOutcome {
        let usual =
            switch status {
            case .pending, .inProcess: "pending_contingency"
            case .authorized: CardOutcome.authorized.detail
            case .approved where !state.refunds.isEmpty: CardOutcome.partiallyRefunded.detail
            case .approved: CardOutcome.approved.detail
            case .inMediation, .chargedBack: "in_process"
            case .rejected where state.outcome == .challenged: "cc_rejected_3ds_challenge"
            case .rejected: "cc_rejected_other_reason"
            case .cancelled: "by_admin"
            case .refunded: CardOutcome.refunded.detail
            }
        return CardOutcome(status: status, detail: detail ?? usual)
    }

    /// The state that the status leads to; `nil` where there is no way from the present one.
    ///
    /// Refunds don't come here: they are refunds.
    func applied(to state: PaymentState, capture: Bool, now: Instant) -> PaymentState? {
        var state = state
        switch (state.outcome.status, status) {
        case (.pending, .approved) where capture, (.inProcess, .approved) where capture,
            (.authorized, .approved):
            state.take(now)
        case (.pending, .authorized) where !capture, (.inProcess, .authorized) where !capture:
            state.hold(now)
        case (.pending, .inProcess), (.pending, .rejected), (.pending, .cancelled),
            (.inProcess, .pending), (.inProcess, .rejected), (.inProcess, .cancelled),
            (.authorized, .cancelled), (.approved, .chargedBack), (.approved, .inMediation),
            (.inMediation, .approved), (.inMediation, .chargedBack), (.chargedBack, .chargedBack):
            break
        default: return nil
        }
        state.become(outcome(state), at: now)
        return state
    }
}

extension Seller {
    /// Moves a payment as if it had been moved elsewhere; returns its record.
    func settle(_ id: Int64, _ settlement: Settlement, now: Instant) throws(ControlRefusal) -> JSON {
        do {
            var payment = try readPayment(id, now: now)
            if let amount = settlement.amount, amount.fractionDigits > account.site.decimals {
                throw ControlRefusal(
                    "amount may have \(account.site.decimals) decimals in \(account.site.currency)")
            }
            if settlement.status == .refunded {
                _ = try refund(id, settlement.amount, [:], key: nil, source: .admin, now: now)
                return record(try readPayment(id, now: now), now: now)
            }
            let next = settlement.applied(to: payment.state, capture: payment.request.capture, now: now)
            guard let next else {
                throw ControlRefusal(
                    "a payment that is \(payment.outcome.status.rawValue) can't become "
                        + settlement.status.rawValue)
            }
            payment.become(next)
            payments[id] = payment
            return record(payment, now: now)
        } catch let refusal as ControlRefusal {
            throw refusal
        } catch {
            throw ControlRefusal("there is no such payment, or it can't be refunded so: \(error)")
        }
    }
}
