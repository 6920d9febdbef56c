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
    /// What is left to give back, in units of ``currencyID``: the amount without what was given back.
    ///
    /// Of a payment whose money was never taken it says nothing: see ``status`` and ``isCaptured``.
    public var transactionAmountLeft: ExactDecimal? {
        transactionAmount.flatMap { $0.subtracting(transactionAmountRefunded ?? .zero) }
    }
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
    /// The kind of operation, such as `regular_payment` or `recurring_payment`.
    public var operationType: String? { fields.text("operation_type") }
    /// Whether the amount has been taken.
    ///
    /// A rejected payment says true where capture was asked for ([C] recorded). After a partial capture
    /// ``transactionAmount`` is what was captured ([T] sdk-nodejs).
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
    /// Where notifications about this payment go.
    public var notificationURL: String? { fields.text("notification_url") }
    /// Who pays; nil where nothing is known.
    public var payer: Payer? { fields.object("payer").flatMap { $0.isEmpty ? nil : Payer(fields: $0) } }
    /// When it was made, as written.
    public var dateCreated: String? { fields.date("date_created") }
    /// When it was approved, as written.
    public var dateApproved: String? { fields.date("date_approved") }
    /// When it last changed, as written.
    public var dateLastUpdated: String? { fields.date("date_last_updated") }
    /// When the seller gets the money, as written.
    public var moneyReleaseDate: String? { fields.date("money_release_date") }
    /// When an unpaid payment lapses, as written.
    public var dateOfExpiration: String? { fields.date("date_of_expiration") }
    /// When it was made, in milliseconds since 1970.
    public var createdAt: Int64? { dateCreated.flatMap(GatewayDate.milliseconds) }
    /// When it was approved, in milliseconds since 1970.
    public var approvedAt: Int64? { dateApproved.flatMap(GatewayDate.milliseconds) }
    /// When it last changed, in milliseconds since 1970.
    public var lastUpdatedAt: Int64? { dateLastUpdated.flatMap(GatewayDate.milliseconds) }
    /// What the seller receives and the buyer pays.
    public var transactionDetails: Details? { fields.object("transaction_details").map(Details.init) }
    /// The gateway's fees; none on a rejected payment.
    public var feeDetails: [Fee] { fields.objects("fee_details").map(Fee.init) }
    /// The refunds that came with the payment; ``MercadoPagoClient/refunds(of:)`` is the complete list, and
    /// fails where one can't be read.
    public var refunds: [Refund] { fields.objects("refunds").compactMap(Refund.init(fields:)) }
    /// The card; nil where the payment has none, or says nothing of it.
    public var card: Card? { fields.object("card").flatMap { $0.isEmpty ? nil : Card(fields: $0) } }
}
