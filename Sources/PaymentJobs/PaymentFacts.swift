import ExactJSON

/// A payment's status.
///
/// The gateway may invent new ones; an unknown one stays itself.
public struct PaymentStatus: Sendable, Hashable, RawRepresentable {
    /// The gateway's word.
    public let rawValue: String

    /// A status by the gateway's word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// What a status means for the charge that led to it.
    public enum Meaning: Sendable, Hashable {
        /// The buyer has paid, whatever happened to the payment later.
        case paid
        /// The amount is reserved and not captured yet.
        case reserved
        /// The buyer hasn't paid and this payment never will.
        case unpaid
        /// Not decided yet.
        case undecided
    }

    /// What the status means; an unknown word is undecided, so that nobody ships or bills again on it.
    public var meaning: Meaning {
        switch rawValue {
        case "approved", "refunded", "charged_back", "in_mediation": .paid
        case "authorized": .reserved
        case "rejected", "cancelled": .unpaid
        default: .undecided
        }
    }
}

/// What an event tells about a payment: the gateway's own values.
public struct PaymentFacts: Sendable, Hashable {
    /// The gateway's id: up to 12 digits today.
    public var id: Int64
    /// The payment's status.
    public var status: PaymentStatus
    /// The reason of the status, such as `accredited` or `cc_rejected_high_risk`.
    public var statusDetail: String?
    /// The amount in units of `currencyID`.
    public var transactionAmount: ExactDecimal?
    /// What of the amount has been given back.
    public var refundedAmount: ExactDecimal?
    /// The account's currency.
    public var currencyID: String?
    /// In how many instalments the buyer pays.
    public var installments: Int?
    /// The card's brand.
    public var paymentMethodID: String?
    /// The kind of card, such as `credit_card` or `debit_card`.
    public var paymentTypeID: String?
    /// The last four digits of the card's number.
    public var lastFourDigits: String?
    /// The saved card's id.
    public var cardID: String?
    /// The acquirer's authorisation.
    public var authorizationCode: String?
    /// The producer's reference.
    public var externalReference: String?
    /// Whether the amount has been taken, or only reserved.
    public var isCaptured: Bool?
    /// When the payment was made, as the gateway writes it.
    public var dateCreated: String?
    /// When it was approved, as the gateway writes it.
    public var dateApproved: String?
    /// When it last changed, as the gateway writes it.
    public var dateLastUpdated: String?

    /// Facts with what every payment has.
    public init(id: Int64, status: PaymentStatus, statusDetail: String? = nil) {
        self.id = id
        self.status = status
        self.statusDetail = statusDetail
    }

    func write(to fields: inout JSONObject) {
        fields["payment_id"] = .number(JSONNumber(id))
        fields["status"] = .string(status.rawValue)
        fields["status_detail"] = statusDetail.map(JSON.string)
        fields["transaction_amount"] = transactionAmount?.asJSON
        if let refundedAmount, !refundedAmount.isZero {
            fields["transaction_amount_refunded"] = refundedAmount.asJSON
        }
        fields["currency_id"] = currencyID.map(JSON.string)
        fields["installments"] = installments.map { .number(JSONNumber($0)) }
        fields["payment_method_id"] = paymentMethodID.map(JSON.string)
        fields["payment_type_id"] = paymentTypeID.map(JSON.string)
        fields["last_four_digits"] = lastFourDigits.map(JSON.string)
        fields["card_id"] = cardID.map(JSON.string)
        fields["authorization_code"] = authorizationCode.map(JSON.string)
        fields["external_reference"] = externalReference.map(JSON.string)
        fields["captured"] = isCaptured.map(JSON.bool)
        fields["date_created"] = dateCreated.map(JSON.string)
        fields["date_approved"] = dateApproved.map(JSON.string)
        fields["date_last_updated"] = dateLastUpdated.map(JSON.string)
    }
}

/// What an event tells about a saved card.
public struct CardFacts: Sendable, Hashable {
    /// The gateway's id of the card: 10 to 13 digits.
    public var id: String
    /// The last four digits of the card's number.
    public var lastFourDigits: String?
    /// The month in which it expires, 1 to 12.
    public var expirationMonth: Int?
    /// The year in which it expires, four digits.
    public var expirationYear: Int?
    /// The card's brand.
    public var paymentMethodID: String?

    /// Facts of a card.
    public init(
        id: String, lastFourDigits: String? = nil, expirationMonth: Int? = nil, expirationYear: Int? = nil,
        paymentMethodID: String? = nil
    ) {
        self.id = id
        self.lastFourDigits = lastFourDigits
        self.expirationMonth = expirationMonth
        self.expirationYear = expirationYear
        self.paymentMethodID = paymentMethodID
    }

    func write(to fields: inout JSONObject) {
        fields["card_id"] = .string(id)
        fields["last_four_digits"] = lastFourDigits.map(JSON.string)
        fields["expiration_month"] = expirationMonth.map { .number(JSONNumber($0)) }
        fields["expiration_year"] = expirationYear.map { .number(JSONNumber($0)) }
        fields["payment_method_id"] = paymentMethodID.map(JSON.string)
    }
}

/// What an event tells about a refund.
public struct RefundFacts: Sendable, Hashable {
    /// The gateway's id.
    public var id: Int64
    /// What is given back, in units of the account's currency.
    public var amount: ExactDecimal?
    /// The gateway's word for how far it is, such as `approved` or `in_process`.
    public var status: String?
    /// When it was made, as the gateway writes it.
    public var dateCreated: String?

    /// Facts of a refund.
    public init(id: Int64, amount: ExactDecimal? = nil, status: String? = nil, dateCreated: String? = nil) {
        self.id = id
        self.amount = amount
        self.status = status
        self.dateCreated = dateCreated
    }

    func write(to fields: inout JSONObject) {
        fields["refund_id"] = .number(JSONNumber(id))
        fields["refund_amount"] = amount?.asJSON
        fields["refund_status"] = status.map(JSON.string)
        fields["refund_date_created"] = dateCreated.map(JSON.string)
    }
}
