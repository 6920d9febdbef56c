/// Whether money may have moved for a job that has no answer.
public enum MoneyState: String, Sendable, Hashable {
    /// Certainly not: no call was made that could have moved it, or the gateway refused each.
    case notMoved = "not-moved"
    /// Possibly: only a look at the gateway can tell.
    case unknown
}

/// A job that a person must look at.
public struct DeadLetter: Sendable, Hashable {
    /// Why; a closed set, so that operators can filter by it.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The bytes can't be read as a job.
        case undecodable
        /// The message breaks the contract.
        case invalid
        /// The message carried a card number or a security code; the letter doesn't.
        case cardData = "card-data"
        /// The gateway knows this job id with other content.
        case conflict
        /// The gateway kept failing without having taken the job.
        case retriesExhausted = "retries-exhausted"
        /// No such account is configured, or its credentials don't work.
        case accountMisconfigured = "account-misconfigured"
        /// The gateway may have charged; it could not be told.
        case outcomeUnknown = "outcome-unknown"
    }

    /// Why it is here.
    public var reason: Reason
    /// More about it, for people, on one line; never quotes a secret.
    public let detail: String
    /// Whether money may have moved.
    public var money: MoneyState
    /// The job's id, where it could be read.
    public var jobID: JobID?

    /// A dead letter; `detail` is cut to 256 Unicode scalars, and its control characters become spaces.
    public init(reason: Reason, detail: String, money: MoneyState, jobID: JobID?) {
        self.reason = reason
        self.detail = String(bounding: detail.unicodeScalars, to: 256)
        self.money = money
        self.jobID = jobID
    }

    /// A message that is no job: no call was made for it by whoever refuses it.
    ///
    /// One that has been a dead letter before may have moved money then, unless that letter says that it
    /// didn't.
    public init(_ refusal: JobRefusal, headers: [MessageHeader]) {
        let reason: Reason =
            switch refusal.reason {
            case .undecodable: .undecodable
            case .invalid: .invalid
            case .cardData: .cardData
            }
        let earlier = headers.text(DeadLetterHeader.name("money"))
        let isClean = !DeadLetterHeader.marks(headers) || earlier == MoneyState.notMoved.rawValue
        self.init(
            reason: reason, detail: refusal.detail, money: isClean ? .notMoved : .unknown,
            jobID: refusal.jobID)
    }
}
