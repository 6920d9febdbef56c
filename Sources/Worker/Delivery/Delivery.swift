import Kafka
import PaymentJobs
import Pipeline

/// How answers and positions become durable.
public enum DeliveryMode: String, Sendable, Hashable, CaseIterable {
    /// Positions are committed after the brokers have acknowledged every answer before them; an answer may be
    /// repeated, with the same id.
    case idempotent
    /// Answers and positions are committed in one Kafka transaction; a `read_committed` reader sees each answer
    /// once.
    case atomic
}

/// The client that writes a worker's answers, which it alone uses from now on.
public enum DeliveryClient: Sendable {
    /// For ``DeliveryMode/idempotent``.
    case idempotent(Producer)
    /// For ``DeliveryMode/atomic``: the first producer, and how to make another when it is spent.
    case atomic(TransactionalProducer, TransactionalProducerConfiguration)
}

/// Makes answers durable, and then or together with them the positions behind them.
///
/// Commits are made one at a time, in the order in which they were sealed.
protocol Delivery: Sendable {
    /// Whether answers become durable by a commit only.
    var isAtomic: Bool { get }

    /// Takes a finished record's answer.
    func put(_ completion: Completion) async

    /// Drops the answers of a tenure that has ended: the next owner of its records gives them.
    func drop(tenure: Int) async

    /// Writes what needs no commit, until ``stop()``, or until its client can't go on.
    func run(settling settle: @escaping @Sendable ([Settlement]) async -> Void) async throws(WorkerError)

    /// The answers that become durable with the next commit.
    func take() async -> [LetterQueue.Entry]

    /// When answers wait for a commit, if they do.
    func nextTake() async -> ContinuousClock.Instant?

    /// Commits positions, and answers with them.
    ///
    /// Answers that aren't committed are kept; those of a doubtful outcome until ``resolve(_:at:)``.
    func commit(
        _ answers: [LetterQueue.Entry], at positions: [TopicPartitionOffset]
    ) async -> DeliveryOutcome

    /// Whether a commit of a doubtful outcome was made; nil while that can't be told.
    ///
    /// Where it was not, its answers are taken again.
    func resolve(
        _ answers: [LetterQueue.Entry], at positions: [TopicPartitionOffset]
    ) async throws(WorkerError) -> Bool?

    /// Ends ``run(settling:)`` after what can be written at once has been.
    func stop() async

    /// Ends the client.
    func close(deadline: Duration) async
}

/// What became of a commit.
enum DeliveryOutcome: Sendable {
    /// The positions are committed, without these, and the answers with them.
    case committed(except: Set<TopicPartition>)
    /// Nothing is committed, and the same can't be: the partitions aren't ours any more.
    case notOurs
    /// Nothing certain is known of the positions and nothing was done with the answers; to be made again.
    case failed
    /// Nothing is committed since one answer was refused; it waits, and the others can go at once.
    case answerRefused
    /// It may be made; nothing may be committed before ``Delivery/resolve(_:at:)`` has told.
    case doubtful
    /// The client can't go on.
    case over(WorkerError)
}

/// How a record ended for the ledger.
enum Settlement: Sendable, Equatable {
    /// Its answer is durable.
    case answered(Ticket)
    /// It has no answer and stays open.
    case abandoned(Ticket)

    /// What the end of an entry means once its answer, if it has one, is durable.
    init(_ entry: LetterQueue.Entry) {
        self = entry.letter == nil ? .abandoned(entry.ticket) : .answered(entry.ticket)
    }
}

extension KafkaError {
    /// Whether the same commit can't succeed later either.
    var isOver: Bool {
        switch self {
        case .notAssigned, .invalidCommit, .fatal: true
        case .broker(let code): code.isOtherGeneration
        case .partitions(let codes): codes.values.contains(where: \.isOtherGeneration)
        case .closed, .invalidConfiguration, .invalidTopic, .offsetUnavailable, .noResources: false
        }
    }
}

extension KafkaErrorCode {
    /// Whether the group has gone on without this member's generation.
    var isOtherGeneration: Bool {
        self == .illegalGeneration || self == .unknownMember || self == .rebalanceInProgress
    }
}
