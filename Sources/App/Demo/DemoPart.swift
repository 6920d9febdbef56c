import PaymentJobs

/// One kind of message in the demo's mix, and what must become of it.
enum DemoPart: Hashable, CaseIterable {
    case newCustomer, savedCard, otherCard
    case approved, reserved, pending
    case noFunds, callIssuer, wrongCode, otherReason
    case unknownCustomer
    case failsAfterCharging, failsBeforeCharging, throttled
    case sentTwice
    case burntToken, poison, invalid, unknownAccount

    /// How a message must be answered.
    enum Expected: Hashable {
        case event(EventType, detail: String? = nil)
        case deadLetter(DeadLetter.Reason, MoneyState)
    }

    /// Its share of the whole, in percent; nil where there is exactly one, or what is left over.
    var percent: Int? {
        switch self {
        case .newCustomer: 8
        case .savedCard: 4
        case .otherCard: 4
        case .reserved: 3
        case .pending: 4
        case .noFunds: 4
        case .callIssuer: 3
        case .wrongCode, .otherReason: 2
        case .approved, .unknownCustomer, .failsAfterCharging, .failsBeforeCharging, .throttled, .sentTwice,
            .burntToken, .poison, .invalid, .unknownAccount:
            nil
        }
    }

    /// The holder's name on the card: in a sandbox it decides the outcome, as on Mercado Pago's test cards.
    var holder: String {
        switch self {
        case .pending: "CONT"
        case .noFunds: "FUND"
        case .callIssuer: "CALL"
        case .wrongCode: "SECU"
        case .otherReason: "OTHE"
        default: "APRO"
        }
    }

    var kind: JobKind {
        switch self {
        case .newCustomer, .savedCard, .otherCard: .registerCard
        default: .chargeSavedCard
        }
    }

    /// Whether a saved customer, with a token of the card, is needed.
    var needsCustomer: Bool {
        switch self {
        case .newCustomer, .poison, .unknownAccount, .invalid: false
        default: true
        }
    }

    var expected: Expected {
        switch self {
        case .newCustomer, .savedCard, .otherCard: .event(.cardRegistered)
        case .approved, .failsAfterCharging, .failsBeforeCharging, .throttled, .sentTwice:
            .event(.chargeApproved, detail: "accredited")
        case .reserved: .event(.chargeAuthorized, detail: "pending_capture")
        case .pending: .event(.chargePending, detail: "pending_contingency")
        case .noFunds: .event(.chargeRejected, detail: "cc_rejected_insufficient_amount")
        case .callIssuer: .event(.chargeRejected, detail: "cc_rejected_call_for_authorize")
        case .wrongCode: .event(.chargeRejected, detail: "cc_rejected_bad_filled_security_code")
        case .otherReason: .event(.chargeRejected, detail: "cc_rejected_other_reason")
        // A burnt token is an answer once settled looks have found no payment of the job.
        case .unknownCustomer, .burntToken: .event(.chargeFailed)
        case .poison: .deadLetter(.undecodable, .notMoved)
        case .invalid: .deadLetter(.invalid, .notMoved)
        case .unknownAccount: .deadLetter(.accountMisconfigured, .notMoved)
        }
    }

    /// The fault that the sandbox is armed with for this job, as its control endpoint takes it.
    var fault: (kind: String, retryAfter: Int?)? {
        switch self {
        case .failsAfterCharging: ("5xx-after", nil)
        case .failsBeforeCharging: ("5xx-before", nil)
        case .throttled: ("429", 1)
        default: nil
        }
    }

    /// Parts in the order of sending: what makes others wait comes last.
    static let specials: [DemoPart] = [
        .unknownCustomer, .poison, .invalid, .unknownAccount, .sentTwice, .burntToken, .failsAfterCharging,
        .failsBeforeCharging, .throttled,
    ]

    /// How many jobs of each part make up `total` messages; plain approved charges are the rest.
    ///
    /// A job that is sent twice is two messages, and a burnt token needs a charge that burns it.
    static func counts(total: Int) -> [DemoPart: Int] {
        var counts: [DemoPart: Int] = [:]
        for part in allCases where part != .approved {
            counts[part] = part.percent.map { max(1, total * $0 / 100) } ?? 1
        }
        counts[.approved] = max(0, total - 2 - counts.values.reduce(0, +))
        return counts
    }

    /// The fewest messages that have one of each part.
    static let totalMin = allCases.count + 2
}
