import ExactJSON
import PaymentJobs

/// Money of a payment that was given back.
///
/// Source of its fields: [C] spec, recordings of sdk-php and active_merchant.
public struct Refund: GatewayObject {
    /// What one is called in messages.
    public static let noun = "refund"
    /// The gateway's id.
    public let id: Int64
    /// All fields, as the gateway wrote them.
    public let fields: JSONObject

    /// Nil without an id.
    public init?(fields: JSONObject) {
        guard let id = fields.integer("id") else { return nil }
        self.id = id
        self.fields = fields
    }

    /// The id, the payment's, and the status.
    public var description: String {
        "refund \(id) of payment \(paymentID.map(String.init) ?? "?") \(status ?? "-")"
    }
}

extension Refund {
    /// The payment that it gives back.
    public var paymentID: Int64? { fields.integer("payment_id") }
    /// How much, in units of the payment's currency, exactly as written.
    public var amount: ExactDecimal? { fields.amount("amount") }
    /// How much of it reaches the buyer, in units of the payment's currency.
    public var amountRefundedToPayer: ExactDecimal? { fields.amount("amount_refunded_to_payer") }
    /// What was corrected afterwards, in units of the payment's currency.
    public var adjustmentAmount: ExactDecimal? { fields.amount("adjustment_amount") }
    /// `approved`, `in_process`, `rejected`, `cancelled`, `authorized`, or a word nobody knows yet ([C] spec);
    /// recordings of 2017 have none.
    public var status: String? { fields.text("status") }
    /// Why, where somebody said so.
    public var reason: String? { fields.text("reason") }
    /// `standard`, or another word.
    public var refundMode: String? { fields.text("refund_mode") }
    /// The seller's metadata; its names come back lower-cased ([O]).
    public var metadata: JSONObject { fields.object("metadata") ?? JSONObject() }
    /// Who gave it back; nil where nothing is known.
    public var source: Source? { fields.object("source").flatMap { $0.isEmpty ? nil : Source(fields: $0) } }
    /// The acquirer's number of it.
    public var uniqueSequenceNumber: String? { fields.text("unique_sequence_number") }
    /// When it was made, as written.
    public var dateCreated: String? { fields.date("date_created") }
    /// When it lapses, as written.
    public var expirationDate: String? { fields.date("expiration_date") }
    /// When it was made, in milliseconds since 1970.
    public var createdAt: Int64? { dateCreated.flatMap(GatewayDate.milliseconds) }

    /// Who gave money back.
    public struct Source: Sendable, Hashable {
        /// The user id.
        public let id: String?
        /// The name.
        public let name: Secret<String>?
        /// `collector`, which is the seller, `operator`, `admin`, `bpp` or `marketplace` ([C] spec).
        public let type: String?

        init(fields: JSONObject) {
            id = fields.filled("id")
            name = fields.secret("name")
            type = fields.filled("type")
        }
    }
}

/// A refund to make.
public struct RefundRequest: Sendable, Hashable {
    /// How much, in units of the payment's currency; nil gives back all that is left.
    public var amount: ExactDecimal?
    /// The seller's metadata, by which a refund can be recognised later.
    public var metadata: JSONObject

    /// A refund of all, or of `amount`.
    public init(amount: ExactDecimal? = nil, metadata: JSONObject = JSONObject()) {
        self.amount = amount
        self.metadata = metadata
    }

    /// The body, in a fixed order: equal requests are equal bytes.
    var fields: JSONObject {
        var fields = JSONObject()
        fields["amount"] = amount?.asJSON
        if !metadata.isEmpty { fields["metadata"] = .object(metadata) }
        return fields
    }
}

extension RefundRequest: CustomStringConvertible, CustomReflectable {
    /// The amount; the metadata is the seller's.
    public var description: String { "refund request over \(amount?.description ?? "all")" }
    /// A mirror without children, so that `dump` shows no metadata.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
