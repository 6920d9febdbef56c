import ExactJSON

extension ChargeSavedCard {
    /// Reads a job's fields; nil where a required one is missing or wrong.
    init?(reading fields: inout FieldReader) {
        let jobID = fields.required("job_id") { $0.jobID() }
        let account = fields.account()
        let customerID = fields.required("customer_id") { $0.customerID() }
        let source = fields.source()
        let amount = fields.required("transaction_amount") {
            $0.money("transaction_amount")
        }
        var job: ChargeSavedCard?
        if let jobID, let account, let customerID, let source, let amount {
            job = ChargeSavedCard(
                jobID: jobID, account: account, customerID: customerID, source: source,
                transactionAmount: amount)
        }
        // The optional fields are read even where a required one is wrong, so that all problems are named.
        var options = job ?? .blank
        options.readOptions(from: &fields)
        if let fee = options.applicationFee, let amount, fee > amount {
            fields.fail("application_fee", "must not be more than transaction_amount")
        }
        if job != nil, let currency = options.currency {
            fields.checkAmounts(of: .charge(options), in: currency)
        }
        guard job != nil else { return nil }
        self = options
    }

    private mutating func readOptions(from fields: inout FieldReader) {
        currency = fields.parsed("currency_id", "must be one of \(Currency.list)") { Currency(rawValue: $0) }
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
        applicationFee = fields.money("application_fee", allowsZero: true)
        expiresAt = fields.moment("expires_at")
    }

    private static var blank: ChargeSavedCard {
        guard let id = JobID("-"), let customer = CustomerID("-"), let token = CardToken("-") else {
            preconditionFailure("these literals are valid")
        }
        return ChargeSavedCard(
            jobID: id, customerID: customer, source: .token(token), transactionAmount: .zero)
    }
}

extension FieldReader {
    fileprivate mutating func source() -> ChargeSavedCard.Source? {
        let (hasToken, hasCard) = (has("token"), has("card_id"))
        if hasToken == hasCard {
            fail(
                hasToken ? "card_id" : "token",
                hasToken ? "give either token or card_id, not both" : "either token or card_id is required")
        }
        let token = token()
        let card = parsed("card_id", "must be a saved card's id: letters, digits and dashes") { CardID($0) }
        return token.map(ChargeSavedCard.Source.token) ?? card.map(ChargeSavedCard.Source.card)
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
