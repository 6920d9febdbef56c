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
    package var amount: String?
    package var currency: String?
    package var installments: Int?
    package var paymentMethodID: String?
    package var issuerID: String?
    package var reason: String?
    package var externalReference: String?
    package var statementDescriptor: String?
    package var capture: Bool?

    package init() {}

    /// The job's fields under their names on the wire.
    package var fields: JSONObject {
        var fields = JSONObject()
        let texts = [
            ("job_id", jobID), ("account", account), ("customer_id", customerID), ("token", token),
            ("transaction_amount", amount), ("currency_id", currency), ("payment_method_id", paymentMethodID),
            ("issuer_id", issuerID), ("description", reason), ("external_reference", externalReference),
            ("statement_descriptor", statementDescriptor),
        ]
        for (name, text) in texts { fields[name] = text.map(JSON.string) }
        fields["installments"] = installments.map { JSON($0) }
        fields["capture"] = capture.map(JSON.bool)
        var customer = JSONObject()
        for (name, text) in [("email", email), ("first_name", firstName), ("last_name", lastName)] {
            customer[name] = text.map(JSON.string)
        }
        if !customer.isEmpty { fields["customer"] = .object(customer) }
        return fields
    }

    /// Whether no option of a job was given.
    package var isEmpty: Bool { fields.isEmpty }
}

extension JobBatch {
    static func bytes(of options: JobOptions) -> [UInt8] { JSON.object(options.fields).serialized() }
}
