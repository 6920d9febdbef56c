import Pipeline
import TestSupport
import Testing

@testable import Worker

@Suite struct ShareModelTests {
    private static let worlds: [ShareModel.World] = [
        .init(), .init(commitsCountAsContact: false),
        .init(commitsCountAsContact: false, removesMembers: true),
        .init(commitsCountAsContact: false, removesMembers: true, calmMax: 8000),
    ]

    private func history(_ seed: UInt64, bug: ShareModel.Bug? = nil, _ world: ShareModel.World) -> ShareModel
    {
        var model = ShareModel(seed: seed, bug: bug, world)
        for _ in 0..<3 { model.join() }
        model.disturb()
        model.run(for: .seconds(600))
        return model
    }

    /// Workers join, leave, crash, freeze and are thrown out; acknowledgements are late; calls outlast their
    /// partitions.
    @Test(arguments: 0..<3)
    func theSharesOfAllWorkersAreNeverMoreThanOne(world: Int) async {
        var chance = SeededGenerator(20_261_123, for: #function)
        var counts: [String: Int] = [:]
        for _ in 0..<15 {
            await Task.yield()
            let seed = chance.next()
            let model = history(seed, Self.worlds[world])
            #expect(model.breach == nil, "seed \(seed)")
            counts.merge(model.counts, uniquingKeysWith: +)
        }
        print("world \(world): \(counts.sorted { $0.key < $1.key })")
        for what in ["released", "given up", "unclean", "crash", "lost", "everything is used"] {
            #expect(counts[what] ?? 0 >= 3, "\(what) was hardly seen")
        }
        // Where a lease can outlast a session, it is the wait with the share that keeps the sum.
        #expect((counts["two leases"] ?? 0 > 0) == (world > 0))
    }

    @Test(arguments: ShareModel.Bug.allCases)
    func aBrokenRuleIsNoticed(bug: ShareModel.Bug) async {
        var chance = SeededGenerator(4, for: #function)
        for round in 0..<300 {
            await Task.yield()
            guard let breach = history(chance.next(), bug: bug, Self.worlds[round % 2 * 3]).breach else {
                continue
            }
            return print("\(bug), history \(round): \(breach)")
        }
        Issue.record("nothing was noticed")
    }
}
