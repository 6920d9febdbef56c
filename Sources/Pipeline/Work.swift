import PaymentJobs

/// One message on its way through the pipeline.
public struct Work: Sendable {
    /// Which message it is.
    public let ticket: Ticket
    /// The lane whose order it keeps.
    public let lane: Lane
    /// The message.
    public let message: InboundMessage
    /// Where it stood, for a dead letter.
    public let origin: Origin
    /// What an earlier tenure may have done for it.
    public let history: History

    /// One message on its way through the pipeline.
    public init(
        ticket: Ticket, lane: Lane, message: InboundMessage, origin: Origin, history: History = .fresh
    ) {
        self.ticket = ticket
        self.lane = lane
        self.message = message
        self.origin = origin
        self.history = history
    }
}

/// What earlier tenures of a message's partition may have done for it.
public enum History: Sendable, Hashable {
    /// No earlier tenure can have started it.
    case fresh
    /// An earlier tenure may have started it: it is looked up before it is done, and not before `lookFrom`.
    case maybeAttempted(lookFrom: ContinuousClock.Instant?)
}

/// Which message of which tenure of a partition.
///
/// A partition that comes back after a rebalance has a new tenure, so a late completion can't be taken for
/// one of the current tenure.
public struct Ticket: Sendable, Hashable {
    /// The tenure's number, never used twice in a process.
    public let tenure: Int
    /// The message's offset.
    public let offset: Int64

    /// A ticket.
    public init(tenure: Int, offset: Int64) {
        self.tenure = tenure
        self.offset = offset
    }
}

/// Jobs that run one after another: those of one key in one partition's tenure.
public enum Lane: Sendable, Hashable {
    /// The jobs of a key.
    case key(tenure: Int, [UInt8])
    /// A job without a key, which waits for no other.
    case alone(Ticket)
}

/// How a message left the pipeline.
public struct Completion: Sendable {
    /// How it left.
    public enum Ending: Sendable {
        /// With a message to publish: its event, or a dead letter.
        case answered(OutboundMessage)
        /// Without an answer, because its tenure ended before it had one: the next owner does it.
        case abandoned
    }

    /// Which message it was.
    public let ticket: Ticket
    /// The lane whose order its answer keeps.
    public let lane: Lane
    /// How it left.
    public let ending: Ending
    /// Where it stood.
    public let origin: Origin

    init(_ work: Work, _ ending: Ending) {
        ticket = work.ticket
        lane = work.lane
        self.ending = ending
        origin = work.origin
    }
}
