import Testing

@testable import Kafka

/// How the producer is used; see ``TransactionTests`` for what the mock cluster can't show.
@Suite("Using the transactional producer", .timeLimit(.minutes(1)))
struct TransactionalProducerTests {
    private func cluster() throws -> Cluster { try Cluster([("jobs", 1), ("events", 1)]) }

    @Test("keeps batches apart and in order, however many are waiting")
    func order() async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready { $0.producer.queuedMessagesMax = 5 }
        let count = 40
        await withTaskGroup(of: TransactionOutcome.self) { group in
            for number in 0..<count {
                group.addTask {
                    let records = (0..<8).map {
                        ProducerRecord(topic: "events", partition: 0, value: Array("\(number) \($0)".utf8))
                    }
                    return await producer.commit(SealedBatch(records: records))
                }
            }
            for await outcome in group { #expect(outcome == .committed) }
        }
        await producer.close(deadline: .seconds(5))
        // Newer mock clusters write commit markers whose checksums are wrong (seen on 2.16).
        let consumer = try cluster.consumer { $0.kafka.raw["check.crcs"] = "false" }
        let events = EventReader(consumer)
        _ = try await events.join(["events"], credit: count * 8)
        let texts = try await events.records(count * 8).map(\.text)
        let batches = stride(from: 0, to: texts.count, by: 8).map { Array(texts[$0..<($0 + 8)]) }
        let numbers = try batches.map { try #require($0.first?.split(separator: " ").first) }
        #expect(Set(numbers).count == count)
        for (number, batch) in zip(numbers, batches) { #expect(batch == (0..<8).map { "\(number) \($0)" }) }
        await consumer.close(deadline: .seconds(5))
    }

    @Test("takes records alone, offsets alone and nothing at all")
    func parts() async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        #expect(await producer.commit(SealedBatch(records: batch().records)) == .committed)
        #expect(await producer.commit(SealedBatch(records: [], offsets: batch().offsets)) == .committed)
        // A transaction would meet this error; an empty batch has none.
        try cluster.broker.apply(.errors([.invalidTransactionState], .endTransaction))
        #expect(await producer.commit(SealedBatch(records: [])) == .committed)
        let group = ConsumerGroupMetadata(groupID: "group")
        let empty = SealedBatch(records: [], offsets: SealedOffsets(positions: [], group: group))
        #expect(await producer.commit(empty) == .committed)
        await producer.close(deadline: .seconds(5))
    }

    @Test("refuses what can't be sent, names the record, and goes on")
    func refused() async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready { $0.producer.messageBytesMax = 2000 }
        func outcome(_ record: ProducerRecord) async -> TransactionOutcome {
            await producer.commit(SealedBatch(records: batch().records + [record]))
        }
        let large = ProducerRecord(topic: "events", partition: 0, value: Array(repeating: 1, count: 3000))
        #expect(await outcome(large) == .aborted(.recordRefused(index: 2, .messageTooLarge)))
        let unknown = ProducerRecord(topic: "events", partition: 9, value: [1])
        #expect(await outcome(unknown) == .aborted(.recordRefused(index: 2, .unknownPartition)))
        let illegal = ProducerRecord(topic: "no topic", value: [1])
        #expect(await outcome(illegal) == .aborted(.recordRefused(index: 2, .invalidTopic)))
        let offset = TopicPartitionOffset(
            topicPartition: partition(0), offset: 1, metadata: "\0", epoch: AssignmentEpoch(rawValue: 1))
        let offsets = SealedOffsets(positions: [offset], group: ConsumerGroupMetadata(groupID: "group"))
        let reason = "the metadata contains a NUL"
        #expect(
            await producer.commit(SealedBatch(records: [], offsets: offsets))
                == .refused(.invalidCommit(partition(0), reason: reason)))
        try cluster.broker.apply(.topic("missing", .unknownTopicOrPartition))
        let missing = SealedBatch(records: [ProducerRecord(topic: "missing", value: [1])])
        #expect(await producer.commit(missing) == .refused(.broker(.unknownTopicOrPartition)))
        #expect(await producer.commit(batch()) == .committed)
        await producer.close(deadline: .seconds(5))
    }

    @Test("needs to be initialized, gets over what passes, and says what doesn't")
    func initialize() async throws {
        let cluster = try cluster()
        let producer = try cluster.transactional()
        #expect(await producer.commit(batch()) == .refused(.broker(.wrongState)))
        try cluster.broker.apply(.errors([.init(rawValue: 14), .concurrentTransactions], .initProducerID))
        try await producer.initialize(priming: ["events"])
        try await producer.initialize()
        await #expect(throws: KafkaError.invalidTopic("no topic")) {
            try await producer.initialize(priming: ["no topic"])
        }
        #expect(await producer.commit(batch()) == .committed)
        await producer.close(deadline: .seconds(5))
        let forbidden = try cluster.transactional()
        // TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        try cluster.broker.apply(.errors([.init(rawValue: 53)], .initProducerID))
        for _ in 0..<2 {
            do throws(KafkaError) {
                try await forbidden.initialize()
                Issue.record("initialized")
            } catch {
                guard case .fatal(.init(rawValue: 53), _) = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
        #expect(await forbidden.commit(batch()).mustReplaceProducer)
        await forbidden.close(deadline: .seconds(1))
    }

    @Test("can be initialized again when no broker was there in time")
    func brokerDown() async throws {
        let cluster = try cluster()
        try cluster.broker.apply(.down(broker: 1))
        let producer = try cluster.transactional()
        do throws(KafkaError) {
            try await producer.initialize(within: .milliseconds(300))
            Issue.record("initialized without a broker")
        } catch {
            guard case .broker = error else {
                Issue.record("\(error)")
                return
            }
        }
        try cluster.broker.apply(.up(broker: 1))
        try await producer.initialize(priming: ["events"])
        #expect(await producer.commit(batch()) == .committed)
        await producer.close(deadline: .seconds(5))
    }

    @Test("tells the outcome even to a cancelled task")
    func cancelled() async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        let delayed = BrokerFault.Answer(error: nil, delay: .milliseconds(200))
        try cluster.broker.apply(.answers([delayed], .endTransaction, broker: 1))
        let outcome = try await withThrowingTaskGroup(of: TransactionOutcome.self) { group in
            group.addTask { await producer.commit(batch()) }
            try await cluster.waitForRequest(.endTransaction)
            group.cancelAll()
            return try await group.next()
        }
        #expect(outcome == .committed)
        await producer.close(deadline: .seconds(5))
    }

    @Test("finishes what it has when it closes, and refuses what comes after")
    func close() async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        let delayed = BrokerFault.Answer(error: nil, delay: .milliseconds(200))
        try cluster.broker.apply(.answers([delayed], .endTransaction, broker: 1))
        async let first = producer.commit(batch())
        try await cluster.waitForRequest(.endTransaction)
        await producer.close(deadline: .seconds(20))
        #expect(await first == .committed)
        #expect(await producer.commit(batch()) == .refused(.closed))
        await #expect(throws: KafkaError.closed) { try await producer.initialize() }
        await producer.close(deadline: .zero)
    }

    @Test("says what is known when it must close in the middle")
    func closeInTheMiddle() async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        let lost = BrokerFault.Answer(error: nil, delay: .seconds(60))
        try cluster.broker.apply(.answers([lost], .endTransaction, broker: 1))
        async let first = producer.commit(batch())
        try await cluster.waitForRequest(.endTransaction)
        async let second = producer.commit(batch())
        await producer.close(deadline: .milliseconds(50))
        guard case .indefinite(let failure) = await first else {
            Issue.record("\(await first)")
            return
        }
        #expect(failure.call == .commit && failure.mayBeCommitted)
        #expect(await second == .refused(.closed))
    }

    @Test("closes by itself when nobody holds the producer any more")
    func released() async throws {
        let cluster = try cluster()
        var producer: TransactionalProducer? = try await cluster.ready()
        let loop = try #require(producer).loop
        producer = nil
        await loop.core.closed()
        #expect(await loop.ask(closed: true, limit: .zero) { _ in false })
    }

    @Test("closes when a call is stuck, and says what is known")
    func stuck() async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        let end = try WakeUp()
        let (untilBegun, begun) = AsyncStream<Never>.makeStream()
        async let first = producer.loop.ask(closed: "closed", limit: .milliseconds(20)) { answer in
            answer.learn("begun")
            begun.finish()
            end.wait(.seconds(3600))
            return "done"
        }
        for await _ in untilBegun {}
        async let second = producer.commit(batch())
        #expect(await first == "begun")
        // It was waiting behind, or came too late: both know that it hasn't begun.
        #expect(await second == .refused(.closed))
        #expect(await producer.commit(batch()) == .refused(.closed))
        end.signal()
        await producer.close(deadline: .zero)
    }
}
