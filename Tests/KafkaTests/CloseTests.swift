import Testing

@testable import Kafka

@Suite("Closing a consumer", .timeLimit(.minutes(1)))
struct CloseTests {
    /// Longer than the suite's time limit: who waits for it fails.
    private static let never = Duration.seconds(300)

    /// Whether the group was left, without waiting for a deadline.
    private func close(_ consumer: Consumer) async -> Bool {
        await consumer.close(deadline: Self.never)
    }

    @Test("leaves the group in any phase of an assignment, and ends every wait")
    func phases() async throws {
        let cluster = try Cluster([("jobs", 2)])
        let fresh = try cluster.consumer(group: "fresh")
        #expect(await close(fresh))
        let joining = try cluster.consumer(group: "joining")
        try await joining.subscribe(["jobs"])
        // A broker answers the leaving behind the join, and the mock cluster's first join takes 3 s.
        #expect(await close(joining))
        let offered = try cluster.consumer(group: "offered")
        try await offered.subscribe(["jobs"])
        _ = try await EventReader(offered).assignment()
        #expect(await close(offered))
        let running = try cluster.consumer(group: "running")
        let epoch = try await EventReader(running).join(["jobs"], credit: 1).epoch
        async let waiting = running.next()
        #expect(await close(running))
        #expect(await close(running))
        // What was lost by closing may be told, a record can't be.
        for event in await waiting { if case .records = event { Issue.record("\(event)") } }
        #expect(await running.next().allSatisfy { if case .lost = $0 { true } else { false } })
        #expect(await running.next().isEmpty)
        await #expect(throws: KafkaError.closed) { try await running.subscribe(["jobs"]) }
        await #expect(throws: KafkaError.closed) {
            try await running.commit([.init(topicPartition: partition(0), offset: 1, epoch: epoch)])
        }
        #expect(await !running.start(epoch: epoch, from: [:]))
    }

    @Test("during an unanswered revocation doesn't hang")
    func revoking() async throws {
        let cluster = try Cluster([("jobs", 2)])
        let first = try cluster.consumer()
        let events = EventReader(first)
        _ = try await events.join(["jobs"], credit: 0)
        let second = try cluster.consumer()
        try await second.subscribe(["jobs"])
        try await events.until { if case .revoking = $0 { () } else { nil } }
        #expect(await close(first))
        await second.close(deadline: .seconds(5))
    }

    @Test("ends a pending commit and keeps its deadline when the broker is silent")
    func silentBroker() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let consumer = try cluster.consumer()
        let epoch = try await EventReader(consumer).join(["jobs"], credit: 0).epoch
        try cluster.broker.setLatency(Self.never, of: 1)
        let position = TopicPartitionOffset(topicPartition: partition(0), offset: 1, epoch: epoch)
        async let commit = error { () throws(KafkaError) in try await consumer.commit([position]) }
        // Commands are handled in order, so these round trips let the commit get on its way.
        for _ in 0..<50 { _ = await consumer.release(epoch: AssignmentEpoch(rawValue: 99)) }
        #expect(await !consumer.close(deadline: .milliseconds(300)))
        #expect(await commit == .closed)
    }

    private func error(_ body: () async throws(KafkaError) -> Void) async -> KafkaError? {
        do throws(KafkaError) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test("and everything else survives a broker that goes and comes back")
    func brokerDown() async throws {
        let cluster = try Cluster([("jobs", 1)])
        try await cluster.fill(partition(0), 0..<2)
        let consumer = try cluster.consumer()
        let events = EventReader(consumer)
        _ = try await events.join(["jobs"], credit: 4)
        _ = try await events.records(2)
        try cluster.broker.setDown(1)
        let warning = try await events.until { if case .warning(let error) = $0 { error } else { nil } }
        #expect([.broker(.allBrokersDown), .broker(.transport)].contains(warning))
        try cluster.broker.setUp(1)
        try await cluster.fill(partition(0), 2..<4)
        var offsets: [Int64] = []
        while offsets.last != 3 {
            switch try await events.next() {
            case .records(let records): offsets += records.map(\.offset)
            case .assigning(let assignment):
                _ = await consumer.start(epoch: assignment.epoch, from: [partition(0): .offset(2)])
                consumer.grant(total: 2, partitions: [partition(0): 2])
            case .revoking(let epoch, _): _ = await consumer.release(epoch: epoch)
            case .failed(let error): throw error
            case .lost, .warning, .partitionFailed: break
            }
        }
        #expect(offsets.suffix(2) == [2, 3])
        try cluster.broker.setDown(1)
        await consumer.close(deadline: .seconds(1))
    }

    @Test("happens by itself when nobody holds the consumer any more")
    func released() async throws {
        let cluster = try Cluster([("jobs", 1)])
        var consumer: Consumer? = try cluster.consumer()
        let loop = try #require(consumer).loop
        consumer = nil
        await loop.mailbox.closed()
        #expect(await loop.outbox.next().isEmpty)
    }
}
