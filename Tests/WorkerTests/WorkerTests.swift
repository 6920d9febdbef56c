import Kafka
import PaymentJobs
import Pipeline
import Testing

@testable import Worker

/// The whole worker on the embedded broker's real sockets, with a gateway that a test scripts.
@Suite(.timeLimit(.minutes(3))) struct WorkerTests {
    @Test func everyJobIsAnsweredAndASecondWorkerFindsNothingToDo() async throws {
        let stage = try await Stage(partitions: 3)
        try await stage.send((0..<200).map { (key: "customer-\($0 % 17)", job: "job-\($0)") })
        let first = try await stage.withWorker { _ in await stage.gateway.untilCharged(200) }
        #expect(first == .drained)
        try await stage.send([(key: "customer-1", job: "late")])
        let second = try await stage.withWorker { _ in await stage.gateway.untilCharged(201) }
        #expect(second == .drained)
        let calls = await stage.gateway.calls
        #expect(calls.count == 201, "a committed job must not be run again")
        let events = try await stage.events()
        #expect(
            Set(events.compactMap { $0.text("ce_subject") }) == Set((0..<200).map { "job-\($0)" } + ["late"]))
        #expect(events.count == 201)
    }

    @Test func jobsOfAKeyRunInOrderAndNeverTogether() async throws {
        let stage = try await Stage(partitions: 2)
        let jobs = (0..<120).map { (key: "customer-\($0 % 6)", job: "job-\($0)") }
        try await stage.send(jobs)
        _ = try await stage.withWorker { _ in await stage.gateway.untilCharged(120) }
        let calls = await stage.gateway.calls
        for key in Set(jobs.map(\.key)) {
            #expect(calls.filter { $0.key == key }.map(\.job) == jobs.filter { $0.key == key }.map(\.job))
        }
        #expect(await stage.gateway.overlaps.isEmpty)
    }

    @Test func aDrainWaitsForRunningCallsAndGivesTheRestBack() async throws {
        let stage = try await Stage(partitions: 1, concurrency: 2)
        await stage.gateway.holdCalls()
        try await stage.send((0..<10).map { (key: "customer-\($0)", job: "job-\($0)") })
        let ending = try await stage.withWorker { worker in
            await stage.gateway.untilRunning(2)
            await worker.drain()
            while await worker.pipeline.count > 2 { await Task.yield() }
            await stage.gateway.letGo()
        }
        #expect(ending == .drained)
        #expect(await stage.gateway.calls.count == 2, "a draining worker starts nothing")
        _ = try await stage.withWorker { _ in await stage.gateway.untilCharged(10) }
        #expect(await Set(stage.gateway.calls.map(\.job)).count == 10)
        #expect(await stage.gateway.calls.count == 10)
    }

    @Test func aDrainThatTakesTooLongNamesWhatBlockedIt() async throws {
        let stage = try await Stage(partitions: 1, concurrency: 4, drainDeadline: .milliseconds(200))
        await stage.gateway.holdCalls()
        try await stage.send([
            (key: "a", job: "job-0"), (key: "b", job: "job-1"), (key: "a", job: "behind job-0"),
        ])
        let ending = try await stage.withWorker { worker in
            await stage.gateway.untilRunning(2)
            await worker.drain()
        }
        #expect(ending == .forced(blocked: ["jobs-0@0", "jobs-0@1"]))
    }

    @Test func theWindowBoundsWhatIsTaken() async throws {
        let stage = try await Stage(partitions: 1, concurrency: 100, window: 5)
        await stage.gateway.holdCalls()
        try await stage.send((0..<50).map { (key: "customer-\($0)", job: "job-\($0)") })
        _ = try await stage.withWorker { worker in
            await stage.gateway.untilRunning(5)
            // The frontier stands, so finishing what is above it must not open the window.
            await stage.gateway.letGo(except: "job-0")
            await stage.gateway.untilCharged(4)
            #expect(await stage.gateway.calls.count == 5)
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(50)
        }
        #expect(await stage.gateway.calls.count == 50)
    }

    @Test func poisonGoesToItsDeadLetterTopicAndThePartitionGoesOn() async throws {
        let stage = try await Stage(partitions: 1)
        try await stage.sendRaw(key: "a", value: "not a job")
        try await stage.send([(key: "a", job: "good")])
        _ = try await stage.withWorker { _ in await stage.gateway.untilCharged(1) }
        let letters = try await stage.read(topic: "jobs.dead-letters")
        #expect(letters.map { $0.text("cobrador-dl-reason") } == ["undecodable"])
        #expect(letters.first?.value == Array("not a job".utf8))
        #expect(letters.first?.text("cobrador-dl-original-offset") == "0")
    }

    @Test func aSecondMemberTakesItsShareAndNothingIsLost() async throws {
        let stage = try await Stage(partitions: 4, concurrency: 2)
        try await stage.send((0..<60).map { (key: "customer-\($0)", job: "job-\($0)") })
        let endings = try await stage.withTwoWorkers {
            await stage.gateway.untilCharged(60)
            try await stage.send((60..<120).map { (key: "customer-\($0)", job: "job-\($0)") })
            await stage.gateway.untilCharged(120)
        }
        #expect(endings == [.drained, .drained])
        let answered = try await Set(stage.events().compactMap { $0.text("ce_subject") })
        #expect(answered.count == 120)
        #expect(await Set(stage.gateway.calls.map(\.idempotencyKey)).count == 120)
    }

    @Test func aRecordWithHeadersTooLargeForItsDeadLetterGoesOnWithoutThem() async throws {
        let stage = try await Stage(partitions: 1)
        let huge = RecordHeader("theirs", [UInt8](repeating: 120, count: 999_800))
        try await stage.sendRaw(key: "a", value: "not a job", headers: [huge])
        try await stage.send([(key: "a", job: "good")])
        _ = try await stage.withWorker { _ in await stage.gateway.untilCharged(1) }
        let letters = try await stage.read(topic: "jobs.dead-letters")
        #expect(letters.map { $0.text("cobrador-dl-reason") } == ["undecodable"])
        #expect(letters.first?.text("theirs") == nil)
        #expect(letters.first?.text("cobrador-dl-stripped") != nil)
    }

    @Test func aTopicThatTakesNothingHoldsUpNoOther() async throws {
        let stage = try await Stage(partitions: 1)
        try stage.refuseDeadLetters()
        try await stage.sendRaw(key: "poison", value: "not a job")
        try await stage.send((0..<20).map { (key: "customer-\($0)", job: "job-\($0)") })
        _ = try await stage.withWorker { worker in
            await stage.gateway.untilCharged(20)
            #expect(try await stage.read(topic: "events", count: 20).count == 20)
            try stage.takeDeadLetters()
            #expect(try await stage.read(topic: "jobs.dead-letters", count: 1).count == 1)
        }
    }

    @Test func aDrainDoesNotWaitForAThrottledAccount() async throws {
        let stage = try await Stage(partitions: 1)
        await stage.gateway.throttle(for: .seconds(300))
        try await stage.send((0..<10).map { (key: "customer-\($0)", job: "job-\($0)") })
        let ending = try await stage.withWorker { _ in await stage.gateway.untilCalled(1) }
        #expect(ending == .drained)
    }

    @Test func aCancelledWorkerGivesItsCallsBackAndEnds() async throws {
        let stage = try await Stage(partitions: 1)
        await stage.gateway.holdCalls()
        try await stage.send([(key: "a", job: "job-0")])
        try await stage.withCancelledWorker { _ in await stage.gateway.untilRunning(1) }
        await stage.gateway.letGo()
        _ = try await stage.withWorker { _ in await stage.gateway.untilCharged(1) }
        let events = try await stage.events()
        #expect(
            events.map { $0.text("ce_type") } == ["charge.approved"],
            "a call that was broken off has no answer")
    }
}
