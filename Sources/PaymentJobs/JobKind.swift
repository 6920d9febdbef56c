/// What a job asks for; the raw value is its name in `ce_type` and in topic names.
public enum JobKind: String, Sendable, Hashable, CaseIterable {
    /// Charge a customer's saved card.
    case chargeSavedCard = "charge-saved-card"
    /// Save a card for a customer, who is created where there is none yet.
    case registerCard = "register-card"

    /// The stream of events that answers jobs of this kind.
    public var eventStream: EventStream {
        switch self {
        case .chargeSavedCard: .charges
        case .registerCard: .cards
        }
    }

    /// Whether a call made for a job of this kind can move money.
    public var canMoveMoney: Bool {
        switch self {
        case .chargeSavedCard: true
        case .registerCard: false
        }
    }
}

/// A stream of result events; each is one topic.
public enum EventStream: String, Sendable, Hashable, CaseIterable {
    /// Outcomes of payments.
    case charges
    /// Outcomes of card registrations.
    case cards
}
