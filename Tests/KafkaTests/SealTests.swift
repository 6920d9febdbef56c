import Testing

@testable import Kafka

@Suite("Sealing offsets", .timeLimit(.minutes(1)))
struct SealTests {
    private func position(_ number: Int32, _ epoch: AssignmentEpoch) -> TopicPartitionOffset {
        TopicPartitionOffset(topicPartition: partition(number), offset: 3, metadata: "map", epoch: epoch)
    }

    @Test("takes what is held, and nothing else")
    func held() async throws {
        let cluster = try Cluster([("jobs", 2), ("events", 1)])
        let consumer = try cluster.consumer()
        let epoch = AssignmentEpoch(rawValue: 1)
        await #expect(throws: KafkaError.notAssigned([partition(0)])) {
            try await consumer.seal([position(0, epoch)])
        }
        let assignment = try await EventReader(consumer).join(["jobs"], credit: 0)
        #expect(assignment.epoch == epoch)
        let sealed = try await consumer.seal([position(0, epoch), position(1, epoch)])
        #expect(sealed.positions == [position(0, epoch), position(1, epoch)])
        #expect(sealed.group.isMembership)
        let producer = try await cluster.ready()
        let batch = SealedBatch(records: batch().records, offsets: sealed)
        #expect(await producer.commit(batch) == .committed)
        await #expect(throws: KafkaError.notAssigned([partition(1)])) {
            try await consumer.seal([position(0, epoch), position(1, AssignmentEpoch(rawValue: 2))])
        }
        await #expect(throws: KafkaError.invalidCommit(partition(0), reason: "is named twice")) {
            try await consumer.seal([position(0, epoch), position(0, epoch)])
        }
        #expect(try await consumer.seal([]).positions.isEmpty)
        await consumer.close(deadline: .seconds(5))
        await #expect(throws: KafkaError.closed) { try await consumer.seal([position(0, epoch)]) }
        await producer.close(deadline: .seconds(5))
    }

    @Test("works during a revocation until the release, and not after it")
    func revoked() async throws {
        let cluster = try Cluster([("jobs", 2)])
        let first = try cluster.consumer()
        let events = EventReader(first)
        let epoch = try await events.join(["jobs"], credit: 0).epoch
        let second = try cluster.consumer()
        try await second.subscribe(["jobs"])
        let revoked = try await events.until { event -> AssignmentEpoch? in
            if case .revoking(let epoch, _) = event { epoch } else { nil }
        }
        #expect(revoked == epoch)
        #expect(try await first.seal([position(0, epoch)]).group.isMembership)
        #expect(await first.release(epoch: epoch))
        await #expect(throws: KafkaError.notAssigned([partition(0)])) {
            try await first.seal([position(0, epoch)])
        }
        await first.close(deadline: .seconds(5))
        await second.close(deadline: .seconds(5))
    }

    @Test("is refused once the coordinator has disowned the member", arguments: [Int32(22), 25])
    func disowned(_ code: Int32) async throws {
        let cluster = try Cluster([("jobs", 1)])
        let consumer = try cluster.consumer()
        let events = EventReader(consumer)
        let epoch = try await events.join(["jobs"], credit: 0).epoch
        try cluster.broker.apply(.errors([.init(rawValue: code)], .heartbeat))
        let lost = try await events.until { event -> [TopicPartition]? in
            if case .lost(epoch, let partitions) = event { partitions } else { nil }
        }
        #expect(lost == [partition(0)])
        await #expect(throws: KafkaError.notAssigned([partition(0)])) {
            try await consumer.seal([position(0, epoch)])
        }
        await consumer.close(deadline: .seconds(5))
    }

    @Test("reads a membership, and that there is none")
    func membership() {
        #expect(!ConsumerGroupMetadata(groupID: "group").isMembership)
        func bytes(_ generation: Int32, _ member: String) -> [UInt8] {
            Array("CGMDv2:".utf8) + withUnsafeBytes(of: generation) { Array($0) }
                + Array("group\0\(member)\0\u{1}".utf8)
        }
        #expect(ConsumerGroupMetadata.isMembership(bytes(4, "member")))
        #expect(!ConsumerGroupMetadata.isMembership(bytes(-1, "member")))
        #expect(!ConsumerGroupMetadata.isMembership(bytes(4, "")))
        for length in 7..<23 {
            let cut = Array(bytes(4, "member").prefix(length))
            #expect(!ConsumerGroupMetadata.isMembership(cut), "\(length)")
        }
        #expect(ConsumerGroupMetadata.isMembership(Array("another version's form".utf8)))
    }

    /// The mock cluster ignores the name (2.0.2 `rd_kafka_mock_handle_JoinGroup`), so only librdkafka's side
    /// of static membership can be seen.
    @Test("names the instance of a static member, and none of a dynamic one", arguments: ["one", nil])
    func instance(_ name: String?) async throws {
        let cluster = try Cluster([("jobs", 1)])
        let consumer = try cluster.consumer { $0.groupInstanceID = name }
        _ = try await EventReader(consumer).join(["jobs"], credit: 0)
        let sealed = try await consumer.seal([])
        let bytes = try #require(sealed.group.bytes)
        #expect((bytes.firstRange(of: Array("one\0".utf8)) != nil) == (name != nil))
        await consumer.close(deadline: .seconds(5))
    }

    @Test("commits can be read back, with their metadata, by anybody")
    func committed() async throws {
        let cluster = try Cluster([("jobs", 2)])
        let consumer = try cluster.consumer()
        let epoch = try await EventReader(consumer).join(["jobs"], credit: 0).epoch
        try await consumer.commit([position(1, epoch)])
        try cluster.broker.apply(.errors([.unstableOffsetCommit, .unstableOffsetCommit], .offsetFetch))
        let read = try await consumer.committed([partition(1), partition(0)])
        #expect(
            read == [
                .init(topicPartition: partition(1), committedOffset: 3, committedMetadata: "map"),
                .init(topicPartition: partition(0), committedOffset: nil, committedMetadata: nil),
            ])
        #expect(try await consumer.committed([]).isEmpty)
        await #expect(throws: KafkaError.invalidTopic("^")) {
            try await consumer.committed([partition(0, of: "^")])
        }
        await consumer.close(deadline: .seconds(5))
    }
}
