import Testing

@testable import Kafka

@Suite("The producer", .timeLimit(.minutes(1)))
struct ProducerTests {
    private func record(_ text: String, partition: Int32? = 0, topic: String = "jobs") -> ProducerRecord {
        ProducerRecord(topic: topic, partition: partition, value: Array(text.utf8))
    }

    @Test("tells where each awaited record is")
    func awaits() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer()
        try await producer.prime(["jobs"])
        _ = try await producer.send(record("first"))
        let clock = ContinuousClock()
        for offset in Int64(1)...20 {
            let start = clock.now
            #expect(try await producer.send(record("next")) == RecordMetadata(partition: 0, offset: offset))
            if offset == 20 { print("awaited send took \(clock.now - start)") }
        }
        await producer.close(deadline: .seconds(5))
    }

    @Test("answers a batch in order, each record by itself")
    func batch() async throws {
        let cluster = try Cluster([("jobs", 2)])
        let producer = try cluster.producer { $0.messageBytesMax = 2000 }
        var records = (0..<300).map { record("\($0)", partition: Int32($0 % 2)) }
        records[100] = record(String(repeating: "x", count: 3000))
        records[101] = record("x", topic: "not a topic")
        records[102] = record("x", partition: -7)
        let results = await producer.send(records)
        #expect(results.count == 300)
        #expect(results[100] == .failure(.rejected(.messageTooLarge)))
        #expect(results[101] == .failure(.rejected(.invalidTopic)))
        #expect(results[102] == .failure(.rejected(.unknownPartition)))
        var next: [Int32: Int64] = [0: 0, 1: 0]
        for (index, result) in results.enumerated() where !(100...102).contains(index) {
            let metadata = try result.get()
            #expect(metadata.partition == Int32(index % 2))
            #expect(metadata.offset == next[metadata.partition])
            next[metadata.partition, default: 0] += 1
        }
        #expect(await producer.send([]).isEmpty)
        await producer.close(deadline: .seconds(5))
    }

    /// The hashes are those of Kafka's own `UtilsTest.testMurmur2`.
    @Test(
        "partitions by key as Java's clients do",
        arguments: [
            ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829), ("abc", 479_470_107),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ] as [(String, Int32)])
    func partitioner(key: String, hash: Int32) async throws {
        let cluster = try Cluster([("jobs", 97)])
        let producer = try cluster.producer()
        let sent = try await producer.send(ProducerRecord(topic: "jobs", key: Array(key.utf8), value: [1]))
        #expect(sent.partition == (hash & 0x7fff_ffff) % 97)
        await producer.close(deadline: .seconds(5))
    }

    @Test("says that a record for an unknown topic is in no log")
    func unknownTopic() async throws {
        let cluster = try Cluster([("jobs", 1)])
        try cluster.broker.setTopicError("jobs", .unknownTopicOrPartition)
        let producer = try cluster.producer {
            $0.kafka.raw["topic.metadata.propagation.max.ms"] = "0"
        }
        // Which of them comes depends on whether the record or the metadata is faster.
        let expected: [Result<RecordMetadata, ProduceError>] = [
            .failure(.failed(.unknownTopicOrPartition)), .failure(.failed(.unknownTopic)),
            .failure(.rejected(.unknownTopic)),
        ]
        let result = try #require(await producer.send([record("x")]).first)
        #expect(expected.contains(result), "\(result)")
        await #expect(throws: KafkaError.broker(.unknownTopicOrPartition)) {
            try await producer.partitionCount(of: "jobs")
        }
        await producer.close(deadline: .seconds(5))
    }

    @Test("says that a record for an unknown partition is in no log")
    func unknownPartition() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer()
        try await producer.prime(["jobs"])
        await #expect(throws: ProduceError.self) { try await producer.send(record("x", partition: 5)) }
        #expect(try await producer.partitionCount(of: "jobs") == 1)
        await producer.close(deadline: .seconds(5))
    }

    @Test("makes senders wait for room, drops nothing and keeps their order")
    func queueFull() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer { $0.queuedMessagesMax = 10 }
        let results = await withTaskGroup(of: [Result<RecordMetadata, ProduceError>].self) { group in
            for sender in 0..<4 {
                group.addTask { await producer.send((0..<100).map { record("\(sender) \($0)") }) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let offsets = try results.map { try $0.map { try #require(try $0.get().offset) } }
        for sender in offsets { #expect(sender == sender.sorted()) }
        #expect(offsets.flatMap { $0 }.sorted() == Array(0..<400))
        await producer.close(deadline: .seconds(5))
    }

    @Test("rejects a record that an empty queue has no room for")
    func neverFits() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer { $0.queuedKilobytesMax = 1 }
        await #expect(throws: ProduceError.rejected(.messageTooLarge)) {
            try await producer.send(record(String(repeating: "x", count: 5000)))
        }
        await producer.close(deadline: .seconds(5))
    }

    @Test("bounds waiting by the message timeout when no broker answers")
    func timeout() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer {
            $0.queuedMessagesMax = 3
            $0.messageTimeout = .milliseconds(700)
        }
        try await producer.prime(["jobs"])
        try cluster.broker.setDown(1)
        let results = await producer.send((0..<6).map { record("\($0)") })
        #expect(results.prefix(3).allSatisfy { $0 == .failure(.failed(.messageTimedOut)) })
        for result in results.suffix(3) {
            let isNeverSent = [.failure(.queueFull), .failure(.failed(.messageTimedOut))].contains(result)
            #expect(isNeverSent, "\(result)")
        }
        await producer.close(deadline: .zero)
    }

    @Test("calls unknown what was sent and never answered")
    func unknown() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer()
        _ = try await producer.send(record("first"))
        try cluster.broker.setLatency(.seconds(30), of: 1)
        async let pending = producer.send([record("second")])
        while producer.isIdle { await Task.yield() }
        #expect(await !producer.flush(deadline: .milliseconds(500)))
        await producer.close(deadline: .milliseconds(100))
        guard case .failure(.unknown) = try #require(await pending.first) else {
            Issue.record("sent and unanswered: \(await pending)")
            return
        }
    }

    @Test("waits for reports when it closes, and refuses what comes after")
    func close() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer {
            $0.linger = .seconds(60)
            $0.messageTimeout = .seconds(90)
        }
        async let pending = producer.send((0..<50).map { record("\($0)") })
        // The task above may not have begun; what it sends after closing began would be refused.
        while producer.isIdle { await Task.yield() }
        async let second: Void = producer.close(deadline: .seconds(5))
        await producer.close(deadline: .seconds(5))
        await second
        for result in await pending { _ = try result.get() }
        await #expect(throws: ProduceError.closed) { try await producer.send(record("late")) }
        await #expect(throws: KafkaError.closed) { try await producer.prime(["jobs"]) }
        #expect(await producer.flush(deadline: .seconds(1)))
    }

    @Test("ends what was never sent as closed or failed, when it closes without a broker")
    func closeWithoutBroker() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer { $0.queuedMessagesMax = 2 }
        try await producer.prime(["jobs"])
        try cluster.broker.setDown(1)
        async let pending = producer.send((0..<5).map { record("\($0)") })
        while producer.isIdle { await Task.yield() }
        let start = ContinuousClock.now
        await producer.close(deadline: .milliseconds(50))
        #expect(ContinuousClock.now - start < .seconds(5))
        let results = await pending
        #expect(results.suffix(3).allSatisfy { $0 == .failure(.closed) })
        for case .failure(let error) in results { #expect(!error.mayHaveBeenWritten) }
        #expect(results.allSatisfy { if case .failure = $0 { true } else { false } })
    }

    @Test("gets over a broker that refuses for a while")
    func retries() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer()
        try cluster.broker.pushErrors([.init(rawValue: 19), .transport], for: .produce)
        #expect(try await producer.send(record("x")).offset == 0)
        await producer.close(deadline: .seconds(5))
    }

    @Test("flushes without lingering")
    func flush() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer {
            $0.linger = .seconds(60)
            $0.messageTimeout = .seconds(90)
        }
        async let pending = producer.send([record("x")])
        while producer.isIdle { await Task.yield() }
        #expect(await producer.flush(deadline: .seconds(20)))
        _ = try #require(await pending.first).get()
        await producer.close(deadline: .seconds(5))
    }

    @Test("says so when it can't go on")
    func fatal() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let producer = try cluster.producer()
        _ = try await producer.send(record("first"))
        // OUT_OF_ORDER_SEQUENCE_NUMBER: the broker has another idea of what was written.
        try cluster.broker.pushErrors([.init(rawValue: 45)], for: .produce)
        for mayHaveBeenWritten in [true, false] {
            guard case .failure(.fatal(_, mayHaveBeenWritten)) = await producer.send([record("x")]).first
            else {
                Issue.record("not fatal, \(mayHaveBeenWritten)")
                continue
            }
        }
        await producer.close(deadline: .seconds(1))
    }
}
