import ExactJSON

/// A job that charges a customer's saved card, once.
///
/// Field names are Mercado Pago's own where it has one.
public struct ChargeSavedCard: Sendable, Hashable {
    /// What is charged: a token that somebody made of the card, or the card itself.
    public enum Source: Sendable, Hashable {
        /// The single-use token of the saved card, made from its id and security code.
        case token(CardToken)
        /// The saved card's id, for accounts that Mercado Pago has enabled for charges without a security
        /// code.
        case card(CardID)
    }

    /// The job's identity.
    public var jobID: JobID
    /// The seller that is paid.
    public var account: AccountName
    /// The customer whose card is charged.
    public var customerID: CustomerID
    /// What is charged.
    public var source: Source
    /// The amount in units of the account's currency, exactly as the producer wrote it.
    public var transactionAmount: ExactDecimal
    /// The currency the producer expects; the gateway always uses the account's own.
    public var currency: Currency?
    /// In how many instalments the buyer pays.
    public var installments = 1
    /// The card's brand, such as `master`; the gateway infers it from the token.
    public var paymentMethodID: String?
    /// The card's issuer.
    public var issuerID: String?
    /// What the buyer sees as the reason of the payment.
    public var paymentDescription: String?
    /// The producer's own reference; the job id where the producer gives none.
    public var externalReference: String
    /// What the card's statement shows.
    public var statementDescriptor: String?
    /// False only reserves the amount.
    public var capture = true
    /// True makes the gateway decide at once: approved or rejected, never pending.
    public var binaryMode: Bool?
    /// Where the gateway sends its notifications about this payment.
    public var notificationURL: String?
    /// The producer's metadata; names that begin with `cobrador` are reserved.
    public var metadata = JSONObject()
    /// Passed to the gateway untouched.
    public var additionalInfo: JSON?
    /// Passed to the gateway untouched.
    public var pointOfInteraction: JSON?
    /// The marketplace's share of the amount.
    public var applicationFee: ExactDecimal?
    /// From when on the charge must not be made any more.
    public var expiresAt: Moment?

    /// A job with the required fields; the rest have the contract's defaults.
    public init(
        jobID: JobID, account: AccountName = .standard, customerID: CustomerID, source: Source,
        transactionAmount: ExactDecimal
    ) {
        self.jobID = jobID
        self.account = account
        self.customerID = customerID
        self.source = source
        self.transactionAmount = transactionAmount
        externalReference = jobID.description
    }

    /// A job that charges by token.
    public init(
        jobID: JobID, account: AccountName = .standard, customerID: CustomerID, token: CardToken,
        transactionAmount: ExactDecimal
    ) {
        self.init(
            jobID: jobID, account: account, customerID: customerID, source: .token(token),
            transactionAmount: transactionAmount)
    }

    /// A digest of everything the job asks for; equal content has an equal digest whatever its formatting.
    public var digest: String { JSON.object(fields).contentDigest }

    /// The job as the value of a message.
    public var fields: JSONObject {
        var fields: JSONObject = ["job_id": .string(jobID.description)]
        fields["account"] = .string(account.description)
        fields["customer_id"] = .string(customerID.description)
        switch source {
        case .token(let token): fields["token"] = token.secret.reveal { .string($0) }
        case .card(let id): fields["card_id"] = .string(id.description)
        }
        fields["transaction_amount"] = transactionAmount.asJSON
        fields["currency_id"] = currency.map { .string($0.rawValue) }
        fields["installments"] = .number(JSONNumber(installments))
        fields["payment_method_id"] = paymentMethodID.map(JSON.string)
        fields["issuer_id"] = issuerID.map(JSON.string)
        fields["description"] = paymentDescription.map(JSON.string)
        fields["external_reference"] = .string(externalReference)
        fields["statement_descriptor"] = statementDescriptor.map(JSON.string)
        fields["capture"] = .bool(capture)
        fields["binary_mode"] = binaryMode.map(JSON.bool)
        fields["notification_url"] = notificationURL.map(JSON.string)
        if !metadata.isEmpty { fields["metadata"] = .object(metadata) }
        fields["additional_info"] = additionalInfo
        fields["point_of_interaction"] = pointOfInteraction
        fields["application_fee"] = applicationFee?.asJSON
        fields["expires_at"] = expiresAt.map { .string($0.description) }
        return fields
    }
}

extension JSON {
    /// 32 hexadecimal digits of SHA-256 over the canonical form.
    var contentDigest: String { DerivedID.digest(of: canonical(), count: 16) }
}
