import ExactJSON
import PaymentJobs

/// A payment.
///
/// Source of its fields: [C] spec, recordings of active_merchant and sdk-php.
public struct Payment: GatewayObject {
    /// What one is called in messages.
    public static let noun = "payment"
    /// The gateway's id: up to 12 digits today.
    public let id: Int64
    /// The status; the gateway may invent new ones.
    public let status: PaymentStatus
    /// All fields, as the gateway wrote them.
    public let fields: JSONObject

    /// Nil without an id and a status.
    public init?(fields: JSONObject) {
        guard let id = fields.integer("id"), let status = fields.text("status"), !status.isEmpty else {
            return nil
        }
        self.id = id
        self.status = PaymentStatus(rawValue: status)
        self.fields = fields
    }

    /// The id, the status and its reason.
    public var description: String { "payment \(id) \(status.rawValue)/\(statusDetail ?? "-")" }
}

extension Payment {
    /// The reason of the status, such as `accredited` or `cc_rejected_high_risk`.
    public var statusDetail: String? { fields.text("status_detail") }
    /// The amount in units of ``currencyID``, exactly as written.
    public var transactionAmount: ExactDecimal? { fields.amount("transaction_amount") }
    /// How much of it was given back, in units of ``currencyID``.
    public var transactionAmountRefunded: ExactDecimal? { fields.amount("transaction_amount_refunded") }
    /// The account's currency.
    public var currencyID: String? { fields.text("currency_id") }
    /// In how many instalments the buyer pays.
    public var installments: Int? { fields.int("installments") }
    /// The card's brand, such as `master`.
    public var paymentMethodID: String? { fields.text("payment_method_id") }
    /// The kind of payment, such as `credit_card`.
    public var paymentTypeID: String? { fields.text("payment_type_id") }
    /// The card's issuer.
    public var issuerID: String? { fields.text("issuer_id") }
    /// Whether the amount has been taken.
    ///
    /// A rejected payment says true where capture was asked for.
    public var isCaptured: Bool? { fields.flag("captured") }
    /// Whether pending was ruled out.
    public var isBinary: Bool? { fields.flag("binary_mode") }
    /// False with test credentials; not a reliable sign of a test.
    public var isLive: Bool? { fields.flag("live_mode") }
    /// The acquirer's authorisation.
    public var authorizationCode: String? { fields.text("authorization_code") }
    /// The seller's reference.
    public var externalReference: String? { fields.text("external_reference") }
    /// What the buyer sees as the reason of the payment.
    public var paymentDescription: String? { fields.text("description") }
    /// What the card's statement shows.
    public var statementDescriptor: String? { fields.text("statement_descriptor") }
    /// The seller's user id.
    public var collectorID: Int64? { fields.integer("collector_id") }
    /// The seller's metadata; its names come back lower-cased ([O]).
    public var metadata: JSONObject { fields.object("metadata") ?? JSONObject() }
    /// When it was made, as written.
    public var dateCreated: String? { fields.date("date_created") }
    /// When it was approved, as written.
    public var dateApproved: String? { fields.date("date_approved") }
    /// When it last changed, as written.
    public var dateLastUpdated: String? { fields.date("date_last_updated") }
    /// What the seller receives and the buyer pays.
    public var transactionDetails: Details? { fields.object("transaction_details").map(Details.init) }
    /// The gateway's fees; none on a rejected payment.
    public var feeDetails: [Fee] { (fields["fee_details"]?.array ?? []).compactMap(\.object).map(Fee.init) }
    /// The card; nil where the payment has none, or says nothing of it.
    public var card: Card? { fields.object("card").flatMap { $0.isEmpty ? nil : Card(fields: $0) } }
}

extension Payment {
    /// What the seller receives and the buyer pays, in units of the payment's currency.
    public struct Details: Sendable, Hashable {
        /// What the seller receives.
        public let netReceivedAmount: ExactDecimal?
        /// What the buyer pays in all.
        public let totalPaidAmount: ExactDecimal?
        /// What the buyer pays each time.
        public let installmentAmount: ExactDecimal?

        init(fields: JSONObject) {
            netReceivedAmount = fields.amount("net_received_amount")
            totalPaidAmount = fields.amount("total_paid_amount")
            installmentAmount = fields.amount("installment_amount")
        }
    }

    /// A fee.
    public struct Fee: Sendable, Hashable {
        /// Such as `mercadopago_fee`.
        public let type: String?
        /// In units of the payment's currency.
        public let amount: ExactDecimal?
        /// Who pays it, such as `collector`.
        public let payer: String?

        init(fields: JSONObject) {
            type = fields.text("type")
            amount = fields.amount("amount")
            payer = fields.text("fee_payer")
        }
    }

    /// The card that paid.
    public struct Card: Sendable, Hashable {
        /// The saved card's id; nil for one that isn't saved.
        public let id: String?
        /// The first six digits of its number.
        public let firstSixDigits: String?
        /// The last four digits of its number.
        public let lastFourDigits: String?
        /// 1 to 12; nil where masked.
        public let expirationMonth: Int?
        /// Four digits; nil where masked.
        public let expirationYear: Int?

        init(fields: JSONObject) {
            id = fields.text("id")
            firstSixDigits = fields.digits("first_six_digits", count: 6)
            lastFourDigits = fields.digits("last_four_digits", count: 4)
            expirationMonth = fields.int("expiration_month")
            expirationYear = fields.int("expiration_year")
        }
    }
}
