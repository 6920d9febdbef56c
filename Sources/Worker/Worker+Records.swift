import Kafka
import Logging
import PaymentJobs
import Pipeline

extension Worker {
    /// Reacts to one event of the consumer; returns the error that ends the worker, if it is one.
    func handle(_ event: ConsumerEvent) async -> KafkaError? {
        switch event {
        case .records(let records):
            await admit(records)
        case .assigning(let assignment):
            await begin(assignment)
        case .revoking(let epoch, let partitions):
            await revoke(partitions, of: epoch)
        case .lost(let epoch, let partitions):
            await lose(partitions, of: epoch)
        case .partitionFailed(let partition, _, let error):
            report(error, of: partition)
        case .warning(let error):
            logger.warning("Kafka reports a problem", metadata: ["kafka.error": "\(error)"])
        case .failed(let error):
            return error
        }
        return nil
    }

    private func report(_ error: KafkaError, of partition: TopicPartition) {
        let metadata: Logger.Metadata = [
            "kafka.topic": "\(partition.topic)", "kafka.partition": "\(partition.partition)",
            "kafka.error": "\(error)",
        ]
        if case .offsetUnavailable = error {
            logger.critical("a partition stands still until an operator decides", metadata: metadata)
        } else {
            logger.warning("a partition could not be read for a moment", metadata: metadata)
        }
    }

    private func begin(_ assignment: Assignment) async {
        guard !isDraining, !assignment.partitions.isEmpty else { return }
        var starts: [TopicPartition: StartOffset] = [:]
        var opened: [Int] = []
        for assigned in assignment.partitions {
            opened.append(
                tenures.open(
                    assigned.topicPartition, epoch: assignment.epoch, committed: assigned.committedOffset))
            starts[assigned.topicPartition] = assigned.committedOffset.map(StartOffset.offset) ?? .earliest
        }
        await pipeline.open(tenures: opened)
        guard await consumer.start(epoch: assignment.epoch, from: starts) else { return }
        let total = hasGrantedTotal ? 0 : configuration.maxInFlight
        hasGrantedTotal = true
        let window = configuration.window(over: assignment.partitions.count)
        consumer.grant(total: total, partitions: starts.mapValues { _ in window })
        logger.notice("assigned", metadata: ["kafka.partitions": "\(assignment.partitions.count)"])
    }

    private func revoke(_ partitions: [TopicPartition], of epoch: AssignmentEpoch) async {
        let numbers = partitions.compactMap { tenures.current($0, epoch: epoch)?.number }
        leftBehind = isDraining ? leftBehind : LeftBehind()
        await end(numbers, within: configuration.revokeDeadline)
        if !leftBehind.isEmpty {
            logger.warning(
                "partitions were given up unfinished; their next owner asks the gateway again",
                metadata: ["kafka.records": "\(leftBehind.names.joined(separator: " "))"])
        }
        logger.notice("revoked", metadata: ["kafka.partitions": "\(partitions.count)"])
        _ = await consumer.release(epoch: epoch)
    }

    /// Nothing may be committed; what still runs is answered when it ends, and its next owner asks the
    /// gateway with the same key.
    private func lose(_ partitions: [TopicPartition], of epoch: AssignmentEpoch) async {
        let lost = partitions.compactMap { tenures.current($0, epoch: epoch)?.number }
        for number in lost {
            _ = await pipeline.withdraw(tenure: number)
            await close(number)
        }
        // A consumer that closes loses what was ended before, which is nothing to warn of.
        guard !lost.isEmpty else { return }
        logger.warning(
            "partitions were lost: another member owns them already",
            metadata: ["kafka.partitions": "\(lost.count)"])
    }

    private func admit(_ records: [ConsumedRecord]) async {
        var works: [Work] = []
        works.reserveCapacity(records.count)
        var unwanted: [TopicPartition: Int] = [:]
        for record in records {
            if let tenure = tenures.current(record.topicPartition, epoch: record.epoch), !tenure.isEnding,
                tenures.update(tenure.number, { $0.admit(record.offset) }) ?? false
            {
                works.append(work(for: record, tenure: tenure.number))
            } else {
                unwanted[record.topicPartition, default: 0] += 1
            }
        }
        if !unwanted.isEmpty { consumer.grant(total: unwanted.values.reduce(0, +), partitions: unwanted) }
        // A drain that came between has withdrawn the tenure: its records go to the next owner.
        let refused = await pipeline.submit(works)
        for ticket in refused { _ = tenures.update(ticket.tenure) { $0.givenBack(ticket.offset) } }
        if !refused.isEmpty { ringIdleBells() }
    }

    private func work(for record: ConsumedRecord, tenure: Int) -> Work {
        let ticket = Ticket(tenure: tenure, offset: record.offset)
        guard let kind = kinds[record.topic] else { preconditionFailure("a topic that nobody subscribed to") }
        let message = InboundMessage(
            topicKind: kind, key: record.key, value: record.value,
            headers: record.headers.map { MessageHeader(name: $0.name, value: $0.value) },
            timestamp: record.timestampMilliseconds)
        let origin = Origin(
            topic: record.topic, partition: record.partition, offset: record.offset,
            consumerGroup: configuration.groupID)
        let lane = record.key.map { Lane.key(tenure: tenure, $0) } ?? .alone(ticket)
        return Work(ticket: ticket, lane: lane, message: message, origin: origin)
    }
}
