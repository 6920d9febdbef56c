import ExactJSON

/// What the producer can do about a rejected charge.
public enum Advice: String, Sendable, Hashable, CaseIterable {
    /// The buyer mistyped something: ask again, with a new token of the same card.
    case fixCardData = "fix-card-data"
    /// The buyer has to authorise the amount with the issuer first.
    case callIssuer = "call-issuer"
    /// This card won't do; another may.
    case useAnotherCard = "use-another-card"
    /// The same card may work later, with a new token.
    case tryLater = "try-later"
    /// Don't try this charge again.
    case doNotRetry = "do-not-retry"

    /// The advice for a rejection's `status_detail`; see ``RejectionAdvice``.
    public init(statusDetail: String?) { self = RejectionAdvice(statusDetail: statusDetail).advice }
}

/// What follows from a rejection's `status_detail`.
///
/// Sources: Mercado Pago's guides "payment rejections", "handling responses" and "recover recurring payments".
/// They name no pauses but as examples (24 h, 48 h, 7 days), so the pauses are our choice. The card schemes
/// limit how often one card may be tried: Visa 20 times and Mastercard 35 times within 30 days, as acquirers
/// publish it; a pause of a day stays within both.
public struct RejectionAdvice: Sendable, Hashable {
    /// What the producer can do.
    public var advice: Advice
    /// Whether the same card may be tried again, with a new token and a new job id, once the advice is followed.
    public var allowsSameCard: Bool
    /// How long to wait before that; only with ``Advice/tryLater``.
    public var retryAfter: Duration?

    /// What follows from a rejection's `status_detail`.
    ///
    /// An unknown detail gets `use-another-card`: it neither repeats the charge on the same card nor gives the
    /// sale up.
    public init(statusDetail: String?) {
        self = statusDetail.flatMap { Self.table[$0] } ?? Self(.useAnotherCard)
    }

    private init(_ advice: Advice, sameCard: Bool = false, after pause: Duration? = nil) {
        self.advice = advice
        allowsSameCard = sameCard
        retryAfter = pause
    }

    /// The gateway or the issuer failed; Mercado Pago has tried another acquirer by then.
    private static let hiccup = Self(.tryLater, sameCard: true, after: .seconds(3_600))
    /// The card had no funds or no limit left: the first pause of the guide's examples.
    private static let noFunds = Self(.tryLater, sameCard: true, after: .seconds(86_400))
    private static let mistyped = Self(.fixCardData, sameCard: true)
    private static let final = Self(.doNotRetry)

    /// Every detail that is documented, or was seen, of a payment that isn't paid.
    static let table: [String: RejectionAdvice] = [
        "bank_error": hiccup,
        "bank_rejected": Self(.useAnotherCard),
        "by_admin": final,
        "by_collector": final,
        "by_payer": final,
        "cc_amount_rate_limit_exceeded": noFunds,
        "cc_rejected_3ds_challenge": Self(.useAnotherCard),
        "cc_rejected_3ds_mandatory": Self(.useAnotherCard),
        "cc_rejected_bad_filled_card_number": mistyped,
        "cc_rejected_bad_filled_date": mistyped,
        "cc_rejected_bad_filled_other": mistyped,
        "cc_rejected_bad_filled_security_code": mistyped,
        "cc_rejected_blacklist": final,
        "cc_rejected_call_for_authorize": Self(.callIssuer, sameCard: true),
        "cc_rejected_card_disabled": Self(.useAnotherCard),
        "cc_rejected_card_error": hiccup,
        "cc_rejected_card_type_not_allowed": Self(.useAnotherCard),
        "cc_rejected_duplicated_payment": final,
        "cc_rejected_high_risk": Self(.useAnotherCard),
        "cc_rejected_insufficient_amount": noFunds,
        "cc_rejected_invalid_installments": mistyped,
        "cc_rejected_max_attempts": Self(.useAnotherCard),
        "cc_rejected_other_reason": Self(.useAnotherCard),
        "cc_rejected_time_out": hiccup,
        "collector_unavailable": hiccup,
        "expired": final,
        "payer_unavailable": final,
        "pending_provider_response": hiccup,
        "rejected_by_bank": Self(.useAnotherCard),
        "rejected_by_regulations": final,
        "rejected_high_risk": Self(.useAnotherCard),
    ]

    func write(to fields: inout JSONObject) {
        fields["advice"] = .string(advice.rawValue)
        fields["retry_same_card"] = .bool(allowsSameCard)
        fields["retry_after_s"] = retryAfter.map { .number(JSONNumber(Int($0.components.seconds))) }
    }
}
