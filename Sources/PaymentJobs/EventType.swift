/// The type of a result event, as it stands in `ce_type`.
public enum EventType: String, Sendable, Hashable, CaseIterable {
    /// The buyer has paid.
    case chargeApproved = "charge.approved"
    /// The amount is reserved.
    case chargeAuthorized = "charge.authorized"
    /// The buyer has not paid, and this payment never will be.
    case chargeRejected = "charge.rejected"
    /// Not decided yet; not final.
    case chargePending = "charge.pending"
    /// The gateway refused to make a payment.
    case chargeFailed = "charge.failed"
    /// The job's time was over, and no payment had been made for it.
    case chargeExpired = "charge.expired"
    /// Not decided after the longest time that the gateway documents.
    case chargePendingTooLong = "charge.pending-too-long"
    /// The card is saved.
    case cardRegistered = "card.registered"
    /// The card isn't saved.
    case cardRegistrationFailed = "card.registration-failed"
    /// All of the payment is given back.
    case paymentRefunded = "payment.refunded"
    /// A part of the payment is given back.
    case paymentPartiallyRefunded = "payment.partially-refunded"
    /// The payment is cancelled, or its hold released.
    case paymentCancelled = "payment.cancelled"
    /// The reserved amount is taken, or a part of it.
    case paymentCaptured = "payment.captured"
    /// The payment doesn't allow what a job asked for.
    case paymentOperationFailed = "payment.operation-failed"
    /// Something about a payment that was learnt later, such as a chargeback.
    case paymentUpdated = "payment.updated"
}

extension ChargeOutcome {
    /// The type of the event that tells this outcome.
    public var eventType: EventType {
        switch self {
        case .failed: .chargeFailed
        case .expired: .chargeExpired
        case .payment(let facts):
            switch facts.status.meaning {
            case .paid: .chargeApproved
            case .reserved: .chargeAuthorized
            case .unpaid: .chargeRejected
            case .undecided: .chargePending
            }
        }
    }
}

extension CardOutcome {
    /// The type of the event that tells this outcome.
    public var eventType: EventType {
        switch self {
        case .registered: .cardRegistered
        case .failed: .cardRegistrationFailed
        }
    }
}

extension OperationOutcome {
    /// The type of the event that tells this outcome.
    public var eventType: EventType {
        switch self {
        case .refunded(_, _, let isWhole): isWhole ? .paymentRefunded : .paymentPartiallyRefunded
        case .cancelled: .paymentCancelled
        case .captured: .paymentCaptured
        case .failed: .paymentOperationFailed
        }
    }
}

extension Answer {
    /// The type of the event that tells this answer.
    public var eventType: EventType {
        switch self {
        case .charge(let outcome): outcome.eventType
        case .card(let outcome): outcome.eventType
        case .operation(let outcome): outcome.eventType
        }
    }
}
