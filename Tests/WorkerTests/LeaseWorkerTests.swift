import Kafka
import PaymentJobs
import Pipeline
import Testing

@testable import Worker

/// Brokers that are away, commits that fail, and members that come and go.
@Suite(.timeLimit(.minutes(3))) struct LeaseWorkerTests {
    @Test func aLostLeaseStopsChargesAndTheNextOneLetsThemGoOn() async throws {
        let stage = try await Stage(partitions: 1, concurrency: 1)
        await stage.gateway.holdCalls()
        try await stage.send(0..<4)
        _ = try await stage.withWorker { worker in
            await stage.gateway.untilRunning(1)
            try stage.broker.apply(.down(broker: 1))
            // The lease of what this worker has ends by itself: no broker is asked.
            let leases = await worker.leases
            while let end = leases.expiry(of: 1), end > .now {
                try await ContinuousClock().sleep(until: end)
            }
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(1)
            await stage.untilRefused(offset: 1, in: worker)
            #expect(await stage.gateway.calls.map(\.job) == ["job-0"])
            try stage.broker.apply(.up(broker: 1))
            await stage.gateway.untilCharged(4)
        }
        #expect(await Set(stage.gateway.calls.map(\.idempotencyKey)).count == 4)
        let answered = try await stage.events().compactMap { $0.text("ce_subject") }
        #expect(Set(answered) == Set((0..<4).map { "job-\($0)" }))
    }

    @Test func aBusyWorkerWithNothingToCommitRenewsItsLease() async throws {
        let stage = try await Stage(partitions: 1, concurrency: 2)
        await stage.gateway.holdCalls()
        try await stage.send(0..<1)
        _ = try await stage.withWorker { worker in
            await stage.gateway.untilRunning(1)
            let leases = await worker.leases
            var ends: Set<ContinuousClock.Instant> = []
            while ends.count < 4 {
                if let end = leases.expiry(of: 1) { ends.insert(end) }
                await Task.yield()
            }
            #expect(leases.holds(1, at: .now))
            await stage.gateway.letGo()
        }
    }

    @Test func commitErrorsDelayAndLoseNothing() async throws {
        let stage = try await Stage(partitions: 1)
        try await stage.send(0..<50)
        let codes = [14, 15, 16, 7, 28, 7, 14].map { KafkaErrorCode(rawValue: $0) }
        try stage.broker.apply(.errors(codes, .offsetCommit))
        let ending = try await stage.withWorker { _ in
            await stage.gateway.untilCharged(50)
            try stage.broker.apply(.errors(codes, .offsetCommit))
            try await stage.send(50..<100)
            await stage.gateway.untilCharged(100)
            try await stage.untilCommitted(100)
        }
        #expect(ending == .drained)
        #expect(await stage.gateway.calls.count == 100)
        #expect(try await stage.events().count == 100)
    }

    @Test func aGroupThatGoesOnWithoutAWorkerGetsItsWorkBack() async throws {
        let stage = try await Stage(partitions: 1, concurrency: 2)
        try await stage.send(0..<20)
        _ = try await stage.withWorker { _ in
            await stage.gateway.untilCharged(20)
            try stage.broker.apply(.errors([.illegalGeneration, .unknownMember], .offsetCommit))
            try stage.broker.apply(.errors([.unknownMember], .heartbeat))
            try await stage.send(20..<40)
            await stage.gateway.untilCharged(40)
            try await stage.untilCommitted(40)
        }
        #expect(await Set(stage.gateway.calls.map(\.idempotencyKey)).count == 40)
        let events = try await stage.events()
        #expect(Set(events.compactMap { $0.text("ce_subject") }).count == 40)
    }

    @Test(arguments: [1, 5])
    func aSmallWindowNeverWaitsForAHorizonForEver(window: Int) async throws {
        let stage = try await Stage(partitions: 1, window: window)
        try await stage.send(0..<700)
        let ending = try await stage.withWorker { _ in await stage.gateway.untilCharged(700) }
        #expect(ending == .drained)
        #expect(await stage.gateway.calls.map(\.job).count == 700)
        #expect(await stage.gateway.looks == 0)
    }

    @Test func whatAWorkerHoldsGoesOnAfterARebalance() async throws {
        let stage = try await Stage(partitions: 4, concurrency: 4, drainDeadline: .seconds(5))
        await stage.gateway.holdCalls()
        try await stage.send(0..<40)
        let endings = try await stage.withTwoWorkers {
            await stage.gateway.untilRunning(4)
        } _: {
            // The second member's share can be given up only once what runs has ended.
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(40)
            try await stage.send(40..<80)
            await stage.gateway.untilCharged(80)
        }
        #expect(endings == [.drained, .drained])
        let events = try await stage.events()
        #expect(Set(events.compactMap { $0.text("ce_subject") }).count == 80)
        #expect(await Set(stage.gateway.calls.map(\.idempotencyKey)).count == 80)
    }

    @Test func windowsNeitherShrinkNorGrowOverManyRebalances() async throws {
        let stage = try await Stage(partitions: 2, concurrency: 64, window: 5) { $0.maxInFlight = 10 }
        _ = try await stage.withWorker { worker in
            var sent = 0
            for round in 1...3 {
                await stage.gateway.holdCalls()
                try await stage.send(sent..<sent + 40)
                sent += 40
                await stage.gateway.untilHolding(10)
                if round < 3 { try stage.broker.apply(.errors([.unknownMember], .heartbeat)) }
                while round < 3, await worker.tenures.all.contains(where: { $0.number <= round * 2 }) {
                    await Task.yield()
                }
                await stage.gateway.letGo()
                await stage.gateway.untilCharged(sent)
            }
            await stage.gateway.holdCalls()
            try await stage.send(sent..<sent + 60)
            await stage.gateway.untilHolding(10)
            try await stage.send(sent + 60..<sent + 61)
            let held = await worker.tenures.all.compactMap { $0.desk?.ledger.heldCount }
            #expect(held == [5, 5])
            #expect(await stage.gateway.holding == 10)
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(sent + 61)
        }
    }

    @Test func aJobThatHoldsUpItsPartitionIsNamedAndNotEnded() async throws {
        let stage = try await Stage(partitions: 1) { $0.stallLimit = .milliseconds(500) }
        await stage.gateway.holdCalls()
        try await stage.send(0..<3)
        _ = try await stage.withWorker { worker in
            await stage.gateway.untilRunning(3)
            await stage.gateway.letGo(except: "job-0")
            var readiness = await worker.readiness()
            while readiness.stalls.isEmpty {
                await Task.yield()
                readiness = await worker.readiness()
            }
            let stall = try #require(readiness.stalls.first)
            #expect(!readiness.isReady)
            #expect(stall.offset == 0)
            #expect(stall.partition == TopicPartition(topic: "jobs", partition: 0))
            #expect(stall.stage?.jobID?.description == "job-0")
            #expect(stall.stageName == "runs")
            await stage.gateway.letGo()
            while await !(worker.readiness().isReady) { await Task.yield() }
        }
        #expect(try await stage.events().count == 3)
        #expect(try await stage.end(ofPartition: 0, topic: "jobs.dead-letters") == 0)
    }
}
