/// What a job asks for; the raw value is its name in `ce_type` and in topic names.
public enum JobKind: String, Sendable, Hashable, CaseIterable {
    /// Charge a customer's saved card.
    case chargeSavedCard = "charge-saved-card"
    /// Save a card for a customer, who is created where there is none yet.
    case registerCard = "register-card"
    /// Give a payment back, or a part of it.
    case refundPayment = "refund-payment"
    /// End a payment that isn't decided yet, or release a reserved amount.
    case cancelPayment = "cancel-payment"
    /// Take a reserved amount, or a part of it.
    case capturePayment = "capture-payment"

    /// The stream of events that answers jobs of this kind.
    public var eventStream: EventStream {
        switch self {
        case .chargeSavedCard, .refundPayment, .cancelPayment, .capturePayment: .charges
        case .registerCard: .cards
        }
    }

    /// Whether a call made for a job of this kind can move money; releasing a reserved amount counts.
    public var canMoveMoney: Bool {
        switch self {
        case .chargeSavedCard, .refundPayment, .cancelPayment, .capturePayment: true
        case .registerCard: false
        }
    }
}

/// A stream of result events; each is one topic.
public enum EventStream: String, Sendable, Hashable, CaseIterable {
    /// Outcomes of charges, and of what is done with payments later.
    case charges
    /// Outcomes of card registrations.
    case cards
}
