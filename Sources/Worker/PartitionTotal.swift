import Kafka

/// How many partitions the inbound topics have, and when which of them is to be counted again.
///
/// The largest count seen stays: a broker may not know yet of partitions that were added.
struct PartitionTotal: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// How long after an answer a topic is counted again.
    struct Pauses: Sendable {
        /// It may get more partitions.
        var counted: Duration = .seconds(60)
        /// Somebody may create it, or a broker doesn't know it yet: others may own its partitions already.
        var absent: Duration = .seconds(5)
        /// The brokers couldn't tell.
        var failed: Duration = .seconds(1)
    }

    private struct Topic {
        let name: String
        /// What is certain: told by a broker, or an assigned partition's number.
        var count = 0
        /// Whether a broker has told how many it has, or that there is no such topic.
        var isCounted = false
        /// When it is to be counted again; nil before the first answer.
        var due: Instant?
        /// Why it couldn't be counted the last time.
        var failure: KafkaError?
    }

    private let pauses: Pauses
    /// Those asked longest ago first.
    private var topics: [Topic]

    /// Topics of which nothing is known yet.
    init(topics: [String], pauses: Pauses = Pauses()) {
        self.topics = topics.map { Topic(name: $0) }
        self.pauses = pauses
    }

    /// All topics' partitions together; nil until each topic has been counted once, because a part of what is
    /// known by then would be too large.
    var count: Int? { topics.allSatisfy(\.isCounted) ? topics.map(\.count).reduce(0, +) : nil }

    /// The topics, in the order in which they are to be counted.
    var all: [String] { topics.map(\.name) }

    /// Those of them that are to be counted again by now.
    func due(at now: Instant) -> [String] {
        topics.filter { $0.due.map { $0 <= now } ?? true }.map(\.name)
    }

    /// Notes what the brokers have answered.
    ///
    /// - Returns: Why the topic has no count; nil where it has one, and where that was so before.
    mutating func note(
        _ answer: Result<Int, KafkaError>, of name: String, at now: Instant
    ) -> KafkaError? {
        guard let index = topics.firstIndex(where: { $0.name == name }) else { return nil }
        var topic = topics.remove(at: index)
        defer { topics.append(topic) }
        let former = topic.failure
        topic.failure = nil
        switch answer {
        case .success(let count):
            topic.count = max(topic.count, count)
            topic.isCounted = true
            topic.due = now + pauses.counted
        case .failure(let error):
            // A broker that doesn't know a topic with a partition that is certain can't tell.
            let isAbsent = error.isAbsence && topic.count == 0
            topic.due = now + (isAbsent ? pauses.absent : pauses.failed)
            topic.isCounted = topic.isCounted || isAbsent
            if !topic.isCounted { topic.failure = error }
        }
        return topic.failure == former ? nil : topic.failure
    }

    /// Notes a partition that there is: partitions are numbered from zero.
    mutating func note(_ partition: TopicPartition) {
        guard let index = topics.firstIndex(where: { $0.name == partition.topic }) else { return }
        topics[index].count = max(topics[index].count, Int(partition.partition) + 1)
    }
}

/// Topics that are counted one after the other; it takes no longer than one of them may.
struct CountRound: Sendable {
    private let end: ContinuousClock.Instant
    private var left: ArraySlice<String>

    /// A round over `topics` that ends at `end`.
    init(_ topics: [String], until end: ContinuousClock.Instant) {
        left = topics[...]
        self.end = end
    }

    /// The next topic to count, and how long that may take; nil where the round is over.
    mutating func next(at now: ContinuousClock.Instant) -> (topic: String, timeout: Duration)? {
        guard now < end, let topic = left.popFirst() else { return nil }
        return (topic, now.duration(to: end))
    }
}

extension KafkaError {
    /// Whether a broker has answered that there is no such topic for this user.
    fileprivate var isAbsence: Bool {
        guard case .broker(let code) = self else { return false }
        return [.unknownTopicOrPartition, .unknownTopic, .topicAuthorizationFailed].contains(code)
    }
}
