import PaymentJobs

/// Why a call to the gateway has no answer that a job can end with.
///
/// No case is a default: a new way to fail must not compile until ``mayHaveMovedMoney`` and the retry rules
/// say what it means.
public enum GatewayError: Error, Sendable, Hashable {
    /// The request never left this process.
    case notSent(GatewayFault)
    /// It was not begun: it isn't certain any more that the job is this worker's to do.
    case unleased(GatewayFault)
    /// 429: the gateway asked us to slow down, and for how long.
    case throttled(GatewayFault, retryAfter: Duration?)
    /// 423, 424 or code 2001: the same request is being worked on.
    case busy(GatewayFault)
    /// 409: the key is known with other content.
    case conflict(GatewayFault)
    /// A timeout, a reset after sending, a 5xx, an answer that can't be read, or a gateway that lost its own
    /// back end (codes 2004, 2007, 801): it may have been done.
    case ambiguous(GatewayFault)
    /// The token is unknown, expired or used: used perhaps by an earlier attempt of this job.
    case tokenUnusable(GatewayFault)
    /// The gateway understood, and said no.
    case refused(GatewayFault)
    /// The gateway won't show what a call before may have done.
    case lookRefused(GatewayFault)
    /// The account's credentials or permissions don't allow the call.
    case misconfigured(GatewayFault)

    /// Whether money may have moved, by this call or by one before it with the same key.
    public var mayHaveMovedMoney: Bool {
        switch self {
        case .notSent, .unleased, .throttled, .refused, .misconfigured: false
        case .busy, .conflict, .ambiguous, .tokenUnusable, .lookRefused: true
        }
    }

    /// Whether the call itself may have been carried out.
    public var mayHaveBeenDone: Bool {
        switch self {
        case .notSent, .unleased, .throttled, .conflict, .tokenUnusable, .refused, .lookRefused,
            .misconfigured:
            false
        case .busy, .ambiguous: true
        }
    }

    /// What the gateway said where it understood the call and didn't carry it out, so that a look at the
    /// object tells whether an earlier call did.
    var refusal: GatewayFault? {
        switch self {
        case .refused(let fault), .conflict(let fault), .tokenUnusable(let fault): fault
        case .notSent, .unleased, .throttled, .busy, .ambiguous, .lookRefused, .misconfigured: nil
        }
    }

    /// What the gateway, or the connection to it, said.
    public var fault: GatewayFault {
        switch self {
        case .notSent(let fault), .unleased(let fault), .throttled(let fault, _), .busy(let fault),
            .conflict(let fault), .ambiguous(let fault), .tokenUnusable(let fault), .refused(let fault),
            .lookRefused(let fault), .misconfigured(let fault):
            fault
        }
    }
}

/// What the gateway, or the connection to it, said about a failed call.
public struct GatewayFault: Sendable, Hashable, CustomStringConvertible {
    /// The HTTP status; nil where there was no answer.
    public var httpStatus: Int?
    /// The gateway's error codes, such as `2006` or `card-120`.
    public var codes: [String]
    /// A message without secrets.
    public var message: String
    /// The gateway's id of the request.
    public var requestID: String?
    /// What the codes say, where they say why the call was refused.
    public var reason: RefusalReason

    /// A fault; `message` is scrubbed here.
    public init(
        httpStatus: Int? = nil, codes: [String] = [], message: String, requestID: String? = nil,
        reason: RefusalReason = .unknown
    ) {
        self.reason = reason
        self.httpStatus = httpStatus
        self.codes = codes
        self.message = Redaction.scrub(message)
        self.requestID = requestID
    }

    /// Status, codes and message in one line.
    public var description: String {
        var parts: [String] = []
        if let httpStatus { parts.append("HTTP \(httpStatus)") }
        if !codes.isEmpty { parts.append("code " + codes.joined(separator: ", ")) }
        parts.append(message)
        return parts.joined(separator: ", ")
    }

    /// The fault as the final answer to a job.
    public var refusal: GatewayRefusal {
        GatewayRefusal(httpStatus: httpStatus, codes: codes, message: message, reason: reason)
    }
}
