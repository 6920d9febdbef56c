import ExactJSON
import PaymentJobs

/// A card token.
///
/// Source of its fields: [C] recordings of sdk-php and sdk-go.
///
/// A token made of a saved card may lack digits and expiry ([T] sdk-nodejs).
public struct CardTokenInfo: GatewayObject {
    /// What one is called in messages.
    public static let noun = "card token"
    /// The token itself.
    public let id: CardToken
    /// All fields, as the gateway wrote them: the token is among them.
    public let fields: JSONObject

    /// Nil without an id that can be part of an address.
    public init?(fields: JSONObject) {
        guard let id = fields["id"]?.string.flatMap(CardToken.init) else { return nil }
        self.id = id
        self.fields = fields
    }

    /// The status; the token is a secret.
    public var description: String { "card token (\(status ?? "?"))" }
}

extension CardTokenInfo {
    /// `active`, or another word once it is of no use.
    public var status: String? { fields.text("status") }
    /// The saved card that it was made of.
    public var cardID: String? { fields.text("card_id") }
    /// The first six digits of the card's number.
    public var firstSixDigits: String? { fields.digits("first_six_digits", count: 6) }
    /// The last four digits of the card's number.
    public var lastFourDigits: String? { fields.digits("last_four_digits", count: 4) }
    /// 1 to 12; nil where masked or missing.
    public var expirationMonth: Int? { fields.int("expiration_month") }
    /// Four digits; nil where masked or missing.
    public var expirationYear: Int? { fields.int("expiration_year") }
    /// How many digits the card's number has.
    public var cardNumberLength: Int? { fields.int("card_number_length") }
    /// How many digits the security code has.
    public var securityCodeLength: Int? { fields.int("security_code_length") }
    /// Whether the number's check digit is right.
    public var passesLuhn: Bool? { fields.flag("luhn_validation") }
    /// False with test credentials.
    public var isLive: Bool? { fields.flag("live_mode") }
    /// The name on the card.
    public var cardholderName: Secret<String>? { fields.object("cardholder")?.secret("name") }
    /// Whether the code that the browser keeps for returning buyers is needed.
    public var requiresESC: Bool? { fields.flag("require_esc") }
    /// When it was made, as written.
    public var dateCreated: String? { fields.date("date_created") }
    /// When it expires, as written: the promise is 7 days, recordings show 8.
    public var dateDue: String? { fields.date("date_due") }
    /// When it last changed, as written.
    public var dateLastUpdated: String? { fields.date("date_last_updated") }
    /// When it expires, in milliseconds since 1970.
    public var expiresAt: Int64? { dateDue.flatMap(GatewayDate.milliseconds) }
}

/// A token to make of a saved card.
public struct CardTokenRequest: Sendable, Hashable {
    /// The saved card.
    public var cardID: String
    /// The code that the buyer typed; nil needs an account that Mercado Pago has enabled for it ([C] docs).
    public var securityCode: Secret<String>?
    /// Whose card it is; the gateway takes the request with and without ([T] sdk-java, sdk-nodejs).
    public var customerID: CustomerID?

    /// A token to make.
    public init(cardID: String, securityCode: Secret<String>? = nil, customerID: CustomerID? = nil) {
        self.cardID = cardID
        self.securityCode = securityCode
        self.customerID = customerID
    }

    var fields: JSONObject {
        var fields: JSONObject = ["card_id": .string(cardID)]
        fields["customer_id"] = customerID.map { .string($0.description) }
        fields["security_code"] = securityCode.map { $0.reveal { .string($0) } }
        return fields
    }
}
