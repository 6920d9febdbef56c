import Kafka
import PaymentJobs
import Pipeline
import Synchronization
import Testing

@testable import Worker

/// What a worker does while one of its topics can't be counted.
@Suite(.timeLimit(.minutes(3))) struct CountWorkerTests {
    private static let away = KafkaError.broker(KafkaErrorCode(rawValue: 5))

    /// What brokers answer when they are asked how many partitions a topic has.
    fileprivate final class Counts: Sendable {
        private struct State {
            var answers: [String: Result<Int, KafkaError>]
            var timeouts: [Duration] = []
        }

        private let state: Mutex<State>

        init(_ answers: [String: Result<Int, KafkaError>]) { state = Mutex(State(answers: answers)) }

        /// How long each question might take, in order.
        var timeouts: [Duration] { state.withLock { $0.timeouts } }

        func answer(_ topic: String, _ answer: Result<Int, KafkaError>) {
            state.withLock { $0.answers[topic] = answer }
        }

        func answer(to topic: String, within timeout: Duration) -> Result<Int, KafkaError> {
            state.withLock { state in
                state.timeouts.append(timeout)
                return state.answers[topic] ?? .failure(.broker(.timedOut))
            }
        }
    }

    /// Two topics, of which the group's members have got only `jobs`, with two partitions.
    private func stage() async throws -> Stage {
        let stage = try await Stage(partitions: 2) {
            $0.inbound.append(.init(topic: "more", kind: .chargeSavedCard))
        }
        try stage.broker.createTopic("more", partitions: 3)
        try stage.broker.setTopicError("more", .unknownTopicOrPartition)
        return stage
    }

    private func withWorker(
        _ stage: Stage, _ counts: Counts, _ body: (Worker, Leases) async throws -> Void
    ) async throws {
        let worker = try stage.makeWorker(isNewGroup: false)
        await worker.count(by: counts)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try #expect(await worker.run() == .drained) }
            try await body(worker, await worker.leases)
            await worker.drain()
            try await group.waitForAll()
        }
    }

    /// Returns when calls of jobs are held in both partitions of `jobs`, whose part of the share has begun.
    private func occupy(_ stage: Stage, _ worker: Worker) async throws {
        await stage.gateway.holdCalls()
        try await stage.send(0..<20)
        await stage.gateway.untilRunning(16)
        let leases = await worker.leases
        for tenure in await worker.tenures.all {
            #expect(tenure.assignedAt + .milliseconds(3500) <= .now)
            #expect(leases.holds(tenure.number, at: .now))
        }
    }

    @Test func aTopicThatWasNeverCountedKeepsTheShareAtNothingAndNoPartitionWaiting() async throws {
        let stage = try await stage()
        let counts = Counts(["jobs": .success(2), "more": .failure(Self.away)])
        try await withWorker(stage, counts) { worker, leases in
            try await occupy(stage, worker)
            #expect(leases.share(at: .now) == 0)
            let told = "accounts with a rate wait until a topic's partitions are counted"
            #expect(stage.log.count(of: told) == 1)
            counts.answer("more", .success(3))
            while leases.share(at: .now) == 0 { await Task.yield() }
            #expect(leases.share(at: .now) == 0.4)
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(20)
        }
        #expect(counts.timeouts.allSatisfy { $0 < .seconds(5) }, "each has what its round has left")
    }

    @Test func aTopicThatWasCountedKeepsItsCountAndNoPartitionWaiting() async throws {
        let stage = try await stage()
        let counts = Counts(["jobs": .success(2), "more": .success(3)])
        try await withWorker(stage, counts) { worker, leases in
            while await worker.partitionTotal.count != 5 { await Task.yield() }
            counts.answer("more", .failure(Self.away))
            counts.answer("jobs", .failure(Self.away))
            let former = Set(await worker.tenures.all.map(\.number))
            try stage.broker.apply(.errors([.unknownMember], .heartbeat))
            while await !former.isDisjoint(with: worker.tenures.all.map(\.number)) { await Task.yield() }
            try await occupy(stage, worker)
            #expect(leases.share(at: .now) == 0.4)
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(20)
        }
    }

    @Test func aTopicThatAppearsCountsLongBeforeTheNextRegularCount() async throws {
        let stage = try await stage()
        let adjust: (inout WorkerConfiguration) -> Void = {
            $0.partitionCountPauses.counted = .seconds(100_000)
            $0.partitionCountPauses.absent = .seconds(1)
        }
        _ = try await stage.withWorker(isNewGroup: false, adjust: adjust) { worker in
            try await occupy(stage, worker)
            let leases = await worker.leases
            #expect(leases.share(at: .now) == 1)
            try stage.broker.setTopicError("more", KafkaErrorCode(rawValue: 0))
            while leases.share(at: .now) == 1 { await Task.yield() }
            #expect(leases.share(at: .now) == 0.4)
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(20)
        }
    }
}

extension Worker {
    /// Lets a script answer instead of the brokers.
    fileprivate func count(by counts: CountWorkerTests.Counts) {
        askForPartitions = { topic, timeout in counts.answer(to: topic, within: timeout) }
    }
}
