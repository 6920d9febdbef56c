import ExactJSON

/// A way to pay that a country offers.
///
/// Source of its fields: [C] recording of sdk-php.
public struct PaymentMethod: GatewayObject {
    /// What one is called in messages.
    public static let noun = "payment method"
    /// The gateway's id, such as `master`.
    public let id: String
    /// All fields, as the gateway wrote them.
    public let fields: JSONObject

    /// Nil without an id.
    public init?(fields: JSONObject) {
        guard let id = fields.filled("id") else { return nil }
        self.id = id
        self.fields = fields
    }

    /// The id.
    public var description: String { "payment method \(id)" }
}

extension PaymentMethod {
    /// The name to show.
    public var name: String? { fields.filled("name") }
    /// The kind of payment, such as `credit_card`.
    public var paymentTypeID: String? { fields.filled("payment_type_id") }
    /// `active`, or another word.
    public var status: String? { fields.filled("status") }
    /// `supported` where an amount can be reserved and captured later, `unsupported` or `does_not_apply`.
    public var deferredCapture: String? { fields.filled("deferred_capture") }
    /// The smallest amount, in units of the account's currency.
    public var minAllowedAmount: ExactDecimal? { fields.amount("min_allowed_amount") }
    /// The largest amount, in units of the account's currency.
    public var maxAllowedAmount: ExactDecimal? { fields.amount("max_allowed_amount") }
    /// How many digits the security code has, by kind of card.
    public var securityCodeLengths: [Int] {
        settings.compactMap { $0.object("security_code")?.int("length") }
    }
    /// Whether each kind of card must come with its security code.
    public var isSecurityCodeMandatory: Bool {
        !settings.isEmpty && settings.allSatisfy { $0.object("security_code")?.text("mode") == "mandatory" }
    }
    /// What else a payment must tell, such as `cardholder_name`.
    public var additionalInfoNeeded: [String] {
        (fields["additional_info_needed"]?.array ?? []).compactMap(\.string)
    }

    private var settings: [JSONObject] { fields.objects("settings") }
}

/// A kind of identity document that a country knows.
///
/// Source of its fields: [C] recording of sdk-php.
public struct IdentificationType: GatewayObject {
    /// What one is called in messages.
    public static let noun = "identification type"
    /// The gateway's id, such as `CPF`.
    public let id: String
    /// All fields, as the gateway wrote them.
    public let fields: JSONObject

    /// Nil without an id.
    public init?(fields: JSONObject) {
        guard let id = fields.filled("id") else { return nil }
        self.id = id
        self.fields = fields
    }

    /// The id.
    public var description: String { "identification type \(id)" }
}

extension IdentificationType {
    /// The name to show.
    public var name: String? { fields.filled("name") }
    /// `number`, or another word.
    public var type: String? { fields.filled("type") }
    /// How many characters a number has at least.
    public var minLength: Int? { fields.int("min_length") }
    /// How many characters a number has at most.
    public var maxLength: Int? { fields.int("max_length") }
}
