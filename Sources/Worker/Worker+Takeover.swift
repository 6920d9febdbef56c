import Kafka
import Logging
import Pipeline

extension Worker {
    /// Finds out how to go on with each partition that was assigned.
    ///
    /// Records come only once it is decided: until then a partition has no credit.
    func takingOver() async {
        while true {
            await takeoverBell.wait()
            while !isStopped, !Task.isCancelled, tenures.all.contains(where: \.isTakingOver) {
                if await takeOver() { continue }
                try? await time.sleep(until: time.now + configuration.takeoverRetryPause)
            }
            if isStopped || Task.isCancelled { return }
        }
    }

    /// Decides on every partition whose log's ends the brokers tell; false where one has to be asked again.
    private func takeOver() async -> Bool {
        // One that is assigned while the brokers are asked has to be asked for again.
        let asked = tenures.all.filter(\.isTakingOver)
        let partitions = asked.map(\.partition)
        let ends: [TopicPartition: Watermarks]
        let cluster: String
        do throws(KafkaError) {
            cluster = try await self.clusterID()
            await countPartitions(of: partitionTotal.all)
            ends = try await self.ends(of: partitions)
        } catch {
            logger.warning(
                "partitions wait to be taken over until the brokers answer",
                metadata: ["kafka.partitions": "\(partitions.count)", "kafka.error": "\(error)"])
            return false
        }
        var begun: [TopicPartition: Int] = [:]
        for number in asked.map(\.number) {
            guard let tenure = tenures[number], tenure.isTakingOver, let watermarks = ends[tenure.partition]
            else { continue }
            let takeover = Takeover(facts(of: tenure, cluster: cluster, watermarks))
            if let number = begin(tenure, takeover, logEnd: watermarks.high) {
                begun[tenure.partition] = number
            }
        }
        newGroupEpoch = newGroupEpoch ?? begun.values.first.flatMap { tenures[$0]?.epoch }
        grantWindows(Array(begun.keys))
        commitBell.ring()
        return partitions.allSatisfy { ends[$0] != nil }
    }

    /// Both ends of the logs; of as many as can be told, where a leader is away.
    func ends(
        of partitions: [TopicPartition]
    ) async throws(KafkaError) -> [TopicPartition: Watermarks] {
        do throws(KafkaError) {
            return try await consumer.ends(of: partitions, timeout: configuration.takeoverQueryTimeout)
        } catch {
            guard partitions.count > 1 else { throw error }
            var found: [TopicPartition: Watermarks] = [:]
            for partition in partitions {
                let one = try? await consumer.ends(of: [partition], timeout: .seconds(1))
                found[partition] = one?[partition]
            }
            guard !found.isEmpty else { throw error }
            return found
        }
    }

    private func clusterID() async throws(KafkaError) -> String {
        if let cluster { return cluster }
        let found = try await consumer.clusterID(timeout: configuration.takeoverQueryTimeout)
        cluster = found
        return found
    }

    private func facts(of tenure: Tenure, cluster: String, _ ends: Watermarks) -> Takeover.Facts {
        let assigned = tenure.assigned
        let place = CommitPlace(
            cluster: cluster, topic: tenure.partition.topic, partition: tenure.partition.partition)
        let committed = assigned.committedOffset.map { offset in
            Takeover.Committed(
                offset: offset,
                metadata: Result { () throws(MetadataRefusal) in
                    try CommitMetadata(
                        reading: assigned.committedMetadata, at: place, committed: offset)
                })
        }
        // A group is new at its first assignment only.
        let isNew = configuration.isNewGroup && (newGroupEpoch ?? tenure.epoch) == tenure.epoch
        return Takeover.Facts(
            committed: committed, lowWatermark: ends.low, logEnd: ends.high, isNewGroup: isNew)
    }

    private func begin(_ tenure: Tenure, _ takeover: Takeover, logEnd: Int64) -> Int? {
        switch takeover {
        case .stop(let stop):
            _ = tenures.update(tenure.number) { $0.stop = .takeover(stop) }
            logger.critical(
                "a partition stands still until an operator decides",
                metadata: place(tenure, ["kafka.problem": "\(stop)"]))
            return nil
        case .start(let start):
            let lookFrom = start.wasReleased ? nil : tenure.assignedAt + configuration.takeoverDelay
            var ledger = PartitionLedger(
                start, limits: .init(window: configuration.horizonLead(over: tenures.count)))
            if start.isLeaseOver { ledger.limitAttempted(below: logEnd) }
            // Until then an unclean predecessor's lease may hold, and it may start what has just been written.
            let limitsFrom = start.isLeaseOver ? nil : tenure.assignedAt + configuration.sessionTimeout
            if let limitsFrom { leases.delayShare(of: tenure.number, until: limitsFrom) }
            let desk = Desk(ledger: ledger, lookFrom: lookFrom, limitsFrom: limitsFrom)
            _ = tenures.update(tenure.number) { $0.desk = desk }
            if let refusal = start.putAside, refusal != .absent {
                logger.warning(
                    "what the group had committed beside its offset is put aside; its jobs are looked up",
                    metadata: place(tenure, ["kafka.problem": "\(refusal)"]))
            }
            logger.info(
                "partition taken over",
                metadata: place(
                    tenure,
                    [
                        "kafka.offset": "\(start.position)", "ledger.horizon": "\(start.horizon)",
                        "ledger.done": "\(start.done.count)", "ledger.released": "\(start.wasReleased)",
                    ]))
            return tenure.number
        }
    }

    private func grantWindows(_ partitions: [TopicPartition]) {
        guard !partitions.isEmpty else { return }
        let total = hasGrantedTotal ? 0 : configuration.maxInFlight
        hasGrantedTotal = true
        let window = configuration.window(over: tenures.count)
        consumer.grant(
            total: total, partitions: Dictionary(uniqueKeysWithValues: partitions.map { ($0, window) }))
    }

    func place(_ tenure: Tenure, _ more: Logger.Metadata) -> Logger.Metadata {
        [
            "kafka.topic": "\(tenure.partition.topic)", "kafka.partition": "\(tenure.partition.partition)",
        ].merging(more) { $1 }
    }

    /// Refuses to call a group new that has committed anything.
    func checkNewGroup() async throws(WorkerError) {
        guard configuration.isNewGroup else { return }
        let committed: AssignedPartition?
        do throws(KafkaError) {
            var partitions: [TopicPartition] = []
            for topic in configuration.inbound.map(\.topic) {
                let count = try await consumer.partitionCount(of: topic)
                partitions += (0..<Int32(count)).map { TopicPartition(topic: topic, partition: $0) }
            }
            committed = try await consumer.committed(partitions).first { $0.committedOffset != nil }
        } catch {
            throw .consumerFailed(error)
        }
        if let committed {
            throw .groupIsNotNew(committed.topicPartition, offset: committed.committedOffset ?? 0)
        }
    }
}
