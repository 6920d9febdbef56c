import ExactJSON

/// How a job ended: an answer, or something that a person must look at.
public enum Outcome: Sendable, Hashable {
    /// A charge has its answer.
    case charge(ChargeOutcome)
    /// A card registration has its answer.
    case card(CardOutcome)
    /// Nothing can be answered.
    case deadLetter(DeadLetter)
}

/// The answer to a charge.
public enum ChargeOutcome: Sendable, Hashable {
    /// The gateway made a payment; its status says what became of it.
    case payment(PaymentFacts)
    /// The gateway refused to make one.
    case failed(GatewayRefusal)
}

/// The answer to a card registration.
public enum CardOutcome: Sendable, Hashable {
    /// The card is saved.
    case registered(CardFacts, customer: CustomerID, wasAlreadyRegistered: Bool)
    /// The gateway refused to save it.
    case failed(GatewayRefusal)
}

/// The gateway's final no.
public struct GatewayRefusal: Sendable, Hashable {
    /// The HTTP status.
    public var httpStatus: Int
    /// The gateway's error codes, such as `2002` or `card-120`.
    public var codes: [String]
    /// The gateway's words, scrubbed of anything that looks like a secret.
    public var message: String

    /// A refusal; `message` is scrubbed here, and so are the first 16 of the codes.
    public init(httpStatus: Int, codes: [String], message: String) {
        self.httpStatus = httpStatus
        self.codes = codes.prefix(16).map { Redaction.scrub($0, maxLength: 64) }
        self.message = Redaction.scrub(message)
    }

    func write(to fields: inout JSONObject) {
        fields["error"] = [
            "http_status": .number(JSONNumber(httpStatus)), "codes": .array(codes.map(JSON.string)),
            "message": .string(message),
        ]
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
