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
            isJoined = true
            await begin(assignment)
        case .revoking(let epoch, let partitions):
            await revoke(partitions, of: epoch)
        case .lost(let epoch, let partitions):
            await lose(partitions, of: epoch)
        case .partitionFailed(let partition, let epoch, let error):
            report(error, of: partition, epoch)
        case .warning(let error):
            logger.warning("Kafka reports a problem", metadata: ["kafka.error": "\(error)"])
        case .failed(let error):
            return error
        }
        return nil
    }

    private func report(_ error: KafkaError, of partition: TopicPartition, _ epoch: AssignmentEpoch) {
        let metadata: Logger.Metadata = [
            "kafka.topic": "\(partition.topic)", "kafka.partition": "\(partition.partition)",
            "kafka.error": "\(error)",
        ]
        if case .offsetUnavailable = error {
            if let number = tenures.number(partition, epoch: epoch) {
                _ = tenures.update(number) { $0.stop = .unreadable(error) }
            }
            logger.critical("a partition stands still until an operator decides", metadata: metadata)
        } else {
            logger.warning("a partition could not be read for a moment", metadata: metadata)
        }
    }

    /// Begins to read; how to go on with each partition is found out beside it, so that a broker that doesn't
    /// answer holds up no revocation.
    private func begin(_ assignment: Assignment) async {
        guard !isDraining, !isStopped, !assignment.partitions.isEmpty else { return }
        var starts: [TopicPartition: StartOffset] = [:]
        var opened: [Int] = []
        for assigned in assignment.partitions {
            opened.append(tenures.open(assigned, epoch: assignment.epoch, at: time.now))
            starts[assigned.topicPartition] = assigned.committedOffset.map(StartOffset.offset) ?? .earliest
        }
        await pipeline.open(tenures: opened, window: configuration.window(over: tenures.count))
        guard await consumer.start(epoch: assignment.epoch, from: starts) else { return }
        takeoverBell.ring()
        logger.notice("assigned", metadata: ["kafka.partitions": "\(assignment.partitions.count)"])
    }

    private func revoke(_ partitions: [TopicPartition], of epoch: AssignmentEpoch) async {
        let numbers = partitions.compactMap { tenures.number($0, epoch: epoch) }
        leftBehind = isDraining ? leftBehind : LeftBehind()
        await end(numbers, within: configuration.revokeDeadline)
        if !leftBehind.isEmpty {
            logger.warning(
                "partitions were given up unfinished; their next owner looks up what was begun",
                metadata: ["kafka.records": "\(leftBehind.names.joined(separator: " "))"])
        }
        logger.notice("revoked", metadata: ["kafka.partitions": "\(partitions.count)"])
        _ = await consumer.release(epoch: epoch)
    }

    /// Nothing may be committed, and no call may start; its next owner looks up what was begun.
    private func lose(_ partitions: [TopicPartition], of epoch: AssignmentEpoch) async {
        let lost = partitions.compactMap { tenures.number($0, epoch: epoch) }
        giveUp(lost)
        isJoined = false
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
        var freed: [TopicPartition: Int] = [:]
        var touched: Set<Int> = []
        for record in records {
            let number = tenures.number(record.topicPartition, epoch: record.epoch)
            let moved = number.flatMap { number in
                tenures[number]?.isEnding ?? true ? nil : tenures.atDesk(number) { $0.receive(record) }
            }
            if let number, moved != nil { touched.insert(number) }
            // What nobody wants any more goes back to the total.
            if (moved ?? 1) > 0 { freed[record.topicPartition, default: 0] += moved ?? 1 }
        }
        if !freed.isEmpty { consumer.grant(total: freed.values.reduce(0, +), partitions: freed) }
        await dispatch(touched)
        // A horizon, or a lease, may be what they wait for.
        commitBell.ring()
    }

    /// Hands every record that may start to the pipeline.
    func dispatch(_ numbers: some Sequence<Int>) async {
        // One at a time: a lane's jobs must not overtake each other on their way.
        await dispatchTurn.enter()
        defer { dispatchTurn.leave() }
        var works: [Work] = []
        let now = time.now
        for number in numbers {
            // Without a lease a job would only wait in its slot; the commit that gives one comes back here.
            let mayStart = tenures[number].map { !$0.isEnding && ($0.leaseEnd ?? now) > now }
            guard mayStart ?? false else { continue }
            while let (record, history) = tenures.atDesk(number, { $0.start() }) ?? nil {
                works.append(work(for: record, tenure: number, history))
            }
        }
        guard !works.isEmpty else { return }
        // A drain that came between has withdrawn the tenure: its records go to the next owner.
        let refused = await pipeline.submit(works)
        for ticket in refused { givenBack(ticket) }
        if !refused.isEmpty { ringIdleBells() }
    }

    private func work(for record: ConsumedRecord, tenure: Int, _ history: History) -> Work {
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
        return Work(ticket: ticket, lane: lane, message: message, origin: origin, history: history)
    }
}
