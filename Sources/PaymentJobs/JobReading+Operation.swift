import ExactJSON

extension PaymentOperation {
    /// Reads the fields of a job of `kind`; nil where a required one is missing or wrong.
    init?(_ kind: JobKind, reading fields: inout FieldReader) {
        let jobID = fields.required("job_id") { $0.jobID() }
        let account = fields.account()
        let paymentID = fields.required("payment_id") { $0.paymentID("payment_id") }
        let action: Action? =
            switch kind {
            case .refundPayment: .refund(amount: fields.money("amount"))
            case .capturePayment: .capture(amount: fields.money("amount"))
            case .cancelPayment: .cancel
            case .chargeSavedCard, .registerCard: nil
            }
        guard let jobID, let account, let paymentID, let action else { return nil }
        self.init(jobID: jobID, account: account, paymentID: paymentID, action: action)
    }
}
