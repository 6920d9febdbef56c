import Kafka
import PaymentJobs
import Pipeline
import Testing

@testable import Worker

/// Commits that nobody knows the fate of, by a scripted delivery.
@Suite(.timeLimit(.minutes(3))) struct DoubtfulCommitTests {
    @Test(arguments: [true, false])
    func aDoubtfulCommitIsAskedAboutUntilItIsToldAndNothingIsWrittenTwice(isMade: Bool) async throws {
        let script = ScriptedDelivery.Script([
            .doubtful(questions: 2, isMade: isMade), .failed, .doubtful(questions: 0, isMade: isMade),
        ])
        let stage = try await Stage(partitions: 1, .scripted(script))
        try await stage.send(0..<20)
        let ending = try await stage.withWorker { _ in
            await stage.gateway.untilCharged(20)
            try await stage.untilCommitted(20)
            try await stage.send(20..<40)
            await stage.gateway.untilCharged(40)
            try await stage.untilCommitted(40)
            try await stage.send(40..<60)
            await stage.gateway.untilCharged(60)
        }
        #expect(ending == .drained)
        #expect(script.isOver)
        #expect(script.breaches.isEmpty)
        #expect(script.questions >= 4)
        #expect(script.written.sorted() == Array(0..<60))
        #expect(await stage.gateway.calls.count == 60)
        #expect(try await stage.committed()[0].committedOffset == 60)
    }

    @Test func aDrainEndsThoughACommitStaysInDoubt() async throws {
        let script = ScriptedDelivery.Script([.doubtful(questions: .max, isMade: false)])
        let stage = try await Stage(partitions: 1, drainDeadline: .milliseconds(300), .scripted(script)) {
            $0.closeDeadline = .milliseconds(300)
        }
        try await stage.send(0..<1)
        let ending = try await stage.withWorker { _ in
            await stage.gateway.untilCharged(1)
            while script.questions == 0 { await Task.yield() }
        }
        guard case .forced(let blocked) = ending else {
            Issue.record("\(ending)")
            return
        }
        #expect(blocked.contains("jobs-0@0"))
        #expect(script.breaches.isEmpty)
    }

    @Test func aDoubtOfALostTenureHoldsUpNoLaterOne() async throws {
        let script = ScriptedDelivery.Script([.doubtful(questions: .max, isMade: false)])
        let stage = try await Stage(partitions: 1, .scripted(script)) {
            $0.revokeDeadline = .milliseconds(300)
        }
        try await stage.send(0..<5)
        let ending = try await stage.withWorker { _ in
            while script.questions == 0 { await Task.yield() }
            try stage.broker.apply(.errors([.unknownMember], .heartbeat))
            try await stage.untilCommitted(5)
        }
        #expect(ending == .drained)
        #expect(script.breaches.isEmpty)
        #expect(script.written.sorted() == Array(0..<5))
    }
}
