import Kafka
import Logging
import Pipeline

extension Worker {
    /// Asks the brokers, while partitions are held, what changes.
    ///
    /// It has a task of its own: brokers that don't answer hold up nothing else.
    func askingBrokers() async {
        while !isStopped, (try? await time.sleep(until: time.now + .seconds(1))) != nil {
            await limitAttempted()
            if tenures.count > 0 { await countPartitions(of: partitionTotal.due(at: time.now)) }
        }
    }

    /// Asks how many partitions there are in all, of which this worker's share is a part.
    ///
    /// A topic that can't be counted keeps its last count; until each has one, the share stays nothing, and
    /// what needs no share goes on. A topic that doesn't exist has no partitions; when it appears, they come by
    /// an assignment.
    func countPartitions(of topics: [String]) async {
        noteHeldPartitions()
        var round = CountRound(topics, until: time.now + configuration.takeoverQueryTimeout)
        while let (topic, timeout) = round.next(at: time.now) {
            let answer = await askForPartitions(topic, timeout)
            let failure = partitionTotal.note(answer, of: topic, at: time.now)
            if let failure, failure != .closed {
                logger.warning(
                    "accounts with a rate wait until a topic's partitions are counted",
                    metadata: ["kafka.topic": "\(topic)", "kafka.error": "\(failure)"])
            }
        }
        noteHeldPartitions()
        if let total = partitionTotal.count { leases.note(partitionTotal: total) }
    }

    private func noteHeldPartitions() {
        for tenure in tenures.all { partitionTotal.note(tenure.partition) }
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

extension Consumer {
    /// Asks how many partitions a topic has.
    func partitions(of topic: String, timeout: Duration) async -> Result<Int, KafkaError> {
        do throws(KafkaError) {
            return .success(try await partitionCount(of: topic, timeout: timeout))
        } catch {
            return .failure(error)
        }
    }
}
