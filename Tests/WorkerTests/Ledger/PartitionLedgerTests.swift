import TestSupport
import Testing

@testable import Worker

@Suite struct PartitionLedgerTests {
    @Test func theFrontierWaitsForTheLowestOpenRecord() {
        var ledger = PartitionLedger(position: 10)
        let taken = [10, 11, 12].map { ledger.received($0) }
        #expect(taken == [.open, .open, .open])
        expect(0, ledger.done(11))
        #expect(ledger.frontier == 10)
        #expect(ledger.openOffsets == [10, 12])
        expect(2, ledger.done(10))
        #expect(ledger.frontier == 12)
        expect(1, ledger.done(12))
        #expect(ledger.frontier == 13)
        #expect(ledger.heldCount == 0)
    }

    @Test func offsetsMayHaveGaps() {
        var ledger = PartitionLedger(position: 60)
        #expect(ledger.frontier == 60)
        for offset: Int64 in [100, 205, 206, 900] { _ = ledger.received(offset) }
        #expect(ledger.heldCount == 4)
        #expect(ledger.frontier == 100)
        expect(1, ledger.done(100))
        #expect(ledger.frontier == 205)
        let moved = [205, 206, 900].map { ledger.done($0) }
        #expect(moved == [1, 1, 1])
        #expect(ledger.frontier == 901)
    }

    @Test func aRecordThatComesAgainIsNotRunAgain() {
        var ledger = PartitionLedger(position: 5)
        expect(.again, ledger.received(4))
        expect(.open, ledger.received(5))
        expect(.again, ledger.received(5))
        #expect(ledger.heldCount == 1)
    }

    @Test func anUnknownOrRepeatedCompletionChangesNothing() {
        var ledger = PartitionLedger(position: 0)
        _ = ledger.received(0)
        _ = ledger.received(2)
        expect(0, ledger.done(1))
        expect(0, ledger.done(2))
        expect(0, ledger.done(2))
        #expect(ledger.openCount == 1)
        expect(2, ledger.done(0))
        expect(0, ledger.done(0))
        #expect(ledger.frontier == 3)
    }

    private func expect<Value: Equatable>(
        _ expected: Value, _ actual: Value, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(actual == expected, sourceLocation: location)
    }

    /// Random histories against a model that keeps every offset in a set.
    @Test func randomHistoriesAgreeWithASimpleModel() {
        var chance = SeededGenerator(20_261_123, for: #function)
        let seed = chance.seed
        for round in 0..<3000 {
            var pair = LedgerAndModel(start: Int64.random(in: 0...1000, using: &chance))
            for _ in 0..<60 { pair.step(&chance) }
            #expect(pair.differences.isEmpty, "seed \(seed), round \(round): \(pair.differences)")
            if !pair.differences.isEmpty { return }
        }
    }

    @Test func theModelSeesAFrontierThatSkipsAnOpenRecord() {
        var pair = LedgerAndModel(start: 0)
        pair.receive(0)
        pair.receive(1)
        pair.finish(1)
        _ = pair.ledger.done(0)
        pair.compare()
        #expect(!pair.differences.isEmpty)
    }
}

extension PartitionLedger {
    /// A ledger in whose window every record may start.
    fileprivate init(position: Int64) {
        self.init(
            .init(position: position, done: [], horizon: .max, commitsFirst: false),
            limits: Limits(window: OffsetMap.countMax))
    }
}

private struct LedgerAndModel {
    var ledger: PartitionLedger
    private var received: [Int64] = []
    private var done: Set<Int64> = []
    private var next: Int64
    private(set) var differences: [String] = []

    init(start: Int64) {
        ledger = PartitionLedger(position: start)
        next = start
    }

    mutating func step(_ chance: inout SeededGenerator) {
        if Bool.random(using: &chance) {
            receive(next + Int64.random(in: 0...3, using: &chance) * Int64.random(in: 0...1, using: &chance))
        } else if let offset = received.filter({ !done.contains($0) }).randomElement(using: &chance) {
            finish(offset)
        }
        compare()
    }

    mutating func receive(_ offset: Int64) {
        received.append(offset)
        next = offset + 1
        if ledger.received(offset) != .open { differences.append("refused \(offset)") }
    }

    mutating func finish(_ offset: Int64) {
        done.insert(offset)
        _ = ledger.done(offset)
    }

    mutating func compare() {
        let open = received.filter { !done.contains($0) }
        let frontier = open.min() ?? next
        if ledger.frontier != frontier {
            differences.append("frontier \(ledger.frontier), not \(frontier)")
        }
        if ledger.openOffsets != open { differences.append("open \(ledger.openOffsets), not \(open)") }
        let held = received.count { $0 >= frontier }
        if ledger.heldCount != held { differences.append("held \(ledger.heldCount), not \(held)") }
    }
}
