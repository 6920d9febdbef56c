import Testing

@testable import Kafka

/// What the producer makes of the brokers' answers.
///
/// The mock cluster's transactions aren't real: it shows aborted records and drops a transaction's
/// offsets. These tests show our state machine, and nothing about what readers see.
@Suite("The transactional producer", .timeLimit(.minutes(1)))
struct TransactionTests {
    struct Row: Sendable, CustomStringConvertible {
        let request: EmbeddedBroker.Request
        let codes: [Int32]

        init(_ request: EmbeddedBroker.Request, _ codes: Int32...) {
            (self.request, self.codes) = (request, codes)
        }

        var description: String { "\(request) \(codes)" }
    }

    private func cluster() throws -> Cluster { try Cluster([("jobs", 1), ("events", 1)]) }

    private func push(_ row: Row, to cluster: Cluster) throws {
        try cluster.broker.apply(.errors(row.codes.map { KafkaErrorCode(rawValue: $0) }, row.request))
    }

    @Test(
        "gets over errors that pass",
        arguments: [
            Row(.addPartitionsToTransaction, 51, 51, 51, 51, 51), Row(.addPartitionsToTransaction, 14),
            Row(.addPartitionsToTransaction, 15, 16), Row(.addOffsetsToTransaction, 14, 16),
            Row(.addOffsetsToTransaction, 15, 51), Row(.transactionOffsetCommit, 16),
            Row(.transactionOffsetCommit, 14), Row(.transactionOffsetCommit, 15),
            Row(.endTransaction, 16, 14, 51), Row(.endTransaction, 15), Row(.produce, 19, 19),
            Row(.produce, 6, 7), Row(.produce, 20), Row(.findCoordinator, 15, 15),
        ])
    func retried(_ row: Row) async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        try push(row, to: cluster)
        for _ in 0..<2 {
            let outcome = await producer.commit(batch())
            #expect(outcome == .committed, "\(outcome)")
        }
        await producer.close(deadline: .seconds(5))
    }

    /// librdkafka 2.0.2 gets over all of them; 2.16 loses its own way in some, for ever.
    @Test(
        "gets over a broken connection, or is replaced",
        arguments: [
            Row(.addPartitionsToTransaction, -195), Row(.addOffsetsToTransaction, -195),
            Row(.transactionOffsetCommit, -195), Row(.endTransaction, -195), Row(.produce, -195),
        ])
    func disconnected(_ row: Row) async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready { $0.transactionTimeout = .seconds(2) }
        try push(row, to: cluster)
        let outcome = await producer.commit(batch())
        if outcome.mustReplaceProducer { return try await replace(producer, cluster) }
        #expect(outcome == .committed)
        await producer.close(deadline: .seconds(5))
    }

    @Test(
        "aborts where nothing is in doubt, and the same producer commits the next batch",
        arguments: [
            (Row(.transactionOffsetCommit, 22), .groupMoved(.illegalGeneration)),
            (Row(.transactionOffsetCommit, 25), .groupMoved(.unknownMember)),
            (Row(.transactionOffsetCommit, 27), .groupMoved(.rebalanceInProgress)),
            (Row(.transactionOffsetCommit, 82), .groupMoved(.fencedInstance)),
            (Row(.transactionOffsetCommit, 12), .metadataTooLarge),
            (Row(.transactionOffsetCommit, 30), .refused(.sendOffsets, .init(rawValue: 30))),
            (Row(.addOffsetsToTransaction, 30), .refused(.sendOffsets, .init(rawValue: 30))),
            (Row(.produce, 10), .recordRefused(index: 0, .messageTooLarge)),
            (Row(.produce, 48), .refused(.produce, .invalidTransactionState)),
            (Row(.produce, 59), .refused(.produce, .unknownProducerID)),
            (Row(.endTransaction, -1), .refused(.commit, .init(rawValue: -1))),
        ] as [(Row, AbortReason)])
    func aborted(_ row: Row, _ reason: AbortReason) async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        try push(row, to: cluster)
        let outcome = await producer.commit(batch())
        #expect(outcome == .aborted(reason), "\(outcome)")
        for _ in 0..<2 {
            let next = await producer.commit(batch())
            #expect(next == .committed, "\(next)")
        }
        await producer.close(deadline: .seconds(5))
    }

    /// Partitions are registered while the offsets are being sent, and either call may notice a refusal.
    @Test("aborts where a partition can't be registered, and tells the cause")
    func unregistered() async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        let forbidden = KafkaErrorCode(rawValue: 29)
        try cluster.broker.apply(.errors([forbidden], .addPartitionsToTransaction))
        let outcome = await producer.commit(batch())
        let calls: [TransactionCall] = [.produce, .sendOffsets]
        #expect(calls.map { .aborted(.refused($0, forbidden)) }.contains(outcome), "\(outcome)")
        #expect(await producer.commit(batch()) == .committed)
        await producer.close(deadline: .seconds(5))
    }

    @Test(
        "is spent by what can't be undone, and a new producer commits the batch",
        arguments: [
            (Row(.produce, 47), .produce, true), (Row(.produce, 45), .produce, false),
            (Row(.addPartitionsToTransaction, 90), .produce, true),
            (Row(.addOffsetsToTransaction, 48), .sendOffsets, false),
            (Row(.transactionOffsetCommit, 47), .sendOffsets, true),
            (Row(.transactionOffsetCommit, 48), .sendOffsets, false),
            (Row(.addPartitionsToTransaction, 47), .produce, true),
            (Row(.addPartitionsToTransaction, 48), .produce, false),
            (Row(.addOffsetsToTransaction, 47), .sendOffsets, true),
            (Row(.endTransaction, 48), .commit, false), (Row(.endTransaction, 47), .commit, true),
            (Row(.endTransaction, 90), .commit, true),
        ] as [(Row, TransactionCall, Bool)])
    func fatal(_ row: Row, _ call: TransactionCall, _ isFencing: Bool) async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        try push(row, to: cluster)
        let outcome = await producer.commit(batch())
        switch outcome {
        case .fenced(let failure) where isFencing, .fatal(let failure) where !isFencing:
            // Which call notices a failed record or partition first is a matter of speed.
            #expect(failure.call == call || call == .produce)
            #expect(failure.mayBeCommitted == (call == .commit), "\(failure)")
        default: Issue.record("\(outcome)")
        }
        try await replace(producer, cluster)
    }

    @Test("calls a commit indefinite where an abort would prove nothing", arguments: [Int32(59), 49])
    func unprovable(_ code: Int32) async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready()
        try cluster.broker.apply(.errors([.init(rawValue: code)], .endTransaction))
        guard case .indefinite(let failure) = await producer.commit(batch()) else {
            Issue.record("an abort was trusted")
            return
        }
        #expect(failure.call == .commit && failure.mayBeCommitted)
        #expect(failure.code.rawValue == code)
        try await replace(producer, cluster)
    }

    @Test(
        "calls indefinite what no answer came for",
        arguments: [
            (.endTransaction, .commit), (.transactionOffsetCommit, .sendOffsets),
            (.addOffsetsToTransaction, .sendOffsets),
        ] as [(EmbeddedBroker.Request, TransactionCall)])
    func unanswered(_ request: EmbeddedBroker.Request, _ call: TransactionCall) async throws {
        let cluster = try cluster()
        let producer = try await cluster.ready { $0.transactionTimeout = .seconds(1) }
        let lost = BrokerFault.Answer(error: nil, delay: .seconds(60))
        try cluster.broker.apply(.answers([lost], request, broker: 1))
        guard case .indefinite(let failure) = await producer.commit(batch()) else {
            Issue.record("an answer was invented")
            return
        }
        #expect(failure.call == call)
        #expect(failure.mayBeCommitted == (call == .commit))
        try await replace(producer, cluster)
    }

    @Test("commits nothing while the brokers are gone, and the batch afterwards", arguments: [true, false])
    func brokersDown(_ hasOffsets: Bool) async throws {
        let cluster = try cluster()
        var producer = try await cluster.ready { $0.transactionTimeout = .seconds(1) }
        try cluster.broker.apply(.down(broker: 1))
        let batch = SealedBatch(records: batch().records, offsets: hasOffsets ? batch().offsets : nil)
        var outcome = await producer.commit(batch)
        #expect(!outcome.mayBeCommitted, "\(outcome)")
        try cluster.broker.apply(.up(broker: 1))
        // librdkafka waits up to 10 s before it connects again, which is several batches' time.
        while outcome != .committed {
            try Task.checkCancellation()
            if outcome.mustReplaceProducer {
                await producer.close(deadline: .zero)
                producer = try await cluster.ready()
            }
            outcome = await producer.commit(batch)
        }
        await producer.close(deadline: .seconds(5))
    }

    /// A spent producer refuses, and a new one with the same transactional id commits.
    private func replace(_ producer: TransactionalProducer, _ cluster: Cluster) async throws {
        let refusal = await producer.commit(batch())
        #expect(refusal.mustReplaceProducer && !refusal.mayBeCommitted, "\(refusal)")
        await #expect(throws: KafkaError.self) { try await producer.initialize() }
        await producer.close(deadline: .seconds(1))
        let second = try await cluster.ready()
        #expect(await second.commit(batch()) == .committed)
        await second.close(deadline: .seconds(5))
    }
}
