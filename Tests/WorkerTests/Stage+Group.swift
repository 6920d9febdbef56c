import Kafka
import Logging
import Pipeline

@testable import Worker

extension Stage {
    func refuseDeadLetters() throws {
        try broker.setTopicError("jobs.dead-letters", .unknownTopicOrPartition)
    }

    func takeDeadLetters() throws {
        try broker.setTopicError("jobs.dead-letters", KafkaErrorCode(rawValue: 0))
    }

    /// What the group has committed, of each partition.
    func committed() async throws -> [AssignedPartition] {
        let consumer = try Consumer(member(of: "group"), logger: logger)
        let all = (0..<Int32(partitions)).map { TopicPartition(topic: "jobs", partition: $0) }
        let committed = try await consumer.committed(all)
        await consumer.close(deadline: .seconds(5))
        return committed
    }

    /// Returns when the group has committed so far in a partition.
    func untilCommitted(_ offset: Int64, partition: Int32 = 0) async throws {
        while try await committed()[Int(partition)].committedOffset ?? -1 < offset {
            try Task.checkCancellation()
        }
    }

    /// What the group has committed beside its offsets, for this program.
    func metadata() async throws -> [CommitMetadata] {
        let consumer = try Consumer(member(of: "group"), logger: logger)
        let cluster = try await consumer.clusterID(timeout: .seconds(10))
        await consumer.close(deadline: .seconds(5))
        return try await committed().map { found in
            let place = CommitPlace(
                cluster: cluster, topic: "jobs", partition: found.topicPartition.partition)
            return try CommitMetadata(
                reading: found.committedMetadata, at: place, committed: found.committedOffset ?? 0)
        }
    }

    /// Commits in the group's name what another program could, in one partition.
    func commitAsAnother(_ offset: Int64, metadata: String?, partition: Int32 = 0) async throws {
        let consumer = try Consumer(member(of: "group"), logger: logger)
        try await consumer.subscribe(["jobs"])
        var isCommitted = false
        while !isCommitted {
            for case .assigning(let assignment) in await consumer.next() {
                let place = TopicPartition(topic: "jobs", partition: partition)
                try await consumer.commit([
                    TopicPartitionOffset(
                        topicPartition: place, offset: offset, metadata: metadata, epoch: assignment.epoch)
                ])
                isCommitted = true
            }
        }
        await consumer.close(deadline: .seconds(5))
    }
}

extension Stage {
    /// Returns when the group has committed that so many jobs above the frontier of partition 0 are done.
    func untilDone(_ count: Int) async throws {
        while try await metadata()[0].done.count < count { try Task.checkCancellation() }
    }

    /// The offset that a partition's next record gets.
    func end(ofPartition partition: Int32, topic: String = "jobs") async throws -> Int64 {
        let consumer = try Consumer(member(of: "reader"), logger: logger)
        let place = TopicPartition(topic: topic, partition: partition)
        let ends = try await consumer.ends(of: [place], timeout: .seconds(10))
        await consumer.close(deadline: .seconds(5))
        return ends[place]?.high ?? 0
    }
}

extension Stage {
    /// Waits until a job of the worker's first tenure is looked up or waits for the takeover delay; whether it
    /// is the latter.
    func isDelayed(offset: Int64, in worker: Worker) async -> Bool {
        while await gateway.looks == 0 {
            if case .delayed = await worker.pipeline.stage(of: Ticket(tenure: 1, offset: offset))?.step {
                return true
            }
            await Task.yield()
        }
        return false
    }

    /// Returns when a job of the worker's first tenure was kept from calling, or when another call came.
    func untilRefused(offset: Int64, in worker: Worker) async {
        let count = await gateway.calls.count
        while await gateway.calls.count == count {
            let stage = await worker.pipeline.stage(of: Ticket(tenure: 1, offset: offset))
            // The tenure may have been lost meanwhile; then its jobs are given back.
            if stage == nil { return }
            if case .waiting = stage?.step { return }
            await Task.yield()
        }
    }
}
