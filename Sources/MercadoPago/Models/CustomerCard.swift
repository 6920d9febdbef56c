import ExactJSON
import PaymentJobs

/// A saved card.
///
/// Source of its fields: [C] seed, recordings of sdk-php.
public struct CustomerCard: GatewayObject {
    /// What one is called in messages.
    public static let noun = "card"
    /// The gateway's id: 10 to 13 digits.
    public let id: String
    /// All fields, as the gateway wrote them.
    public let fields: JSONObject

    /// Nil without an id.
    public init?(fields: JSONObject) {
        guard let id = fields.text("id"), !id.isEmpty else { return nil }
        self.id = id
        self.fields = fields
    }

    /// The id and the last four digits.
    public var description: String { "card \(id) •••• \(lastFourDigits ?? "?")" }
}

extension CustomerCard {
    /// The first six digits of its number.
    public var firstSixDigits: String? { fields.digits("first_six_digits", count: 6) }
    /// The last four digits of its number.
    public var lastFourDigits: String? { fields.digits("last_four_digits", count: 4) }
    /// 1 to 12; nil where masked.
    public var expirationMonth: Int? { fields.int("expiration_month") }
    /// Four digits; nil where masked.
    public var expirationYear: Int? { fields.int("expiration_year") }
    /// The brand, such as `master`.
    public var paymentMethodID: String? { fields.object("payment_method")?.text("id") }
    /// The kind of card, such as `credit_card`.
    public var paymentTypeID: String? { fields.object("payment_method")?.text("payment_type_id") }
    /// The issuer: a number here, a text on payments.
    public var issuerID: String? { fields.object("issuer")?.text("id") }
    /// How many digits its security code has.
    public var securityCodeLength: Int? { fields.object("security_code")?.int("length") }
    /// Whose it is.
    public var customerID: CustomerID? { fields.text("customer_id").flatMap(CustomerID.init) }
    /// The customer's user id, the first part of ``customerID``.
    public var userID: String? { fields.text("user_id") }
    /// The name on the card.
    public var cardholderName: Secret<String>? { fields.object("cardholder")?.text("name").map(Secret.init) }
    /// The document of whoever the card was issued to; nil where its parts are null or missing.
    public var cardholderIdentification: Identification? {
        fields.object("cardholder")?.object("identification").flatMap(Identification.init(fields:))
    }
    /// The issuer's name.
    public var issuerName: String? { fields.object("issuer")?.text("name") }
    /// The brand's name.
    public var paymentMethodName: String? { fields.object("payment_method")?.text("name") }
    /// Where on the card the security code is, such as `back`.
    public var securityCodeLocation: String? { fields.object("security_code")?.text("card_location") }
    /// False with test credentials.
    public var isLive: Bool? { fields.flag("live_mode") }
    /// When it was saved, as written.
    public var dateCreated: String? { fields.date("date_created") }
    /// When it last changed, as written.
    public var dateLastUpdated: String? { fields.date("date_last_updated") }
}

/// A card to save for a customer.
public struct CardRequest: Sendable, Hashable {
    /// The card's token.
    public var token: CardToken
    /// The brand, where the number leaves it open: without it, error 127 ([C] spec).
    public var paymentMethodID: String?
    /// The issuer, where the number leaves it open.
    public var issuerID: String?

    /// A card to save.
    public init(token: CardToken, paymentMethodID: String? = nil, issuerID: String? = nil) {
        self.token = token
        self.paymentMethodID = paymentMethodID
        self.issuerID = issuerID
    }

    var fields: JSONObject {
        var fields: JSONObject = ["token": token.secret.reveal { .string($0) }]
        fields["payment_method_id"] = paymentMethodID.map(JSON.string)
        fields["issuer_id"] = issuerID.map(JSON.string)
        return fields
    }
}

/// What changes about a saved card; nil leaves a field as it is.
public struct CardChanges: Sendable, Hashable {
    /// 1 to 12.
    public var expirationMonth: Int?
    /// Four digits.
    public var expirationYear: Int?
    /// The name on the card.
    public var cardholderName: Secret<String>?
    /// The document of whoever the card was issued to.
    public var cardholderIdentification: Identification?
    /// A token of the card, in place of what was typed before ([C] docs).
    public var token: CardToken?

    /// Changes of nothing yet.
    public init() {}

    /// The body, in a fixed order.
    var fields: JSONObject {
        var cardholder = JSONObject()
        cardholder["name"] = cardholderName?.json
        cardholder["identification"] = cardholderIdentification.map { .object($0.fields) }
        var fields = JSONObject()
        fields["token"] = token.map { $0.secret.json }
        fields["expiration_month"] = expirationMonth.map { JSON($0) }
        fields["expiration_year"] = expirationYear.map { JSON($0) }
        if !cardholder.isEmpty { fields["cardholder"] = .object(cardholder) }
        return fields
    }
}

extension CardChanges: CustomStringConvertible, CustomReflectable {
    /// The names of what changes; the rest is the person's.
    public var description: String { "changes of \(fields.names.joined(separator: ", "))" }
    /// A mirror without children, so that `dump` shows no personal data.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
