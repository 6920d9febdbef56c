/// The calls whose times are compared with each other: one kind for each method of ``PaymentGateway``.
enum CallKind: Int, Sendable, Hashable, CaseIterable {
    case createPayment, searchPayments, readPayment, capture, cancel, refund, listRefunds, createToken
    case readToken, searchCustomers, createCustomer, listCards, addCard, makeDefault
}

/// What a call says of the gateway, and of the account's standing there.
enum CallOutcome: Sendable, Hashable {
    /// The gateway answered, with whatever it had to say about the job.
    case answered
    /// 403 to a call that names a payment: an answer that says nothing of the account's credentials.
    case forbidden
    /// 429: the gateway asked for fewer calls, and for a pause where it named one.
    case throttled(retryAfter: Duration?)
    /// A timeout, a reset, a 5xx, or an answer that can't be read.
    case unanswered
    /// The request didn't get out of this process, as where the connection was refused.
    case notSent
    /// The account's credentials were refused.
    case credentialsRefused(GatewayFault)
    /// Nobody waited for the answer, or the call was never begun.
    case cancelled

    /// What a failed call says.
    init(_ error: GatewayError) {
        self =
            switch error {
            case .notSent: .notSent
            case .unleased, .deferred: .cancelled
            case .throttled(_, let retryAfter): .throttled(retryAfter: retryAfter)
            case .busy(let fault), .conflict(let fault), .tokenUnusable(let fault), .refused(let fault),
                .lookRefused(let fault):
                fault.httpStatus == 403 ? .forbidden : .answered
            case .ambiguous: .unanswered
            case .misconfigured(let fault): .credentialsRefused(fault)
            }
    }
}
