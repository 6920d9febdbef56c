import ExactJSON

/// Whether a worker does what it is for, and what keeps it from it: what `/health/ready` answers.
///
/// It holds no key, no e-mail and no token: whoever reaches the port may read it.
public struct ReadinessReport: Sendable, Hashable {
    /// A job that holds up its partition.
    public struct Stall: Sendable, Hashable {
        /// Where its record stands.
        public var topic: String
        /// The partition's number.
        public var partition: Int32
        /// The record's offset.
        public var offset: Int64
        /// How long it has been the lowest one that isn't done.
        public var age: Duration
        /// The job's id; nil where it isn't known.
        public var jobID: String?
        /// What the job waits for, in words.
        public var stage: String
        /// Runs of the job that have ended without an answer; nil where it isn't known.
        public var attempts: Int?

        /// Makes the value.
        public init(
            topic: String, partition: Int32, offset: Int64, age: Duration, jobID: String?, stage: String,
            attempts: Int?
        ) {
            self.topic = topic
            self.partition = partition
            self.offset = offset
            self.age = age
            self.jobID = jobID
            self.stage = stage
            self.attempts = attempts
        }
    }

    /// A partition that isn't read until an operator decides.
    public struct StoppedPartition: Sendable, Hashable {
        /// Its topic.
        public var topic: String
        /// Its number.
        public var partition: Int32
        /// Why, in words.
        public var reason: String

        /// Makes the value.
        public init(topic: String, partition: Int32, reason: String) {
            self.topic = topic
            self.partition = partition
            self.reason = reason
        }
    }

    /// An account whose jobs wait for something that isn't theirs.
    public struct Account: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// What is wrong, in words.
        public var state: String
        /// How long it has been so; nil where it isn't known.
        public var age: Duration?
        /// What the gateway said, or how long the account waits, without secrets.
        public var detail: String?

        /// Makes the value.
        public init(name: String, state: String, age: Duration?, detail: String?) {
            self.name = name
            self.state = state
            self.age = age
            self.detail = detail
        }
    }

    /// Whether the group has given the worker its share.
    public var isJoined: Bool
    /// Whether the worker is ending.
    public var isDraining: Bool
    /// Jobs that hold up their partitions for too long, the oldest first.
    public var stalls: [Stall]
    /// Partitions that stand still.
    public var stoppedPartitions: [StoppedPartition]
    /// Accounts that don't work as they should; a worker is ready all the same.
    public var accounts: [Account]

    /// A report; without anything said, that of a worker that hasn't joined its group yet.
    public init(
        isJoined: Bool = false, isDraining: Bool = false, stalls: [Stall] = [],
        stoppedPartitions: [StoppedPartition] = [], accounts: [Account] = []
    ) {
        self.isJoined = isJoined
        self.isDraining = isDraining
        self.stalls = stalls
        self.stoppedPartitions = stoppedPartitions
        self.accounts = accounts
    }

    /// Whether all is well.
    public var isReady: Bool { isJoined && !isDraining && stalls.isEmpty && stoppedPartitions.isEmpty }
}

extension ReadinessReport {
    var json: JSON {
        .object([
            "ready": .bool(isReady), "joined": .bool(isJoined), "draining": .bool(isDraining),
            "stalls": .array(stalls.map(\.json)),
            "stopped_partitions": .array(stoppedPartitions.map(\.json)),
            "accounts": .array(accounts.map(\.json)),
        ])
    }
}

extension ReadinessReport.Stall {
    fileprivate var json: JSON {
        .object([
            "topic": .string(topic), "partition": JSON(partition), "offset": JSON(offset),
            "age_seconds": JSON(age.components.seconds), "job_id": JSON(jobID), "stage": .string(stage),
            "attempts": attempts.map { JSON($0) } ?? JSON.null,
        ])
    }
}

extension ReadinessReport.Account {
    fileprivate var json: JSON {
        .object([
            "account": .string(name), "state": .string(state),
            "since_seconds": age.map { JSON($0.components.seconds) } ?? JSON.null, "detail": JSON(detail),
        ])
    }
}

extension ReadinessReport.StoppedPartition {
    fileprivate var json: JSON {
        .object(["topic": .string(topic), "partition": JSON(partition), "reason": .string(reason)])
    }
}
