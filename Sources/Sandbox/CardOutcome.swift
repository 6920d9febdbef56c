/// What a payment has come to.
struct CardOutcome: Sendable, Hashable {
    let status: PaymentStatus
    let detail: String

    static let approved = CardOutcome(status: .approved, detail: "accredited")
    static let authorized = CardOutcome(status: .authorized, detail: "pending_capture")
    /// A hold that was voided (Active Merchant's fixture), or a pending payment that was called off.
    static let cancelled = CardOutcome(status: .cancelled, detail: "by_collector")
    /// A hold or a pending payment whose time was over (the PHP SDK's recorded search).
    static let expired = CardOutcome(status: .cancelled, detail: "expired")
    /// The bank waits for the payer's proof (Mercado Pago's 3-D Secure guide).
    static let challenged = CardOutcome(status: .pending, detail: "pending_challenge")
    static let partiallyRefunded = CardOutcome(status: .approved, detail: "partially_refunded")
    static let refunded = CardOutcome(status: .refunded, detail: "refunded")

    static func rejected(_ detail: String) -> CardOutcome { CardOutcome(status: .rejected, detail: detail) }

    /// The outcome that the holder's name and the number ask for.
    ///
    /// The names are those of Mercado Pago's test-cards pages. A name that is none of them is approved, as in
    /// recorded traffic, except with the one number that was recorded as rejected.
    static func of(
        holder: String, number: CardNumber, capture: Bool, binaryMode: Bool,
        threeDSecure: ThreeDSecure.Mode = .notSupported
    ) -> CardOutcome {
        let prefix = holder.uppercased().prefix(4)
        if prefix == "CONT" {
            let pending = CardOutcome(status: .inProcess, detail: "pending_contingency")
            // Which reason binary mode gives is undocumented; that it never leaves a payment pending is not.
            return binaryMode ? rejected("cc_rejected_other_reason") : pending
        }
        if let detail = rejections[String(prefix)] { return rejected(detail) }
        if prefix != "APRO", number.digits == alwaysRejected { return rejected("cc_rejected_other_reason") }
        if ThreeDSecure.challenges(number, threeDSecure, binaryMode: binaryMode) { return challenged }
        return capture ? approved : authorized
    }

    /// Recorded as rejected with an ordinary holder name (Active Merchant's fixtures).
    private static let alwaysRejected = "4000300011112220"

    static let rejections = [
        "OTHE": "cc_rejected_other_reason",
        "CALL": "cc_rejected_call_for_authorize",
        "FUND": "cc_rejected_insufficient_amount",
        "SECU": "cc_rejected_bad_filled_security_code",
        "EXPI": "cc_rejected_bad_filled_date",
        "FORM": "cc_rejected_bad_filled_other",
        "CARD": "cc_rejected_bad_filled_card_number",
        "INST": "cc_rejected_invalid_installments",
        "DUPL": "cc_rejected_duplicated_payment",
        "LOCK": "cc_rejected_card_disabled",
        "CTNA": "cc_rejected_card_type_not_allowed",
        "ATTE": "cc_rejected_max_attempts",
        "BLAC": "cc_rejected_blacklist",
        // Documented as "unsupported", without a status detail: ours.
        "UNSU": "cc_rejected_other_reason",
    ]
}
