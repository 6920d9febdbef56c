import ExactJSON

extension RegisterCard {
    /// Reads a job's fields; nil where a required one is missing or wrong.
    init?(reading fields: inout FieldReader) {
        let jobID = fields.required("job_id") { $0.jobID() }
        let account = fields.account()
        let (hasID, hasDetails) = (fields.has("customer_id"), fields.has("customer"))
        if hasID == hasDetails {
            fields.fail(
                hasID ? "customer" : "customer_id",
                hasID
                    ? "give either customer_id or customer, not both"
                    : "either customer_id or customer is required")
        }
        let customerID = fields.customerID()
        let details = fields.object("customer").flatMap { CustomerDetails(reading: $0, into: &fields) }
        let token = fields.required("token") { $0.token() }
        let paymentMethodID = fields.text("payment_method_id", maxLength: 64)
        let issuerID = fields.idText("issuer_id", maxLength: 32)
        let afterPaymentID = fields.paymentID("after_payment_id")
        let makeDefault = fields.flag("make_default") ?? false
        let expiresAt = fields.moment("expires_at")
        let owner = customerID.map(Owner.existing) ?? details.map(Owner.person)
        guard let jobID, let account, let owner, let token else { return nil }
        self.init(jobID: jobID, account: account, owner: owner, token: token)
        self.paymentMethodID = paymentMethodID
        self.issuerID = issuerID
        self.afterPaymentID = afterPaymentID
        self.makeDefault = makeDefault
        self.expiresAt = expiresAt
    }
}

extension CustomerDetails {
    fileprivate init?(reading object: JSONObject, into parent: inout FieldReader) {
        var fields = FieldReader(object, path: "customer")
        let email = fields.required("email") { fields in
            fields.parsed("email", "must be an e-mail address of at most 254 characters") { text in
                let parts = text.split(separator: "@", omittingEmptySubsequences: false)
                let isPlain = text.unicodeScalars.allSatisfy {
                    !$0.isControl && !$0.properties.isWhitespace
                }
                return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && isPlain
                    && text.utf8.count <= 254
                    ? text : nil
            }
        }
        var particulars = JSONObject()
        for name in ["first_name", "last_name", "description"] {
            particulars[name] = fields.text(name, maxLength: 256).map(JSON.string)
        }
        for name in ["phone", "identification", "address"] {
            particulars[name] = fields.object(name).map(JSON.object)
        }
        parent.adopt(fields.finish())
        guard let email else { return nil }
        self.init(email: Secret(email), particulars: particulars)
    }
}
