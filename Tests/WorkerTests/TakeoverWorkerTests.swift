import Kafka
import PaymentJobs
import Pipeline
import Testing

@testable import Worker

/// What a worker does with jobs that an earlier one may have attempted.
@Suite(.timeLimit(.minutes(3))) struct TakeoverWorkerTests {
    /// Long enough that nothing that waits for it is done within a test.
    private func neverLooking(_ configuration: inout WorkerConfiguration) {
        configuration.callTimeout = .seconds(100_000)
    }

    @Test func aNewGroupsBacklogCostsNoLook() async throws {
        let stage = try await Stage(partitions: 2, adjust: neverLooking)
        try await stage.send(0..<30)
        _ = try await stage.withWorker(isNewGroup: true) { _ in await stage.gateway.untilCharged(30) }
        #expect(await stage.gateway.looks == 0)
    }

    @Test func anUnknownBacklogIsLookedUpAndWhatComesLaterIsNot() async throws {
        let stage = try await Stage(partitions: 1)
        try await stage.send(0..<10)
        _ = try await stage.withWorker(isNewGroup: false) { _ in
            await stage.gateway.untilCharged(10)
            try await stage.send(10..<20)
            await stage.gateway.untilCharged(20)
        }
        let requests = await stage.gateway.requests
        for number in 0..<20 {
            let own = requests.filter { $0 == .look("job-\(number)") || $0 == .call("job-\(number)") }
            let call = HeldGateway.Request.call("job-\(number)")
            #expect(own == (number < 10 ? [.look("job-\(number)"), call] : [call]))
        }
    }

    @Test func whatAnUnknownBacklogHidesWaitsForTheTakeoverDelay() async throws {
        let stage = try await Stage(partitions: 1, adjust: neverLooking)
        try await stage.send(0..<5)
        let ending = try await stage.withWorker(isNewGroup: false) { worker in
            try await stage.untilCommitted(0)
            try await stage.send(5..<10)
            await stage.gateway.untilCharged(5)
            #expect(await stage.isDelayed(offset: 0, in: worker))
        }
        #expect(ending == .drained, "what waits for its moment holds up no drain")
        #expect(await stage.gateway.looks == 0)
        #expect(await Set(stage.gateway.calls.map(\.job)) == Set((5..<10).map { "job-\($0)" }))
        let left = try await stage.metadata()[0]
        #expect(left.base == 0)
        #expect(left.done == Array(5..<10))
        #expect(!left.isReleased, "an earlier owner's calls may still be under way")
    }

    @Test func afterACleanDrainNothingIsRepeatedAndNothingWaits() async throws {
        let stage = try await Stage(partitions: 1, concurrency: 3, adjust: neverLooking)
        await stage.gateway.holdCalls()
        try await stage.send(0..<6)
        let ending = try await stage.withWorker { worker in
            await stage.gateway.untilRunning(3)
            // Done above the frontier, while the frontier's job has no call under way.
            await stage.gateway.refuse("job-0")
            await stage.gateway.letGo(except: "job-0")
            await stage.gateway.untilCharged(5)
            await worker.drain()
            while await worker.pipeline.count > 1 { await Task.yield() }
            await stage.gateway.letGo()
        }
        #expect(ending == .drained)
        let left = try await stage.metadata()[0]
        #expect(left.base == 0)
        #expect(left.done == Array(1..<6))
        #expect(left.isReleased)
        await stage.gateway.accept()
        _ = try await stage.withWorker { _ in await stage.gateway.untilCharged(6) }
        let calls = await stage.gateway.calls.map(\.job)
        #expect(calls.filter { $0 != "job-0" }.count == 5)
        #expect(await stage.gateway.lookedUp == ["job-0"])
        let subjects = try await stage.events().compactMap { $0.text("ce_subject") }
        #expect(subjects.sorted() == (0..<6).map { "job-\($0)" })
    }

    @Test func afterAnUncleanEndWhatMayHaveBeenAttemptedIsLookedUpAndNothingElse() async throws {
        let stage = try await Stage(partitions: 1, concurrency: 4, window: 256)
        await stage.gateway.holdCalls()
        try await stage.send(0..<8)
        try await stage.withCancelledWorker { worker in
            await stage.gateway.untilRunning(4)
            await stage.gateway.letGo(except: "job-0")
            await stage.gateway.untilCharged(7)
            try await stage.untilDone(7)
        }
        let left = try await stage.metadata()[0]
        #expect(left.base == 0)
        #expect(left.done == Array(1..<8))
        #expect(!left.isReleased)
        await stage.gateway.letGo()
        let fresh = Int(left.horizon)
        try await stage.send(8..<fresh + 3)
        _ = try await stage.withWorker { _ in await stage.gateway.untilCharged(fresh + 3) }
        let lookedUp = await stage.gateway.lookedUp
        #expect(Set(lookedUp) == Set(["job-0"] + (8..<fresh).map { "job-\($0)" }))
        #expect(await stage.gateway.calls.filter { $0.job != "job-0" }.count == fresh + 2)
        let subjects = try await stage.events().compactMap { $0.text("ce_subject") }
        #expect(Set(subjects).count == fresh + 3)
        #expect(subjects.count == fresh + 3, "what was done above the frontier isn't answered again")
    }

    @Test func afterAnUncleanEndNothingIsLookedUpBeforeTheDelay() async throws {
        let stage = try await Stage(partitions: 1, window: 1)
        await stage.gateway.holdCalls()
        try await stage.send(0..<1)
        try await stage.withCancelledWorker { _ in await stage.gateway.untilRunning(1) }
        await stage.gateway.letGo()
        let ending = try await stage.withWorker(adjust: neverLooking) { worker in
            #expect(await stage.isDelayed(offset: 0, in: worker))
        }
        #expect(ending == .drained)
        #expect(await stage.gateway.looks == 0)
        #expect(await stage.gateway.calls.count == 1)
    }

    @Test(arguments: ["somebody else's", "cobrador/1;c;jobs;0;2;9;held;;00000000", nil])
    func whatSaysNothingIsPutAsideAndEverythingIsLookedUp(metadata: String?) async throws {
        let stage = try await Stage(partitions: 1)
        try await stage.send(0..<6)
        try await stage.commitAsAnother(2, metadata: metadata)
        _ = try await stage.withWorker(isNewGroup: false) { _ in await stage.gateway.untilCharged(4) }
        let wanted = (2..<6).map { "job-\($0)" }
        #expect(await stage.gateway.lookedUp.sorted() == wanted)
        #expect(await stage.gateway.calls.map(\.job).sorted() == wanted)
    }

    @Test func aGroupThatHasCommittedIsNotNew() async throws {
        let stage = try await Stage(partitions: 2)
        try await stage.commitAsAnother(0, metadata: "x", partition: 1)
        await #expect {
            _ = try await stage.withWorker(isNewGroup: true) { worker in
                while await !worker.isStopped { await Task.yield() }
            }
        } throws: { error in
            guard case WorkerError.groupIsNotNew(let partition, offset: 0) = error else { return false }
            return partition.partition == 1
        }
        #expect(await stage.gateway.calls.isEmpty)
    }

    @Test func anOffsetOutOfRangeStopsItsPartitionAndNoOther() async throws {
        let stage = try await Stage(partitions: 2)
        try await stage.send(0..<40)
        try await stage.commitAsAnother(4_000, metadata: nil, partition: 1)
        let first = try await stage.end(ofPartition: 0)
        try #require(first > 0 && first < 40)
        let ending = try await stage.withWorker(isNewGroup: false) { worker in
            await stage.gateway.untilCharged(Int(first))
            let readiness = await worker.readiness()
            #expect(!readiness.isReady)
            #expect(readiness.stopped.map(\.partition.description) == ["jobs-1"])
            #expect(readiness.stopped.first?.reason.contains("4000") == true)
            try await stage.untilCommitted(first)
        }
        #expect(ending == .drained)
        #expect(await stage.gateway.calls.count == Int(first))
        #expect(try await stage.committed()[1].committedOffset == 4_000, "it is the operator's to decide")
    }
}
