import Kafka
import PaymentJobs
import Pipeline
import Testing

@testable import Worker

/// A worker that answers in transactions, on the embedded broker.
///
/// That broker ignores transactions: what is aborted is readable, and positions that are committed in one are
/// not kept. So this shows what the worker does after each outcome, and not that readers see each answer once.
@Suite(.timeLimit(.minutes(3))) struct AtomicDeliveryTests {
    /// An error of one request, and then the job goes on.
    struct Row: CustomTestStringConvertible, Sendable {
        let code: Int32
        let request: EmbeddedBroker.Request
        var testDescription: String { "\(request) \(code)" }
    }

    @Test(arguments: [
        Row(code: 22, request: .transactionOffsetCommit), Row(code: 25, request: .transactionOffsetCommit),
        Row(code: 48, request: .endTransaction), Row(code: 48, request: .addOffsetsToTransaction),
        Row(code: 29, request: .addPartitionsToTransaction), Row(code: 47, request: .endTransaction),
        Row(code: 53, request: .endTransaction), Row(code: 90, request: .transactionOffsetCommit),
    ])
    func whateverEndsATransactionTheSameAnswersGoAgain(row: Row) async throws {
        let stage = try await Stage(partitions: 1, .atomic)
        await stage.gateway.holdCalls()
        try await stage.send(0..<10)
        _ = try await stage.withWorker { _ in
            await stage.gateway.untilRunning(10)
            try stage.broker.apply(.errors([KafkaErrorCode(rawValue: row.code)], row.request))
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(10)
        }
        let events = try await stage.events()
        #expect(Set(events.compactMap { $0.text("ce_subject") }) == Set((0..<10).map { "job-\($0)" }))
        #expect(Set(events.compactMap { $0.text("ce_id") }).count == 10)
        #expect(await stage.gateway.calls.count == 10)
    }

    @Test func aTransactionOfUnknownFateIsResolvedByANewProducerAndSentAgain() async throws {
        let stage = try await Stage(partitions: 1, .atomic)
        await stage.gateway.holdCalls()
        try await stage.send(0..<5)
        _ = try await stage.withWorker { _ in
            await stage.gateway.untilRunning(5)
            let lost = BrokerFault.Answer(error: nil, delay: .seconds(60))
            try stage.broker.apply(.answers([lost], .endTransaction, broker: 1))
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(5)
        }
        let events = try await stage.events()
        #expect(Set(events.compactMap { $0.text("ce_id") }).count == 5)
        #expect(await stage.gateway.calls.count == 5)
    }

    @Test func aDeadLetterThatIsTooLargeBecomesSmallerAndHoldsUpNoOther() async throws {
        let stage = try await Stage(partitions: 1, .atomic)
        let huge = RecordHeader("theirs", [UInt8](repeating: 120, count: 999_800))
        try await stage.sendRaw(key: "a", value: "not a job", headers: [huge])
        try await stage.send([(key: "a", job: "good")])
        try await stage.send(0..<10)
        let ending = try await stage.withWorker { _ in
            await stage.gateway.untilCharged(11)
            _ = try await stage.read(topic: "jobs.dead-letters", count: 1)
        }
        #expect(ending == .drained)
        let letter = try await stage.read(topic: "jobs.dead-letters").last
        #expect(letter?.text("theirs") == nil)
        #expect(letter?.text("cobrador-dl-stripped") != nil)
        let events = try await stage.events()
        #expect(Set(events.compactMap { $0.text("ce_id") }).count == 11)
    }
}
