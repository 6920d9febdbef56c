import ExactJSON

/// A job that has been decoded and found valid.
public enum Job: Sendable, Hashable {
    /// Charge a saved card.
    case charge(ChargeSavedCard)
    /// Save a card.
    case register(RegisterCard)
    /// Refund, cancel or capture a payment.
    case operation(PaymentOperation)

    /// What the job asks for.
    public var kind: JobKind {
        switch self {
        case .charge: .chargeSavedCard
        case .register: .registerCard
        case .operation(let job): job.kind
        }
    }

    /// The job's identity.
    public var id: JobID {
        switch self {
        case .charge(let job): job.jobID
        case .register(let job): job.jobID
        case .operation(let job): job.jobID
        }
    }

    /// The seller it belongs to.
    public var account: AccountName {
        switch self {
        case .charge(let job): job.account
        case .register(let job): job.account
        case .operation(let job): job.account
        }
    }

    /// A digest of everything the job asks for; equal content has an equal digest whatever its formatting.
    public var digest: String {
        switch self {
        case .charge(let job): job.digest
        case .register(let job): job.digest
        case .operation(let job): job.digest
        }
    }

    /// The job as the value of a message.
    public var fields: JSONObject {
        switch self {
        case .charge(let job): job.fields
        case .register(let job): job.fields
        case .operation(let job): job.fields
        }
    }

    /// From when on the job must not be done any more.
    public var expiresAt: Moment? {
        switch self {
        case .charge(let job): job.expiresAt
        case .register(let job): job.expiresAt
        case .operation: nil
        }
    }

    /// The key that puts the jobs of one customer in order: the customer's id, or the e-mail address where
    /// there is no id yet.
    ///
    /// A job for a payment names no customer: its key is the payment's id, which keeps the jobs for one
    /// payment in order. A producer that knows the customer uses the customer's id for these too.
    public var messageKey: Secret<String> {
        switch self {
        case .charge(let job): Secret(job.customerID.description)
        case .register(let job):
            switch job.owner {
            case .existing(let id): Secret(id.description)
            case .person(let details): details.email
            }
        case .operation(let job): Secret(job.paymentID.description)
        }
    }
}

/// Where a job came from, as its answer repeats it: the CloudEvents attributes that link the two.
public struct Provenance: Sendable, Hashable {
    /// The inbound event's `id`: the cause of the answer.
    public var eventID: String?
    /// The conversation that both belong to.
    public var correlationID: String?
    /// The W3C trace that the producer was in.
    public var traceparent: String?

    /// A message without CloudEvents attributes has none of them.
    public init(eventID: String? = nil, correlationID: String? = nil, traceparent: String? = nil) {
        self.eventID = eventID
        self.correlationID = correlationID
        self.traceparent = traceparent
    }
}

/// A decoded message: the job, and where it came from.
public struct Submission: Sendable, Hashable {
    /// What is to be done.
    public var job: Job
    /// Where it came from.
    public var provenance: Provenance

    /// A decoded message.
    public init(job: Job, provenance: Provenance = Provenance()) {
        self.job = job
        self.provenance = provenance
    }
}
