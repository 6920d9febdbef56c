import PaymentJobs
import Pipeline

/// What an error of one endpoint means for a job: a pure function over a table.
///
/// The first rule that fits decides. They are in the order of what a mistake costs: first whatever leaves
/// open if it was done, last the refusals.
public enum Classifier {
    /// What a rule says.
    public enum Verdict: Sendable, Hashable, CaseIterable {
        /// It may have been done.
        case ambiguous
        /// The same request is being worked on.
        case busy
        /// The key is known with other content.
        case conflict
        /// Too many calls.
        case throttled
        /// The account's credentials or permissions don't allow it.
        case misconfigured
        /// The token is unknown, expired or used.
        case tokenUnusable
        /// The gateway said no.
        case refused
    }

    /// The error that the pipeline understands.
    public static func gatewayError(_ error: MercadoPagoError, at endpoint: Endpoint) -> GatewayError {
        switch error {
        case .notSent(let fault): .notSent(GatewayFault(message: fault.description))
        case .interrupted(let fault): .ambiguous(GatewayFault(message: fault.description))
        case .unreadable(let answer):
            .ambiguous(
                GatewayFault(httpStatus: answer.httpStatus, message: answer.why, requestID: answer.requestID))
        // What wasn't read may be the payment that is looked for. Customers are another matter: their search
        // is this long only where it ignores its filter, and then asking again finds as much.
        case .incomplete(let search) where endpoint == .searchPayments:
            .ambiguous(GatewayFault(message: search.description))
        case .incomplete(let search): .refused(GatewayFault(message: search.description))
        case .answered(let answer): gatewayError(answer, at: endpoint)
        }
    }

    /// What an answered error means.
    public static func verdict(_ error: APIError, at endpoint: Endpoint) -> Verdict {
        Rule.all.first { $0.fits(error, at: endpoint) }?.verdict ?? .refused
    }

    private static func gatewayError(_ error: APIError, at endpoint: Endpoint) -> GatewayError {
        let verdict = verdict(error, at: endpoint)
        let fault = GatewayFault(
            httpStatus: error.status, codes: error.codes, message: error.message, requestID: error.requestID,
            // An older sentence about a used token has no code.
            reason: verdict == .tokenUnusable
                ? .cardTokenUnusable : ReasonTable.reason(of: error, at: endpoint))
        return switch verdict {
        case .ambiguous: .ambiguous(fault)
        case .busy: .busy(fault)
        case .conflict: .conflict(fault)
        case .throttled: .throttled(fault, retryAfter: error.retryAfter)
        case .misconfigured: .misconfigured(fault)
        case .tokenUnusable: .tokenUnusable(fault)
        case .refused: .refused(fault)
        }
    }
}
