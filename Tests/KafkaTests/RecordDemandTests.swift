import Testing

@testable import Kafka

@Suite("Demand for records")
struct RecordDemandTests {
    @Test("is none without both kinds of credit")
    func needsBoth() {
        var demand = RecordDemand()
        demand.add(partition(0))
        #expect(demand.next() == nil)
        demand.grant(total: 5, partitions: [:])
        #expect(demand.next() == nil)
        demand.grant(total: 0, partitions: [partition(0): 3])
        #expect(demand.next() == .init(partition: partition(0), limit: 3))
    }

    @Test("adds up, and counts negative and unknown grants as none")
    func adds() {
        var demand = RecordDemand()
        demand.add(partition(0))
        demand.grant(total: 2, partitions: [partition(0): 1, partition(9): 7])
        demand.grant(total: -5, partitions: [partition(0): -5])
        demand.grant(total: 3, partitions: [partition(0): 1])
        #expect(demand.total == 5)
        #expect(demand.credit(of: partition(0)) == 2)
        demand.add(partition(9))
        #expect(demand.credit(of: partition(9)) == 0)
        demand.grant(total: .max, partitions: [partition(0): .max])
        #expect(demand.total == .max)
    }

    @Test("sleeps on an empty queue until woken, and not on one that was left half read")
    func levels() throws {
        var demand = RecordDemand(turnMax: 10)
        demand.add(partition(0))
        demand.grant(total: 100, partitions: [partition(0): 4])
        demand.finish(try #require(demand.next()), count: 4, isDrained: false)
        #expect(demand.next() == nil)
        demand.grant(total: 0, partitions: [partition(0): 4])
        let turn = try #require(demand.next(), "data left behind is read as soon as there is credit")
        demand.finish(turn, count: 1, isDrained: true)
        #expect(demand.next() == nil)
        demand.wake()
        #expect(demand.next()?.limit == 3)
    }

    @Test("takes turns, so that a full partition keeps no other waiting")
    func fairness() throws {
        var demand = RecordDemand(turnMax: 8)
        for number in 0..<5 { demand.add(partition(Int32(number))) }
        let plenty = Dictionary(uniqueKeysWithValues: (0..<5).map { (partition(Int32($0)), 1000) })
        demand.grant(total: 1000, partitions: plenty)
        var order: [Int32] = []
        for _ in 0..<10 {
            let turn = try #require(demand.next())
            order.append(turn.partition.partition)
            demand.finish(turn, count: turn.limit, isDrained: false)
        }
        #expect(order == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
    }

    @Test("forgets a removed partition's credit and keeps the total and the others' turns")
    func removal() throws {
        var demand = RecordDemand(turnMax: 1)
        for number in 0..<3 { demand.add(partition(Int32(number))) }
        let some = Dictionary(uniqueKeysWithValues: (0..<3).map { (partition(Int32($0)), 5) })
        demand.grant(total: 9, partitions: some)
        demand.finish(try #require(demand.next()), count: 1, isDrained: false)
        demand.remove(partition(0))
        #expect(demand.next()?.partition == partition(1))
        #expect(demand.total == 8)
        demand.add(partition(0))
        #expect(demand.credit(of: partition(0)) == 0)
        demand.refund(2)
        #expect(demand.total == 10)
    }

    @Test("never exceeds what was granted, and everything with credit is read, in any history")
    func property() {
        let seed = UInt64.random(in: .min ... .max)
        print("RecordDemand seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 { history(&random) }
    }

    /// A model: per partition what waits, what was granted and what was taken.
    private func history(_ random: inout SeededGenerator) {
        var demand = RecordDemand(turnMax: Int.random(in: 1...5, using: &random))
        var waiting: [TopicPartition: Int] = [:]
        var allowed: [TopicPartition: Int] = [:]
        var total = 0
        for number in 0..<Int32.random(in: 1...6, using: &random) {
            demand.add(partition(number))
            waiting[partition(number)] = 0
            allowed[partition(number)] = 0
        }
        for _ in 0..<60 {
            let chosen = partition(Int32.random(in: 0..<Int32(waiting.count), using: &random))
            let amount = Int.random(in: 0...7, using: &random)
            switch Int.random(in: 0...2, using: &random) {
            case 0:
                waiting[chosen, default: 0] += amount
                demand.wake()
            case 1:
                allowed[chosen, default: 0] += amount
                demand.grant(total: 0, partitions: [chosen: amount])
            default:
                total += amount
                demand.grant(total: amount, partitions: [:])
            }
            while let turn = demand.next() {
                let has = waiting[turn.partition] ?? 0
                let count = min(has, turn.limit)
                waiting[turn.partition] = has - count
                allowed[turn.partition, default: 0] -= count
                total -= count
                demand.finish(turn, count: count, isDrained: count < turn.limit)
            }
            #expect(total >= 0 && allowed.values.allSatisfy { $0 >= 0 })
            let isStuck = total > 0 && waiting.contains { $1 > 0 && (allowed[$0] ?? 0) > 0 }
            #expect(!isStuck, "records wait although there is credit for them")
        }
    }
}
