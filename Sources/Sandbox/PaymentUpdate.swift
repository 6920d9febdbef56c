import ExactJSON

/// The body of PUT /v1/payments/{id}: one action, or changes to what hangs on the payment, or both.
struct PaymentUpdate: Sendable {
    /// What is done with the money.
    enum Action: Sendable, Equatable {
        /// Takes the money that is held; all of it where there is no amount.
        case capture(ExactDecimal?)
        /// Gives up a hold, or a payment that nobody has confirmed.
        case cancel
    }

    let action: Action?
    let metadata: JSONObject?
    let expiration: Instant?

    private static let names = ["status", "capture", "transaction_amount", "date_of_expiration", "metadata"]

    /// Throws where the body can't be an update of any payment.
    ///
    /// Which of 2078 and 2079 is about a missing and which about a wrong type isn't documented; nor is what a
    /// body of two actions, of none, or of an amount without a capture answers.
    init(_ body: JSONObject, site: SandboxSite, now: Instant) throws(Refusal) {
        let wrong = body.names.filter { !Self.names.contains($0) }
        guard wrong.isEmpty else { throw .wrongNames(wrong) }
        guard !body.isEmpty else { throw .payment(code: 1, "Params Error: nothing to update") }
        let isCancel = try Self.isCancel(body["status"])
        let isCapture = try Self.isCapture(body["capture"])
        guard !(isCancel && isCapture) else { throw .payment(code: 1, "Params Error: status, capture") }
        let amount = try Self.amount(body["transaction_amount"], site: site)
        guard amount == nil || isCapture else { throw .payment(code: 1, "Params Error: transaction_amount") }
        action = isCapture ? .capture(amount) : isCancel ? .cancel : nil
        metadata = try PaymentRequest.metadata(body["metadata"])
        expiration = try PaymentRequest.expiration(body["date_of_expiration"], now: now)
    }

    /// Nothing but `cancelled`, with two l.
    private static func isCancel(_ value: JSON?) throws(Refusal) -> Bool {
        guard let value else { return false }
        guard value.string == PaymentStatus.cancelled.rawValue else {
            throw .payment(code: 2_016, "Invalid status for update")
        }
        return true
    }

    private static func isCapture(_ value: JSON?) throws(Refusal) -> Bool {
        guard let value else { return false }
        guard !value.isNull else { throw .payment(code: 2_078, "capture can't be null") }
        guard value == true else { throw .payment(code: 2_079, "capture must be true") }
        return true
    }

    private static func amount(_ value: JSON?, site: SandboxSite) throws(Refusal) -> ExactDecimal? {
        guard let value, !value.isNull else { return nil }
        guard value.number != nil else { throw .payment(code: 4_003, "transaction_amount must be numeric") }
        guard let amount = value.decimal, !amount.isNegative, !amount.isZero,
            amount.fractionDigits <= site.decimals
        else { throw .payment(code: 4_037, "Invalid transaction_amount") }
        return amount
    }
}
