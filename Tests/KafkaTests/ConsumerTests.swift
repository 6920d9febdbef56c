import Testing

@testable import Kafka

@Suite("The consumer", .timeLimit(.minutes(1)))
struct ConsumerTests {
    @Test("reads every record of every partition, in order")
    func readsAll() async throws {
        let cluster = try Cluster([("jobs", 4)])
        for number in 0..<Int32(4) { try await cluster.fill(partition(number), 0..<200) }
        let consumer = try cluster.consumer()
        let events = EventReader(consumer)
        let assignment = try await events.join(["jobs"], credit: 800)
        #expect(assignment.names == (0..<4).map { partition($0) })
        #expect(assignment.partitions.allSatisfy { $0.committedOffset == nil })
        let records = try await events.records(800)
        for number in 0..<Int32(4) {
            let read = records.filter { $0.partition == number }
            #expect(read.map(\.text) == (0..<200).map(String.init))
            #expect(read.map(\.offset) == Array(0..<200))
        }
        #expect(records.allSatisfy { $0.epoch == assignment.epoch && $0.topic == "jobs" })
        await consumer.close(deadline: .seconds(5))
    }

    @Test("keeps keys, headers, timestamps, nulls and emptiness")
    func roundTrip() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let headers = [RecordHeader("a", [0, 255]), RecordHeader("b", nil), RecordHeader("a", [])]
        let producer = try cluster.producer()
        let sent = [
            ProducerRecord(
                topic: "jobs", partition: 0, key: [1, 0, 2], value: [0, 1], headers: headers,
                timestampMilliseconds: 1_700_000_000_123),
            ProducerRecord(topic: "jobs", partition: 0, key: nil, value: nil),
            ProducerRecord(topic: "jobs", partition: 0, key: [], value: []),
        ]
        for result in await producer.send(sent) { _ = try result.get() }
        await producer.close(deadline: .seconds(5))
        let consumer = try cluster.consumer()
        let events = EventReader(consumer)
        _ = try await events.join(["jobs"], credit: 3)
        let read = try await events.records(3)
        for (sent, read) in zip(sent, read) {
            #expect(read.key == sent.key)
            #expect(read.value == sent.value)
            #expect(read.headers == sent.headers)
        }
        #expect(read[0].timestampMilliseconds == 1_700_000_000_123)
        #expect((read[1].timestampMilliseconds ?? 0) > 1_700_000_000_123)
        await consumer.close(deadline: .seconds(5))
    }

    @Test("delivers exactly what was granted")
    func credit() async throws {
        let cluster = try Cluster([("jobs", 3)])
        for number in 0..<Int32(3) { try await cluster.fill(partition(number), 0..<100) }
        let consumer = try cluster.consumer()
        let events = EventReader(consumer)
        _ = try await events.join(["jobs"], credit: 0)
        consumer.grant(total: 10, partitions: [partition(0): 4, partition(1): 4])
        // Eight by partition, although the total has room for ten.
        var counts = try await self.counts(events, 8)
        #expect(counts == [0: 4, 1: 4])
        consumer.grant(total: 0, partitions: [partition(2): 50])
        counts = try await self.counts(events, 2)
        #expect(counts == [2: 2], "the rest of the total")
        // Nothing is left of the total; every further record must come from these single grants.
        for _ in 0..<20 {
            consumer.grant(total: 1, partitions: [:])
            counts = try await self.counts(events, 1)
            #expect(counts == [2: 1])
        }
        consumer.grant(total: 1000, partitions: [partition(0): 1000, partition(1): 1000, partition(2): 1000])
        counts = try await self.counts(events, 270)
        #expect(counts == [0: 96, 1: 96, 2: 78])
        await consumer.close(deadline: .seconds(5))
    }

    /// Reads `count` records; more than that in the events that carry them would be a surplus.
    private func counts(_ events: EventReader, _ count: Int) async throws -> [Int32: Int] {
        try await events.records(count).reduce(into: [:]) { $0[$1.partition, default: 0] += 1 }
    }

    @Test("commits with metadata, which the next assignment reads")
    func commits() async throws {
        let cluster = try Cluster([("jobs", 2)])
        let first = try cluster.consumer()
        let assignment = try await EventReader(first).join(["jobs"], credit: 0)
        let metadata = "map:" + String(repeating: "é", count: 2000)
        try await first.commit([
            .init(topicPartition: partition(0), offset: 17, metadata: metadata, epoch: assignment.epoch),
            .init(topicPartition: partition(1), offset: 0, epoch: assignment.epoch),
        ])
        try await first.commit([])
        await first.close(deadline: .seconds(5))
        let second = try cluster.consumer()
        let events = EventReader(second)
        try await second.subscribe(["jobs"])
        let read = try await events.assignment()
        #expect(
            read.partitions == [
                .init(topicPartition: partition(0), committedOffset: 17, committedMetadata: metadata),
                .init(topicPartition: partition(1), committedOffset: 0, committedMetadata: nil),
            ])
        await second.close(deadline: .seconds(5))
    }

    @Test("refuses commits that aren't its own, and reports the broker's refusal")
    func refusedCommits() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let consumer = try cluster.consumer()
        let epoch = try await EventReader(consumer).join(["jobs"], credit: 0).epoch
        func position(_ number: Int32, _ epoch: AssignmentEpoch) -> TopicPartitionOffset {
            .init(topicPartition: partition(number), offset: 1, epoch: epoch)
        }
        await #expect(throws: KafkaError.notAssigned([partition(5)])) {
            try await consumer.commit([position(0, epoch), position(5, epoch)])
        }
        await #expect(throws: KafkaError.notAssigned([partition(0)])) {
            try await consumer.commit([position(0, AssignmentEpoch(rawValue: epoch.rawValue + 1))])
        }
        await #expect(throws: KafkaError.invalidCommit(partition(0), reason: "the metadata contains a NUL")) {
            try await consumer.commit([
                .init(topicPartition: partition(0), offset: 1, metadata: "\0", epoch: epoch)
            ])
        }
        try cluster.broker.pushErrors([.offsetMetadataTooLarge], for: .offsetCommit)
        await #expect(throws: KafkaError.partitions([partition(0): .offsetMetadataTooLarge])) {
            try await consumer.commit([position(0, epoch)])
        }
        try await consumer.commit([position(0, epoch)])
        #expect(await !consumer.start(epoch: AssignmentEpoch(rawValue: 99), from: [partition(0): .earliest]))
        #expect(await !consumer.start(epoch: epoch, from: [:]), "an epoch starts once")
        #expect(await !consumer.release(epoch: epoch), "nothing is being revoked")
        await consumer.close(deadline: .seconds(5))
    }

    @Test("asks again until committed offsets are stable")
    func unstableOffsets() async throws {
        let cluster = try Cluster([("jobs", 1)])
        try cluster.broker.pushErrors(
            [.unstableOffsetCommit, .unstableOffsetCommit, .unstableOffsetCommit], for: .offsetFetch)
        let consumer = try cluster.consumer()
        try await consumer.subscribe(["jobs"])
        #expect(try await EventReader(consumer).assignment().names == [partition(0)])
        await consumer.close(deadline: .seconds(5))
    }

    @Test("fails a partition whose start offset isn't in the log, and only that one")
    func outOfRange() async throws {
        let cluster = try Cluster([("jobs", 3)])
        for number in 0..<Int32(3) { try await cluster.fill(partition(number), 0..<3) }
        let consumer = try cluster.consumer()
        let events = EventReader(consumer)
        try await consumer.subscribe(["jobs"])
        let epoch = try await events.assignment().epoch
        let starts: [TopicPartition: StartOffset] = [
            partition(0): .offset(1000), partition(1): .offset(-1), partition(2): .offset(1),
        ]
        #expect(await consumer.start(epoch: epoch, from: starts))
        consumer.grant(total: 9, partitions: [partition(0): 3, partition(1): 3, partition(2): 3])
        var failed: Set<TopicPartition> = []
        var texts: [String] = []
        while failed.count < 2 || texts.count < 2 {
            switch try await events.next() {
            case .partitionFailed(let partition, epoch, .offsetUnavailable): failed.insert(partition)
            case .records(let records): texts += records.map { "\($0.partition):\($0.text)" }
            case let event: Issue.record("unexpected \(event)")
            }
        }
        #expect(failed == [partition(0), partition(1)])
        #expect(texts == ["2:1", "2:2"])
        await consumer.close(deadline: .seconds(5))
    }

    @Test("knows a topic's partitions and the cluster")
    func queries() async throws {
        let cluster = try Cluster([("jobs", 3)])
        let consumer = try cluster.consumer()
        #expect(try await consumer.partitionCount(of: "jobs") == 3)
        #expect(try await !consumer.clusterID().isEmpty)
        await #expect(throws: KafkaError.invalidTopic("^jobs")) { try await consumer.subscribe(["^jobs"]) }
        await #expect(throws: KafkaError.invalidTopic("")) { try await consumer.partitionCount(of: "") }
        await consumer.close(deadline: .seconds(5))
        await #expect(throws: KafkaError.closed) { try await consumer.partitionCount(of: "jobs") }
        await #expect(throws: KafkaError.closed) { try await consumer.clusterID() }
    }

    @Test("says so when it can't go on, and still closes")
    func fatal() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let consumer = try cluster.consumer { $0.groupInstanceID = "one" }
        let events = EventReader(consumer)
        let epoch = try await events.join(["jobs"], credit: 0).epoch
        // FENCED_INSTANCE_ID: another member has our name.
        try cluster.broker.pushErrors([.init(rawValue: 82)], for: .heartbeat)
        let failure = try await events.next()
        guard case .failed(let fatal) = failure, case .fatal(.init(rawValue: 82), _) = fatal else {
            Issue.record("\(failure)")
            return
        }
        await #expect(throws: fatal) {
            try await consumer.commit([.init(topicPartition: partition(0), offset: 1, epoch: epoch)])
        }
        await consumer.close(deadline: .seconds(2))
    }
}
