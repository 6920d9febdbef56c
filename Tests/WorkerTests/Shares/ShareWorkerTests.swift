import Kafka
import PaymentJobs
import Pipeline
import Synchronization
import Testing

@testable import Worker

/// A worker's part of its group's limits, with real workers.
@Suite(.timeLimit(.minutes(3))) struct ShareWorkerTests {
    @Test func oneWorkersShareBecomesTwoHalvesAndOneAgainAndNeverMore() async throws {
        let stage = try await Stage(partitions: 4, concurrency: 64)
        let workers = try [
            stage.makeWorker(isNewGroup: stage.isFirst()), stage.makeWorker(isNewGroup: false),
        ]
        let leases = [await workers[0].leases, await workers[1].leases]
        try await stage.busy(0..<40)
        let watch = ShareWatch(leases)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            group.addTask { try #expect(await workers[0].run() == .drained) }
            await watch.until([1, 0])
            group.addTask { try #expect(await workers[1].run() == .drained) }
            // What runs is waited for before anything is given up.
            await stage.gateway.letGo()
            await watch.untilChanged(from: [1, 0])
            try await stage.busy(40..<80)
            await watch.until([0.5, 0.5])
            await stage.gateway.letGo()
            await workers[1].drain()
            await watch.untilChanged(from: [0.5, 0.5])
            try await stage.busy(80..<120)
            await watch.until([1, 0])
            await stage.gateway.letGo()
            await stage.gateway.untilCharged(120)
            await workers[0].drain()
            await watch.until([0, 0])
            await watch.stop()
            try await group.waitForAll()
        }
        #expect(await watch.largest == 1)
        #expect(await watch.count > 1000)
    }

    @Test func aLeaseIsKeptForIdlePartitionsWhileOneWorksAndForNoneOtherwise() async throws {
        let script = ScriptedDelivery.Script([])
        let stage = try await Stage(partitions: 3, .scripted(script))
        await stage.gateway.holdCalls()
        try await stage.send([(key: "customer", job: "job-0")])
        let busy = try await stage.partition(atOffset: 1)
        let idle = [0, 1, 2].filter { $0 != busy } as [Int32]
        _ = try await stage.withWorker { worker in
            await stage.gateway.untilRunning(1)
            let leases = await worker.leases
            var ends: [ContinuousClock.Instant] = []
            let number = try #require(await worker.number(ofPartition: idle[0]))
            while ends.count < 4 {
                if let end = leases.expiry(of: number), end != ends.last { ends.append(end) }
                #expect(leases.share(at: .now) == 1 || ends.count < 2)
                await Task.yield()
            }
            for (earlier, later) in zip(ends, ends.dropFirst()) {
                #expect(earlier.duration(to: later) >= .milliseconds(1750), "no sooner than in its middle")
            }
            // The fifth may have been sent.
            for partition in idle { #expect(4...5 ~= script.commits(ofPartition: partition)) }
            await stage.gateway.letGo()
            try await stage.untilCommitted(1, partition: busy)
            await untilIdle(worker)
            let commits = idle.map(script.commits)
            let numbers = await worker.tenures.all.map(\.number)
            while let end = numbers.compactMap({ leases.expiry(of: $0) }).max(), end > .now {
                try await ContinuousClock().sleep(until: end)
            }
            #expect(leases.share(at: .now) == 0)
            #expect(idle.map(script.commits) == commits, "an idle group costs nothing")
            await stage.gateway.holdCalls()
            try await stage.send([(key: "customer", job: "job-1")])
            await stage.gateway.untilRunning(1)
            let all = Set(numbers.map { leases.expiry(of: $0) })
            #expect(all.count == 1, "one commit gives all of them back")
            #expect(leases.share(at: .now) == 1)
            await stage.gateway.letGo()
        }
    }

    private func untilIdle(_ worker: Worker) async {
        while await worker.tenures.areWorking { await Task.yield() }
    }

    @Test(arguments: [false, true])
    func aRenewalOfAnIdlePartitionSaysNothingNew(isAtomic: Bool) async throws {
        let stage = try await Stage(partitions: 2, isAtomic ? .atomic : .idempotent)
        await stage.gateway.holdCalls()
        try await stage.send([(key: "customer", job: "job-0")])
        let idle = 1 - Int(try await stage.partition(atOffset: 1))
        _ = try await stage.withWorker { worker in
            await stage.gateway.untilRunning(1)
            let number = try #require(await worker.number(ofPartition: Int32(idle)))
            let leases = await worker.leases
            // The embedded broker keeps nothing that a transaction commits.
            let before = isAtomic ? nil : try await stage.metadata()[idle]
            var ends: Set<ContinuousClock.Instant> = []
            while ends.count < 3 {
                if let end = leases.expiry(of: number) { ends.insert(end) }
                await Task.yield()
            }
            #expect(leases.share(at: .now) == 1)
            if let before {
                #expect(try await stage.metadata()[idle] == before)
                #expect(before.base == 0 && before.done.isEmpty && !before.isGivenUp && !before.isReleased)
            }
            await stage.gateway.letGo()
        }
    }

    @Test func aWorkerThatFailsKeepsNoShare() async throws {
        let script = ScriptedDelivery.Script([.over])
        let stage = try await Stage(partitions: 2, .scripted(script))
        try await stage.send(0..<4)
        let worker = try stage.makeWorker(isNewGroup: stage.isFirst())
        await #expect(throws: WorkerError.self) { _ = try await worker.run() }
        #expect(await !worker.tenures.all.isEmpty)
        let leases = await worker.leases
        #expect(leases.share(at: .now) == 0)
    }
}

/// Looks at the shares of several workers again and again, and keeps the largest sum.
actor ShareWatch {
    private let leases: [Leases]
    private var shares: [Double] = []
    private(set) var largest = 0.0
    private(set) var count = 0
    private var isOver = false
    private let bell = Bell()

    init(_ leases: [Leases]) { self.leases = leases }

    func stop() { isOver = true }

    func run() async {
        while !isOver, (try? await Task.sleep(for: .milliseconds(1))) != nil {
            let found = leases.map { $0.share(at: .now) }
            // Between two looks everything may have changed: only what stands before and after is one state.
            guard leases.map({ $0.share(at: .now) }) == found else { continue }
            if shares != found { bell.ring() }
            shares = found
            largest = max(largest, found.reduce(0, +))
            count += 1
        }
    }

    func until(_ wanted: [Double]) async { while shares != wanted { await bell.wait() } }

    func untilChanged(from other: [Double]) async { while shares == other { await bell.wait() } }
}

extension Worker {
    /// The number of the tenure of a partition of the only topic.
    func number(ofPartition partition: Int32) -> Int? {
        tenures.all.first { $0.partition == TopicPartition(topic: "jobs", partition: partition) }?.number
    }
}

extension Stage {
    /// Sends jobs to all partitions whose calls are held.
    func busy(_ numbers: Range<Int>) async throws {
        await gateway.holdCalls()
        try await send(numbers)
    }

    /// The partition whose log ends there.
    func partition(atOffset end: Int64) async throws -> Int32 {
        for partition in 0..<Int32(partitions) where try await self.end(ofPartition: partition) == end {
            return partition
        }
        throw CancellationError()
    }
}
