import PaymentJobs

/// What a worker reads, where it answers, and how much it holds at once.
public struct WorkerConfiguration: Sendable {
    /// One inbound topic.
    public struct Inbound: Sendable, Hashable {
        /// The topic's name.
        public var topic: String
        /// What its jobs ask for, unless a message says otherwise.
        public var kind: JobKind
        /// Where its dead letters go.
        public var deadLetterTopic: String

        /// An inbound topic; its dead letters go to `<topic>.dead-letters` unless another name is given.
        public init(topic: String, kind: JobKind, deadLetterTopic: String? = nil) {
            self.topic = topic
            self.kind = kind
            self.deadLetterTopic = deadLetterTopic ?? topic + ".dead-letters"
        }
    }

    /// The inbound topics.
    public var inbound: [Inbound]
    /// Where result events go.
    public var eventTopics: [EventStream: String]
    /// The consumer group, which dead letters name.
    public var groupID: String
    /// Records that may be in flight in one partition: open ones, and done ones above the frontier.
    ///
    /// With many partitions it is less: all windows together hold at most ``maxInFlight``.
    public var window = 1000
    /// Records that may be in flight over all partitions.
    public var maxInFlight = 10_000
    /// The pause between two commits.
    public var commitInterval: Duration = .milliseconds(50)
    /// How long a revoked partition's running jobs are waited for.
    public var revokeDeadline: Duration = .seconds(35)
    /// How long a shutdown waits for running jobs.
    public var drainDeadline: Duration = .seconds(45)
    /// How long leaving the group and flushing the producer may take.
    public var closeDeadline: Duration = .seconds(10)
    /// The pause before an answer is sent again that the broker didn't take.
    public var publishRetryPause: Duration = .seconds(1)
    /// The group's session timeout: how long after an acknowledged commit calls may start.
    public var sessionTimeout: Duration = .seconds(12)
    /// How long one call to the gateway may take.
    public var callTimeout: Duration = .seconds(30)
    /// How far the gateway's search may be behind.
    public var indexLag: Duration = .seconds(10)
    /// Whether no job of the group was ever attempted: then its backlog isn't looked up.
    ///
    /// A group that has committed is refused.
    public var isNewGroup = false
    /// How long one job may hold up its partition before it is reported.
    public var stallLimit: Duration = .seconds(300)

    /// How long each question to the brokers may take of how to go on with partitions; counting those of all
    /// topics is one question.
    let takeoverQueryTimeout: Duration = .seconds(5)
    /// The pause before they are asked again.
    let takeoverRetryPause: Duration = .milliseconds(500)
    /// How often it is asked how many partitions the topics have.
    var partitionCountPauses = PartitionTotal.Pauses()

    /// A configuration with the defaults of everything else.
    public init(inbound: [Inbound], eventTopics: [EventStream: String], groupID: String) {
        self.inbound = inbound
        self.eventTopics = eventTopics
        self.groupID = groupID
    }

    /// The window of each of `partitions`: all windows together hold no more than ``maxInFlight``, so that no
    /// partition waits for another's slow job.
    func window(over partitions: Int) -> Int { max(1, min(window, maxInFlight / max(1, partitions))) }

    /// How long a new owner waits before it looks up what an unclean predecessor may have attempted: that one's
    /// lease may still run, then its last call, and then the gateway's search finds what was done.
    public var takeoverDelay: Duration { sessionTimeout + callTimeout + indexLag }

    /// How far a horizon goes ahead: far enough that a commit in every ``commitInterval`` keeps ahead of what
    /// comes, for small windows too.
    func horizonLead(over partitions: Int) -> Int { max(256, window(over: partitions)) }
}
