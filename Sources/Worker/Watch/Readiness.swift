import Kafka
import PaymentJobs
import Pipeline

/// Whether a worker does what it is for, and what keeps it from it.
///
/// A gateway or a broker that is away for a while doesn't make it unready, nor does an account that waits.
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

    /// An account whose jobs wait for something that isn't theirs; other accounts' jobs go on.
    public struct Account: Sendable, Hashable {
        /// The account.
        public let name: AccountName
        /// What is wrong, in words.
        public let state: String
        /// How long it has been so; nil where it isn't known.
        public let age: Duration?
        /// What the gateway said, or how long the account waits, without secrets.
        public let detail: String?
    }

    /// Whether the group has given this worker its share, which may be empty.
    public let isJoined: Bool
    /// Whether the worker is ending.
    public let isDraining: Bool
    /// Jobs that hold up their partitions for longer than the limit, the oldest first.
    public let stalls: [Stall]
    /// Partitions that stand still, in order.
    public let stopped: [Stopped]
    /// Accounts that don't work as they should, in order; they don't make the worker unready.
    public var accounts: [Account] = []

    /// Whether all is well.
    public var isReady: Bool { isJoined && !isDraining && stalls.isEmpty && stopped.isEmpty }
}

extension Readiness.Account {
    /// What people are told of an account; nil of one that works.
    init?(_ name: AccountName, _ status: AccountStatus, at now: ContinuousClock.Instant) {
        self.name = name
        func seconds(until end: ContinuousClock.Instant) -> String {
            "for \(max(0, now.duration(to: end).components.seconds)) s more"
        }
        switch status.state {
        case .working: return nil
        case .credentialsRefused(let since, let fault):
            state = "credentials refused"
            age = since.duration(to: now)
            detail = fault.code
        case .broken(let until):
            state = "circuit breaker open"
            age = nil
            detail = seconds(until: until)
        case .probing:
            state = "circuit breaker half open"
            age = nil
            detail = "a few calls find out whether the gateway answers again"
        case .throttled(let until):
            state = "throttled by the gateway"
            age = nil
            detail = seconds(until: until)
        }
    }
}

extension GatewayFault {
    /// Status and codes; without both the message, which is scrubbed.
    fileprivate var code: String {
        var parts = httpStatus.map { ["HTTP \($0)"] } ?? []
        if !codes.isEmpty { parts.append("code " + codes.joined(separator: ", ")) }
        return parts.isEmpty ? message : parts.joined(separator: ", ")
    }
}
