import ExactJSON

/// The answer to a job; what a person must look at is a ``DeadLetter`` instead.
public enum Answer: Sendable, Hashable {
    /// The answer to a charge.
    case charge(ChargeOutcome)
    /// The answer to a card registration.
    case card(CardOutcome)
    /// The answer to a refund, a cancellation or a capture.
    case operation(OperationOutcome)
}

/// The answer to a charge.
public enum ChargeOutcome: Sendable, Hashable {
    /// The gateway made a payment; its status says what became of it.
    case payment(PaymentFacts)
    /// The gateway refused to make one.
    case failed(GatewayRefusal)
    /// The job's time was over, and no payment had been made for it.
    case expired
}

/// The answer to a card registration.
public enum CardOutcome: Sendable, Hashable {
    /// The card is saved.
    case registered(RegisteredCard)
    /// It isn't, and the gateway or the job's own conditions say why.
    case failed(GatewayRefusal)
}

/// A card that is saved, with what the job did for it.
public struct RegisteredCard: Sendable, Hashable {
    /// The card.
    public var card: CardFacts
    /// Whose it is.
    public var customer: CustomerID
    /// Whether it was saved before the job.
    public var wasAlreadyRegistered: Bool
    /// Whether it is the customer's default now; nil where the job didn't ask for that.
    public var isDefault: Bool?

    /// A saved card.
    public init(
        _ card: CardFacts, customer: CustomerID, wasAlreadyRegistered: Bool, isDefault: Bool? = nil
    ) {
        self.card = card
        self.customer = customer
        self.wasAlreadyRegistered = wasAlreadyRegistered
        self.isDefault = isDefault
    }
}

/// The answer to a refund, a cancellation or a capture.
public enum OperationOutcome: Sendable, Hashable {
    /// The refund is made; the payment's facts, where they could be read, say how much of it is given back by
    /// now.
    case refunded(RefundFacts, of: PaymentFacts?, isWhole: Bool)
    /// The payment is cancelled, or its hold released.
    case cancelled(PaymentFacts)
    /// The amount is taken.
    case captured(PaymentFacts)
    /// The payment doesn't allow it; its facts where they were read.
    case failed(GatewayRefusal, payment: PaymentFacts?)
}

/// The gateway's final no, or that of the job's own conditions.
public struct GatewayRefusal: Sendable, Hashable {
    /// Why.
    public var reason: RefusalReason
    /// The HTTP status; nil where the gateway wasn't what refused.
    public var httpStatus: Int?
    /// The gateway's error codes, such as `2002` or `card-120`; one word of ours where a condition of the job
    /// wasn't met, such as `expired`.
    public var codes: [String]
    /// The gateway's words, scrubbed of anything that looks like a secret.
    public var message: String

    /// A refusal; `message` is scrubbed here, and so are the first 16 of the codes.
    public init(
        httpStatus: Int? = nil, codes: [String], message: String, reason: RefusalReason = .unknown
    ) {
        self.reason = reason
        self.httpStatus = httpStatus
        self.codes = codes.prefix(16).map { Redaction.scrub($0, maxLength: 64) }
        self.message = Redaction.scrub(message)
    }

    func write(to fields: inout JSONObject) {
        var error: JSONObject = ["reason": .string(reason.rawValue)]
        error["http_status"] = httpStatus.map { .number(JSONNumber($0)) }
        error["codes"] = .array(codes.map(JSON.string))
        error["message"] = .string(message)
        fields["error"] = .object(error)
    }
}

/// How a job was run, for its answer.
public struct Trail: Sendable, Hashable {
    /// Runs of the job against the gateway.
    public var attempts: Int
    /// When the message was written, in milliseconds since 1970.
    public var submittedAt: Int64?
    /// When its first attempt began, in milliseconds since 1970.
    public var startedAt: Int64
    /// When its outcome was known, in milliseconds since 1970.
    public var finishedAt: Int64
    /// The gateway's id of the deciding request, which its support asks for.
    public var requestID: String?

    /// The trail of a job.
    public init(
        attempts: Int, submittedAt: Int64?, startedAt: Int64, finishedAt: Int64, requestID: String? = nil
    ) {
        self.attempts = attempts
        self.submittedAt = submittedAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.requestID = requestID
    }
}
