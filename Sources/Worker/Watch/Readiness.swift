import Kafka
import PaymentJobs
import Pipeline

/// Whether a worker does what it is for, and what keeps it from it.
///
/// A gateway or a broker that is away for a while doesn't make it unready.
public struct Readiness: Sendable, Hashable {
    /// A job that holds up its partition: nothing behind it can be committed, and once the window is full
    /// nothing behind it is begun.
    public struct Stall: Sendable, Hashable {
        /// Where the job's record stands.
        public let partition: TopicPartition
        /// Its offset.
        public let offset: Int64
        /// How long it has been the lowest one that isn't done.
        public let age: Duration
        /// The job, as far as the pipeline has it.
        public let stage: JobStage?
    }

    /// A partition that isn't read until an operator decides.
    public struct Stopped: Sendable, Hashable {
        /// The partition.
        public let partition: TopicPartition
        /// Why, without secrets.
        public let reason: String
    }

    /// Whether the group has given this worker its share, which may be empty.
    public let isJoined: Bool
    /// Whether the worker is ending.
    public let isDraining: Bool
    /// Jobs that hold up their partitions for longer than the limit, the oldest first.
    public let stalls: [Stall]
    /// Partitions that stand still, in order.
    public let stopped: [Stopped]

    /// Whether all is well.
    public var isReady: Bool { isJoined && !isDraining && stalls.isEmpty && stopped.isEmpty }
}
