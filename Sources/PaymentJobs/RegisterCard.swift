import ExactJSON

/// A job that saves a card for a customer, and creates the customer where there is none yet.
public struct RegisterCard: Sendable, Hashable {
    /// Whose card it is.
    public enum Owner: Sendable, Hashable {
        /// A customer whom the gateway knows.
        case existing(CustomerID)
        /// A person who is looked for by e-mail, and created where the search finds nobody.
        case person(CustomerDetails)
    }

    /// The job's identity.
    public var jobID: JobID
    /// The seller whose customer it is.
    public var account: AccountName
    /// Whose card it is.
    public var owner: Owner
    /// The single-use token of the card.
    public var token: CardToken
    /// The card's brand, for numbers whose prefix leaves it open.
    public var paymentMethodID: String?
    /// The card's issuer, for numbers whose prefix leaves it open.
    public var issuerID: String?

    /// The payment that has to be approved, or authorised, before the card is saved.
    ///
    /// Mercado Pago advises to save a card after a successful payment, so that its data are known to be right
    /// ([C] seed guide).
    public var afterPaymentID: PaymentID?
    /// Whether the card becomes the customer's default.
    public var makeDefault = false
    /// From when on the card must not be saved any more.
    public var expiresAt: Moment?

    /// A job with the required fields.
    public init(jobID: JobID, account: AccountName = .standard, owner: Owner, token: CardToken) {
        self.jobID = jobID
        self.account = account
        self.owner = owner
        self.token = token
    }

    /// A digest of everything the job asks for; equal content has an equal digest whatever its formatting.
    public var digest: String { JSON.object(fields).contentDigest }

    /// The job as the value of a message.
    public var fields: JSONObject {
        var fields: JSONObject = ["job_id": .string(jobID.description)]
        fields["account"] = .string(account.description)
        switch owner {
        case .existing(let id): fields["customer_id"] = .string(id.description)
        case .person(let details): fields["customer"] = .object(details.fields)
        }
        fields["token"] = token.secret.reveal { .string($0) }
        fields["payment_method_id"] = paymentMethodID.map(JSON.string)
        fields["issuer_id"] = issuerID.map(JSON.string)
        fields["after_payment_id"] = afterPaymentID.map { .number(JSONNumber($0.rawValue)) }
        if makeDefault { fields["make_default"] = true }
        fields["expires_at"] = expiresAt.map { .string($0.description) }
        return fields
    }
}

/// A person who is, or becomes, a customer of the seller.
public struct CustomerDetails: Sendable, Hashable {
    /// The e-mail address, by which the gateway tells customers apart.
    public var email: Secret<String>
    /// The remaining fields, such as `first_name` and `phone`, in the gateway's own shape.
    public var particulars: JSONObject

    /// A person with an e-mail address.
    public init(email: Secret<String>, particulars: JSONObject = JSONObject()) {
        self.email = email
        self.particulars = particulars
    }

    /// All fields, `email` first, as the gateway takes them.
    public var fields: JSONObject {
        var fields: JSONObject = ["email": email.reveal { .string($0) }]
        for member in particulars.members where member.name != "email" { fields[member.name] = member.value }
        return fields
    }
}
