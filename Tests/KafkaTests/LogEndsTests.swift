import Testing

@testable import Kafka

@Suite("The ends of logs", .timeLimit(.minutes(1)))
struct LogEndsTests {
    /// Longer than the suite's time limit: who waits for it fails.
    private static let never = Duration.seconds(300)

    @Test("are known of many partitions at once, and to whom they don't belong")
    func many() async throws {
        let cluster = try Cluster([("jobs", 12), ("events", 1)])
        for number in 0..<Int32(3) { try await cluster.fill(partition(number), 0..<Int(number)) }
        try await cluster.fill(partition(0, of: "events"), 0..<5)
        let consumer = try cluster.consumer()
        let jobs = (0..<Int32(12)).map { partition($0) }
        let found = try await consumer.ends(
            of: jobs + jobs + [partition(0, of: "events")], timeout: .seconds(10))
        #expect(found.count == 13)
        for number in 0..<Int32(12) {
            let count = number < 3 ? Int64(number) : 0
            #expect(found[partition(number)] == Watermarks(low: 0, high: count))
        }
        #expect(found[partition(0, of: "events")] == Watermarks(low: 0, high: 5))
        #expect(try await consumer.ends(of: [], timeout: .seconds(10)).isEmpty)
        await #expect(throws: KafkaError.invalidTopic("^")) {
            try await consumer.ends(of: [partition(0, of: "^")], timeout: .seconds(10))
        }
        await consumer.close(deadline: .seconds(5))
        await #expect(throws: KafkaError.closed) {
            try await consumer.ends(of: jobs, timeout: .seconds(10))
        }
    }

    @Test("begin where the oldest record is, once older ones are gone")
    func retention() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer()
        // One batch each, and more than the 5 MiB that the embedded broker keeps.
        for _ in 0..<8 {
            let value = [UInt8](repeating: 7, count: 900_000)
            _ = try await producer.send(ProducerRecord(topic: "jobs", partition: 0, value: value))
        }
        await producer.close(deadline: .seconds(5))
        let consumer = try cluster.consumer()
        let events = EventReader(consumer)
        _ = try await events.join(["jobs"], credit: 1)
        let oldest = try await events.records(1)[0].offset
        #expect(oldest > 0)
        let found = try await consumer.ends(of: [partition(0)], timeout: .seconds(10))
        #expect(found == [partition(0): Watermarks(low: oldest, high: 8)])
        await consumer.close(deadline: .seconds(5))
    }

    @Test("and the cluster's id are known right after an assignment")
    func afterAssignment() async throws {
        let cluster = try Cluster([("jobs", 2)])
        try await cluster.fill(partition(1), 0..<3)
        let consumer = try cluster.consumer()
        try await consumer.subscribe(["jobs"])
        let assignment = try await EventReader(consumer).assignment()
        let found = try await consumer.ends(of: assignment.names, timeout: .seconds(10))
        #expect(found[partition(1)] == Watermarks(low: 0, high: 3))
        try cluster.broker.setDown(1)
        #expect(try await !consumer.clusterID(timeout: .milliseconds(1)).isEmpty)
        await consumer.close(deadline: .seconds(1))
    }

    @Test("are asked for again while leaders move or brokers can't tell yet", arguments: [5, 6, 7, 14, 78])
    func transient(_ code: Int32) async throws {
        let cluster = try Cluster([("jobs", 1)])
        try await cluster.fill(partition(0), 0..<2)
        let consumer = try cluster.consumer()
        try cluster.broker.apply(.errors([.init(rawValue: code), .init(rawValue: code)], .listOffsets))
        let found = try await consumer.ends(of: [partition(0)], timeout: .seconds(30))
        #expect(found == [partition(0): Watermarks(low: 0, high: 2)])
        await consumer.close(deadline: .seconds(5))
    }

    @Test("of what this user may not see are refused at once")
    func refused() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let consumer = try cluster.consumer()
        try cluster.broker.apply(.errors([.topicAuthorizationFailed], .listOffsets))
        await #expect(throws: KafkaError.broker(.topicAuthorizationFailed)) {
            try await consumer.ends(of: [partition(0)], timeout: Self.never)
        }
        await consumer.close(deadline: .seconds(5))
    }

    @Test("cost no more than the timeout where a leader is down, or silent, or nobody is there")
    func bounded() async throws {
        let cluster = try Cluster([("jobs", 2)], brokers: 2)
        for number in 0..<Int32(2) {
            try cluster.broker.apply(.leader(partition(number), broker: number + 1))
        }
        let consumer = try cluster.consumer()
        let both = [partition(0), partition(1)]
        #expect(try await consumer.ends(of: both, timeout: .seconds(10)).count == 2)
        try cluster.broker.setDown(2)
        await #expect(throws: KafkaError.broker(.timedOut)) {
            try await consumer.ends(of: both, timeout: .milliseconds(600))
        }
        #expect(try await consumer.ends(of: [partition(0)], timeout: .seconds(10)).count == 1)
        try cluster.broker.setUp(2)
        #expect(try await consumer.ends(of: both, timeout: .seconds(30)).count == 2)
        try cluster.broker.setLatency(Self.never, of: 1)
        await #expect(throws: KafkaError.broker(.timedOut)) {
            try await consumer.ends(of: both, timeout: .milliseconds(600))
        }
        await consumer.close(deadline: .seconds(1))
        cluster.broker.close()
        let alone = try cluster.consumer()
        await #expect(throws: KafkaError.self) {
            try await alone.ends(of: both, timeout: .milliseconds(600))
        }
        await #expect(throws: KafkaError.broker(.timedOut)) {
            try await alone.clusterID(timeout: .milliseconds(600))
        }
        await alone.close(deadline: .seconds(1))
    }

    @Test("and the cluster's id don't keep a consumer from closing")
    func close() async throws {
        let cluster = try Cluster([("jobs", 1)], brokers: 2)
        try cluster.broker.apply(.leader(partition(0), broker: 2))
        try cluster.broker.setDown(2)
        let consumer = try cluster.consumer()
        let loop = consumer.loop
        let (started, begin) = AsyncStream.makeStream(of: Void.self)
        async let ends = error {
            try await loop.queryLane.ask {
                begin.finish()
                return LogEnds(client: loop.client, lane: loop.queryLane)
                    .read([partition(0)], until: .now + Self.never)
            }
        }
        for await _ in started {}
        async let id = error { try await consumer.clusterID(timeout: Self.never) }
        #expect(await consumer.close(deadline: Self.never))
        let ended = await ends
        #expect(ended == .closed)
        let told = await id
        #expect(told == nil || told == .closed)
    }

    private func error<Value>(_ body: () async throws -> Value) async -> KafkaError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? KafkaError
        }
    }
}
