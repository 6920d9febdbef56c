import ExactJSON
import PaymentJobs

/// One job as options of a command line; whether it is a valid one is for the decoder to say.
package struct JobOptions: Sendable {
    package var jobID: String?
    package var account: String?
    package var customerID: String?
    package var email: String?
    package var firstName: String?
    package var lastName: String?
    package var token: String?
    package var cardID: String?
    package var paymentID: String?
    package var amount: String?
    package var currency: String?
    package var installments: Int?
    package var paymentMethodID: String?
    package var issuerID: String?
    package var reason: String?
    package var externalReference: String?
    package var statementDescriptor: String?
    package var capture: Bool?
    package var expiresAt: String?
    package var afterPaymentID: String?
    package var makeDefault: Bool?

    package init() {}

    /// The fields of a job of `kind` under their names on the wire.
    package func fields(of kind: JobKind) -> JSONObject {
        let amountName =
            switch kind {
            case .chargeSavedCard, .registerCard: "transaction_amount"
            case .refundPayment, .cancelPayment, .capturePayment: "amount"
            }
        var fields = JSONObject()
        let texts = [
            ("job_id", jobID), ("account", account), ("customer_id", customerID), ("token", token),
            ("card_id", cardID), ("payment_id", paymentID), (amountName, amount), ("currency_id", currency),
            ("payment_method_id", paymentMethodID),
            ("issuer_id", issuerID), ("description", reason), ("external_reference", externalReference),
            ("statement_descriptor", statementDescriptor), ("expires_at", expiresAt),
            ("after_payment_id", afterPaymentID),
        ]
        for (name, text) in texts { fields[name] = text.map(JSON.string) }
        fields["installments"] = installments.map { JSON($0) }
        fields["capture"] = capture.map(JSON.bool)
        fields["make_default"] = makeDefault.map(JSON.bool)
        var customer = JSONObject()
        for (name, text) in [("email", email), ("first_name", firstName), ("last_name", lastName)] {
            customer[name] = text.map(JSON.string)
        }
        if !customer.isEmpty { fields["customer"] = .object(customer) }
        return fields
    }

    /// Whether no option of a job was given.
    package var isEmpty: Bool { fields(of: .chargeSavedCard).isEmpty }
}

extension JobBatch {
    static func bytes(of options: JobOptions, _ kind: JobKind) -> [UInt8] {
        JSON.object(options.fields(of: kind)).serialized()
    }
}
