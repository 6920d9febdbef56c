import ExactJSON

/// A job that does something with a payment that exists: refund, cancel or capture it.
public struct PaymentOperation: Sendable, Hashable {
    /// What is to be done; amounts are in units of the account's currency.
    public enum Action: Sendable, Hashable {
        /// Give the amount back; all that is left of the payment where there is none.
        case refund(amount: ExactDecimal?)
        /// End a payment that isn't decided yet, or release a reserved amount.
        case cancel
        /// Take the reserved amount; all of it where there is none.
        case capture(amount: ExactDecimal?)

        /// The amount, where the action names one.
        public var amount: ExactDecimal? {
            switch self {
            case .refund(let amount), .capture(let amount): amount
            case .cancel: nil
            }
        }
    }

    /// The job's identity.
    public var jobID: JobID
    /// The seller who was paid.
    public var account: AccountName
    /// The payment.
    public var paymentID: PaymentID
    /// What is to be done with it.
    public var action: Action

    /// A job for a payment.
    public init(jobID: JobID, account: AccountName = .standard, paymentID: PaymentID, action: Action) {
        self.jobID = jobID
        self.account = account
        self.paymentID = paymentID
        self.action = action
    }

    /// What the job asks for.
    public var kind: JobKind {
        switch action {
        case .refund: .refundPayment
        case .cancel: .cancelPayment
        case .capture: .capturePayment
        }
    }

    /// A digest of everything the job asks for, its kind included; equal content has an equal digest whatever
    /// its formatting.
    public var digest: String {
        var content = fields
        content["kind"] = .string(kind.rawValue)
        return JSON.object(content).contentDigest
    }

    /// The job as the value of a message.
    public var fields: JSONObject {
        var fields: JSONObject = ["job_id": .string(jobID.description)]
        fields["account"] = .string(account.description)
        fields["payment_id"] = .number(JSONNumber(paymentID.rawValue))
        fields["amount"] = action.amount?.asJSON
        return fields
    }
}
