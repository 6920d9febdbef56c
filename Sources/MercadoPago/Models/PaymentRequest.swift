import ExactJSON
import PaymentJobs

/// A payment to make.
///
/// Source of the fields: [C] spec; a name that the gateway doesn't know is its error 8.
public struct PaymentRequest: Sendable, Hashable {
    /// Who pays.
    public enum Payer: Sendable, Hashable {
        /// A saved customer; the type without the id is error 4012, the id without the type 4013.
        case customer(CustomerID)
        /// A person without an account.
        case guest(email: Secret<String>)
    }

    /// In units of the account's currency; written as a JSON number with these very digits.
    public var transactionAmount: ExactDecimal
    /// The card's token; it can be used once.
    public var token: CardToken
    /// Who pays.
    public var payer: Payer
    /// In how many instalments.
    public var installments = 1
    /// The brand; inferred from the token where nil.
    public var paymentMethodID: String?
    /// The issuer: text here, a number on cards.
    public var issuerID: String?
    /// What the buyer sees as the reason of the payment.
    public var paymentDescription: String?
    /// The seller's reference, by which payments can be searched.
    public var externalReference: String?
    /// What the card's statement shows.
    public var statementDescriptor: String?
    /// False only reserves the amount.
    public var capture = true
    /// True rules pending out.
    public var binaryMode: Bool?
    /// Where notifications about this payment go.
    public var notificationURL: String?
    /// The seller's metadata.
    public var metadata = JSONObject()
    /// Passed on untouched.
    public var additionalInfo: JSON?
    /// Passed on untouched: official samples disagree about its shape.
    public var pointOfInteraction: JSON?
    /// The marketplace's share, in units of the account's currency.
    public var applicationFee: ExactDecimal?

    /// A payment with the required fields.
    public init(transactionAmount: ExactDecimal, token: CardToken, payer: Payer) {
        self.transactionAmount = transactionAmount
        self.token = token
        self.payer = payer
    }

    /// The body, in a fixed order: equal requests are equal bytes.
    var fields: JSONObject {
        var fields: JSONObject = ["transaction_amount": transactionAmount.asJSON]
        fields["token"] = token.secret.reveal { .string($0) }
        fields["installments"] = JSON(installments)
        fields["payment_method_id"] = paymentMethodID.map(JSON.string)
        fields["issuer_id"] = issuerID.map(JSON.string)
        fields["payer"] = payer.json
        fields["description"] = paymentDescription.map(JSON.string)
        fields["external_reference"] = externalReference.map(JSON.string)
        fields["statement_descriptor"] = statementDescriptor.map(JSON.string)
        fields["capture"] = .bool(capture)
        fields["binary_mode"] = binaryMode.map(JSON.bool)
        fields["notification_url"] = notificationURL.map(JSON.string)
        fields["metadata"] = metadata.isEmpty ? nil : .object(metadata)
        fields["additional_info"] = additionalInfo
        fields["point_of_interaction"] = pointOfInteraction
        fields["application_fee"] = applicationFee?.asJSON
        return fields
    }
}

extension PaymentRequest: CustomStringConvertible, CustomReflectable {
    /// The amount; the rest is the buyer's.
    public var description: String { "payment request over \(transactionAmount)" }
    /// A mirror without children, so that `dump` shows no personal data.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension PaymentRequest.Payer {
    fileprivate var json: JSON {
        switch self {
        case .customer(let id): ["type": "customer", "id": .string(id.description)]
        case .guest(let email): ["type": "guest", "email": email.reveal { .string($0) }]
        }
    }
}
