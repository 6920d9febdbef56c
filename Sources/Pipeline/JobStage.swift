import PaymentJobs

/// How far a message in the pipeline is, for whoever has to say why it takes so long.
public struct JobStage: Sendable, Hashable {
    /// A moment of the pipeline's steady clock.
    public typealias Instant = ContinuousClock.Instant

    /// What the message waits for, if it does.
    public enum Step: Sendable, Hashable {
        /// For the jobs before it in its lane.
        case queued
        /// For a free slot.
        case ready
        /// For its account's turn to call.
        case account(Obstacle)
        /// It has a slot; it may wait for a further call's turn, a second at most.
        case running
        /// For its next attempt, or its next look at the gateway, at this moment.
        case waiting(until: Instant)
        /// For another copy of the same job.
        case joined(to: Ticket)
        /// For the moment from which on it shows at the gateway what an earlier tenure did.
        case delayed(until: Instant)
    }

    /// Why an account's jobs don't start now.
    public enum Obstacle: String, Sendable, Hashable {
        /// The gateway refuses the account's credentials.
        case credentials
        /// The gateway fails or is slow, and its breaker is open.
        case breaker
        /// The calls it may make now are used, or the gateway asked for a pause.
        case rate
        /// As many of its jobs run as may.
        case limit
    }

    /// The job's id, once the message has been decoded.
    public let jobID: JobID?
    /// Runs of the job so far; a running one counts when it has ended.
    public let attempts: Int
    /// What it waits for.
    public let step: Step
    /// What the last failed call said, without secrets.
    public let lastError: String?
}

extension JobStage.Obstacle {
    /// Why an account of this status lets no job start.
    init(_ status: AccountStatus) {
        self =
            switch status.state {
            case .credentialsRefused: .credentials
            case .broken, .probing: .breaker
            case .throttled, .working: .rate
            }
    }
}
