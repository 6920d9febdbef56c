import Kafka
import Pipeline

extension Worker {
    /// Asks the brokers, while partitions are held, what changes.
    ///
    /// It has a task of its own: brokers that don't answer hold up nothing else.
    func askingBrokers() async {
        var nextCount = time.now + configuration.partitionCountPause
        while !isStopped, (try? await time.sleep(until: time.now + .seconds(1))) != nil {
            await limitAttempted()
            guard tenures.count > 0, nextCount <= time.now else { continue }
            // What was counted before stays as it is where they don't answer.
            try? await countPartitions()
            nextCount = time.now + configuration.partitionCountPause
        }
    }

    /// Asks how many partitions there are in all, of which this worker's share is a part.
    ///
    /// A topic that doesn't exist has none; when it appears, its partitions come by an assignment.
    func countPartitions() async throws(KafkaError) {
        for topic in configuration.inbound.map(\.topic) {
            do throws(KafkaError) {
                let count = try await consumer.partitionCount(
                    of: topic, timeout: configuration.takeoverQueryTimeout)
                partitionTotal.note(count, of: topic)
            } catch  where error.isAbsence {
                continue
            }
        }
        for tenure in tenures.all { partitionTotal.note(tenure.partition) }
        leases.note(partitionTotal: partitionTotal.count)
    }

    /// Learns of partitions of unclean predecessors what these can't have started.
    func limitAttempted() async {
        let now = time.now
        let due = tenures.all.filter { $0.desk?.limitsFrom.map { $0 <= now } ?? false }
        guard !due.isEmpty, let ends = try? await ends(of: due.map(\.partition)) else { return }
        for tenure in due {
            guard let end = ends[tenure.partition]?.high else { continue }
            _ = tenures.atDesk(tenure.number) { desk in
                desk.ledger.limitAttempted(below: end)
                desk.limitsFrom = nil
            }
        }
    }
}

/// How many partitions the inbound topics have.
///
/// The largest count seen stays: a broker may not know yet of partitions that were added.
struct PartitionTotal: Sendable {
    private var counts: [String: Int] = [:]

    /// All topics' partitions together.
    var count: Int { counts.values.reduce(0, +) }

    /// Notes what a broker has told.
    mutating func note(_ count: Int, of topic: String) { counts[topic] = max(counts[topic] ?? 0, count) }

    /// Notes a partition that there is: partitions are numbered from zero.
    mutating func note(_ partition: TopicPartition) {
        note(Int(partition.partition) + 1, of: partition.topic)
    }
}

extension KafkaError {
    /// Whether a broker has answered that there is no such topic for this user.
    fileprivate var isAbsence: Bool {
        guard case .broker(let code) = self else { return false }
        return [.unknownTopicOrPartition, .unknownTopic, .topicAuthorizationFailed].contains(code)
    }
}
