import PaymentJobs

/// An answer with the gateway's id of the request, which its support asks for.
public struct GatewayAnswer<Value: Sendable>: Sendable {
    /// The answer.
    public var value: Value
    /// The gateway's id of the request.
    public var requestID: String?
    /// How many requests it took: a search is read page by page.
    public var requests: Int

    /// An answer.
    public init(_ value: Value, requestID: String? = nil, requests: Int = 1) {
        self.value = value
        self.requestID = requestID
        self.requests = requests
    }
}

/// A payment with what tells whose it is.
public struct GatewayPayment: Sendable, Hashable {
    /// What events tell of it.
    public var facts: PaymentFacts
    /// `metadata.cobrador_job_id`, where the gateway returned it.
    public var jobID: String?
    /// `metadata.cobrador_digest`, where the gateway returned it.
    public var digest: String?
    /// When it was made, in milliseconds since 1970.
    public var createdAt: Int64?
    /// When it last changed, in milliseconds since 1970.
    public var changedAt: Int64?

    /// A payment.
    public init(
        facts: PaymentFacts, jobID: String? = nil, digest: String? = nil, createdAt: Int64? = nil,
        changedAt: Int64? = nil
    ) {
        self.changedAt = changedAt
        self.facts = facts
        self.jobID = jobID
        self.digest = digest
        self.createdAt = createdAt
    }
}

/// A refund with what tells whose it is.
public struct GatewayRefund: Sendable, Hashable {
    /// What events tell of it.
    public var facts: RefundFacts
    /// `metadata.cobrador_job_id`, where the gateway returned it.
    public var jobID: String?
    /// `metadata.cobrador_digest`, where the gateway returned it.
    public var digest: String?
    /// When it was made, in milliseconds since 1970.
    public var createdAt: Int64?

    /// A refund.
    public init(
        facts: RefundFacts, jobID: String? = nil, digest: String? = nil, createdAt: Int64? = nil
    ) {
        self.facts = facts
        self.jobID = jobID
        self.digest = digest
        self.createdAt = createdAt
    }
}

/// What identifies the card behind a token.
public struct GatewayToken: Sendable, Hashable {
    /// The first six digits of the card's number.
    public var firstSixDigits: String?
    /// The last four digits of the card's number.
    public var lastFourDigits: String?
    /// The month in which the card expires, 1 to 12.
    public var expirationMonth: Int?
    /// The year in which the card expires, four digits.
    public var expirationYear: Int?

    /// What identifies the card.
    public init(
        firstSixDigits: String?, lastFourDigits: String?, expirationMonth: Int?, expirationYear: Int?
    ) {
        self.firstSixDigits = firstSixDigits
        self.lastFourDigits = lastFourDigits
        self.expirationMonth = expirationMonth
        self.expirationYear = expirationYear
    }

    /// Whether `card` is certainly the card behind this token: all four fields are known and equal.
    public func matches(_ card: GatewayCard) -> Bool {
        guard let firstSixDigits, let lastFourDigits, let expirationMonth, let expirationYear else {
            return false
        }
        return card.firstSixDigits == firstSixDigits && card.facts.lastFourDigits == lastFourDigits
            && card.facts.expirationMonth == expirationMonth && card.facts.expirationYear == expirationYear
    }
}

/// A saved card.
public struct GatewayCard: Sendable, Hashable {
    /// What events tell of it.
    public var facts: CardFacts
    /// The first six digits of its number.
    public var firstSixDigits: String?

    /// A saved card.
    public init(facts: CardFacts, firstSixDigits: String? = nil) {
        self.facts = facts
        self.firstSixDigits = firstSixDigits
    }
}
