import ExactJSON
import PaymentJobs
import Pipeline

/// The names under which a payment carries its job; lower case, because the gateway returns names so ([O]).
enum MetadataName {
    static let jobID = "cobrador_job_id"
    static let digest = "cobrador_digest"
}

extension PaymentRequest {
    /// The payment that `job` asks for with `token`; it depends on nothing else.
    ///
    /// The currency isn't sent: it is the account's, and the gateway's requests have no field for it ([C]
    /// spec). Our metadata wins over a producer's of the same name.
    init(_ job: ChargeSavedCard, token: CardToken) {
        self.init(transactionAmount: job.transactionAmount, token: token, payer: .customer(job.customerID))
        installments = job.installments
        paymentMethodID = job.paymentMethodID
        issuerID = job.issuerID
        paymentDescription = job.paymentDescription
        externalReference = job.externalReference
        statementDescriptor = job.statementDescriptor
        capture = job.capture
        binaryMode = job.binaryMode
        notificationURL = job.notificationURL
        metadata = job.metadata
        metadata.mark(jobID: job.jobID, digest: job.digest)
        additionalInfo = job.additionalInfo
        pointOfInteraction = job.pointOfInteraction
        applicationFee = job.applicationFee
    }
}

extension RefundRequest {
    /// The refund that `job` asks for.
    init(_ job: PaymentOperation, amount: ExactDecimal?) {
        self.init(amount: amount)
        metadata.mark(jobID: job.jobID, digest: job.digest)
    }
}

extension JSONObject {
    fileprivate mutating func mark(jobID: JobID, digest: String) {
        self[MetadataName.jobID] = .string(jobID.description)
        self[MetadataName.digest] = .string(digest)
    }
}

extension GatewayPayment {
    /// The payment with what tells whose it is.
    public init(_ payment: Payment) {
        let metadata = payment.metadata
        self.init(
            facts: PaymentFacts(payment), jobID: metadata[MetadataName.jobID]?.string,
            digest: metadata[MetadataName.digest]?.string,
            createdAt: payment.createdAt, changedAt: payment.lastUpdatedAt)
    }
}

extension GatewayRefund {
    /// The refund with what tells whose it is.
    public init(_ refund: Refund) {
        let metadata = refund.metadata
        self.init(
            facts: RefundFacts(
                id: refund.id, amount: refund.amount, status: refund.status, dateCreated: refund.dateCreated),
            jobID: metadata[MetadataName.jobID]?.string, digest: metadata[MetadataName.digest]?.string,
            createdAt: refund.createdAt)
    }
}

extension PaymentFacts {
    /// What an event tells of `payment`.
    public init(_ payment: Payment) {
        self.init(id: payment.id, status: payment.status, statusDetail: payment.statusDetail)
        let card = payment.card
        transactionAmount = payment.transactionAmount
        refundedAmount = payment.transactionAmountRefunded
        currencyID = payment.currencyID
        installments = payment.installments
        paymentMethodID = payment.paymentMethodID
        paymentTypeID = payment.paymentTypeID
        lastFourDigits = card?.lastFourDigits
        cardID = card?.id
        authorizationCode = payment.authorizationCode
        externalReference = payment.externalReference
        isCaptured = payment.isCaptured
        dateCreated = payment.dateCreated
        dateApproved = payment.dateApproved
        dateLastUpdated = payment.dateLastUpdated
    }
}

extension GatewayCard {
    /// What the pipeline needs of `card`.
    public init(_ card: CustomerCard) {
        self.init(
            facts: CardFacts(
                id: card.id, lastFourDigits: card.lastFourDigits, expirationMonth: card.expirationMonth,
                expirationYear: card.expirationYear, paymentMethodID: card.paymentMethodID),
            firstSixDigits: card.firstSixDigits)
    }
}

extension GatewayToken {
    /// What identifies the card behind `token`.
    public init(_ token: CardTokenInfo) {
        self.init(
            firstSixDigits: token.firstSixDigits, lastFourDigits: token.lastFourDigits,
            expirationMonth: token.expirationMonth, expirationYear: token.expirationYear)
    }
}
