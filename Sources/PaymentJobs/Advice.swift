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

    /// The advice for a rejection's `status_detail`.
    ///
    /// Source: Mercado Pago's "payment rejections" and "handling responses" guides. An unknown detail gets
    /// `use-another-card`: it neither repeats the charge on the same card nor gives the sale up.
    public init(statusDetail: String?) {
        self =
            switch statusDetail {
            case "cc_rejected_bad_filled_card_number", "cc_rejected_bad_filled_date",
                "cc_rejected_bad_filled_security_code", "cc_rejected_bad_filled_other",
                "cc_rejected_invalid_installments":
                .fixCardData
            case "cc_rejected_call_for_authorize":
                .callIssuer
            case "cc_rejected_insufficient_amount", "cc_amount_rate_limit_exceeded", "cc_rejected_time_out",
                "cc_rejected_card_error", "bank_error", "collector_unavailable", "pending_provider_response":
                .tryLater
            case "cc_rejected_duplicated_payment", "cc_rejected_blacklist", "rejected_by_regulations",
                "payer_unavailable", "by_collector", "by_payer", "by_admin", "expired":
                .doNotRetry
            default:
                .useAnotherCard
            }
    }
}
