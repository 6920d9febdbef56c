import ExactJSON

/// The body of POST /v1/payments/{id}/refunds.
struct RefundRequest: Sendable {
    /// How much goes back; `nil` for all that is left.
    let amount: ExactDecimal?
    let metadata: JSONObject

    /// Throws where the body can't be a refund in any payment.
    ///
    /// The documentation lists 4040 and 4041 under HTTP 401; that they are 400 here is our choice, since a 401
    /// means credentials everywhere else.
    init(_ body: JSONObject, site: SandboxSite) throws(Refusal) {
        let wrong = body.names.filter { !["amount", "metadata"].contains($0) }
        guard wrong.isEmpty else { throw .wrongNames(wrong) }
        amount = try Self.amount(body["amount"], site: site)
        metadata = try PaymentRequest.metadata(body["metadata"]) ?? [:]
    }

    private static func amount(_ value: JSON?, site: SandboxSite) throws(Refusal) -> ExactDecimal? {
        guard let value, !value.isNull else { return nil }
        guard value.number != nil else { throw .payment(code: 4_041, "amount attribute must be numeric") }
        guard let amount = value.decimal, !amount.isNegative, !amount.isZero else {
            throw .payment(code: 4_040, "amount attribute must be positive")
        }
        guard amount.fractionDigits <= site.decimals else {
            throw .payment(code: 4_041, "amount attribute must be numeric")
        }
        return amount
    }
}
