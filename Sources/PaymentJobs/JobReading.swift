import ExactJSON

extension ChargeSavedCard {
    /// Reads a job's fields; nil where a required one is missing or wrong.
    init?(reading fields: inout FieldReader) {
        let jobID = fields.required("job_id") { $0.jobID() }
        let account = fields.account()
        let customerID = fields.required("customer_id") { $0.customerID() }
        let token = fields.required("token") { $0.token() }
        fields.refuse(
            "card_id", because: "charging by card_id is not supported by this version; send a token")
        fields.refuse("expires_at", because: "is not supported by this version")
        let amount = fields.required("transaction_amount") {
            $0.amount("transaction_amount", allowsZero: false)
        }
        var job: ChargeSavedCard?
        if let jobID, let account, let customerID, let token, let amount {
            job = ChargeSavedCard(
                jobID: jobID, account: account, customerID: customerID, token: token,
                transactionAmount: amount)
        }
        // The optional fields are read even where a required one is wrong, so that all problems are named.
        var options = job ?? .blank
        options.readOptions(from: &fields)
        if let fee = options.applicationFee, let amount, fee > amount {
            fields.fail("application_fee", "must not be more than transaction_amount")
        }
        guard job != nil else { return nil }
        self = options
    }

    private mutating func readOptions(from fields: inout FieldReader) {
        currencyID = fields.parsed("currency_id", "must be three capital letters, such as BRL") { text in
            text.utf8.count == 3 && text.utf8.allSatisfy { (65...90).contains($0) } ? text : nil
        }
        installments = fields.integer("installments", in: 1...99) ?? 1
        paymentMethodID = fields.text("payment_method_id", maxLength: 64)
        issuerID = fields.idText("issuer_id", maxLength: 32)
        paymentDescription = fields.text("description", maxLength: 600)
        externalReference = fields.text("external_reference", maxLength: 256) ?? externalReference
        statementDescriptor = fields.text("statement_descriptor", maxLength: 64)
        capture = fields.flag("capture") ?? true
        binaryMode = fields.flag("binary_mode")
        notificationURL = fields.parsed(
            "notification_url", "must be an http or https address of at most 248 characters"
        ) {
            $0.isWebAddress && $0.utf8.count <= 248 ? $0 : nil
        }
        metadata = fields.metadata()
        additionalInfo = fields.object("additional_info").map(JSON.object)
        pointOfInteraction = fields.object("point_of_interaction").map(JSON.object)
        applicationFee = fields.amount("application_fee", allowsZero: true)
    }

    private static var blank: ChargeSavedCard {
        guard let id = JobID("-"), let customer = CustomerID("-"), let token = CardToken("-"),
            let zero = ExactDecimal("0")
        else { preconditionFailure("these literals are valid") }
        return ChargeSavedCard(jobID: id, customerID: customer, token: token, transactionAmount: zero)
    }
}

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
        for name in ["after_payment_id", "make_default", "expires_at"] {
            fields.refuse(name, because: "is not supported by this version")
        }
        let paymentMethodID = fields.text("payment_method_id", maxLength: 64)
        let issuerID = fields.idText("issuer_id", maxLength: 32)
        let owner = customerID.map(Owner.existing) ?? details.map(Owner.person)
        guard let jobID, let account, let owner, let token else { return nil }
        self.init(jobID: jobID, account: account, owner: owner, token: token)
        self.paymentMethodID = paymentMethodID
        self.issuerID = issuerID
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

extension FieldReader {
    fileprivate mutating func jobID() -> JobID? {
        parsed("job_id", "must be a string of 1 to 64 characters without control characters") { JobID($0) }
    }

    fileprivate mutating func account() -> AccountName? {
        let before = problems.count
        let name = parsed("account", "must be 1 to 64 letters, digits, dots, dashes or underscores") {
            AccountName($0)
        }
        return name ?? (problems.count == before ? .standard : nil)
    }

    fileprivate mutating func customerID() -> CustomerID? {
        parsed("customer_id", "must be a customer's id as the gateway writes it: letters, digits and dashes")
        {
            CustomerID($0)
        }
    }

    fileprivate mutating func token() -> CardToken? {
        parsed("token", "must be a card token: letters, digits and dashes") { CardToken($0) }
    }

    fileprivate mutating func amount(_ field: String, allowsZero: Bool) -> ExactDecimal? {
        guard let amount = decimal(field) else { return nil }
        guard !amount.isNegative, allowsZero || !amount.isZero else {
            fail(field, allowsZero ? "must not be negative" : "must be more than zero")
            return nil
        }
        return amount
    }

    fileprivate mutating func metadata() -> JSONObject {
        guard let metadata = object("metadata") else { return JSONObject() }
        for name in metadata.names where name.isReservedForCobrador {
            fail("metadata", "names that begin with \"cobrador\" are reserved")
            break
        }
        return metadata
    }
}

extension String {
    /// A scheme, at least one more character, and nothing but printable ASCII.
    fileprivate var isWebAddress: Bool {
        guard let scheme = ["https://", "http://"].first(where: hasPrefix) else { return false }
        return utf8.count > scheme.utf8.count && utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The gateway echoes names in snake case and lower case, so `Cobrador-JobId` would come back as ours.
    fileprivate var isReservedForCobrador: Bool {
        lowercased().filter { $0.isLetter || $0.isNumber }.hasPrefix("cobrador")
    }
}
