import Testing

@testable import Kafka

@Suite("Tenures of partitions")
struct TenureLedgerTests {
    private let all = [partition(0), partition(1), partition(2)]

    private func running(_ ledger: inout TenureLedger, _ partitions: [TopicPartition]) -> AssignmentEpoch {
        let epoch = ledger.assigned(partitions)
        #expect(ledger.offered(epoch) == Set(partitions))
        #expect(ledger.started(epoch) == Set(partitions))
        return epoch
    }

    @Test("go from reading to offered to running, each once")
    func phases() {
        var ledger = TenureLedger()
        let epoch = ledger.assigned(all)
        #expect(ledger.started(epoch) == nil)
        #expect(ledger.isReading(epoch))
        #expect(!ledger.holds(partition(0), in: epoch))
        #expect(ledger.offered(epoch) == Set(all))
        #expect(ledger.offered(epoch) == nil)
        #expect(ledger.holds(partition(0), in: epoch), "commits are possible before records flow")
        #expect(ledger.started(epoch) == Set(all))
        #expect(ledger.started(epoch) == nil)
        #expect(ledger.held == all)
    }

    @Test("are given up only when their caller says so")
    func revocation() {
        var ledger = TenureLedger()
        let epoch = running(&ledger, all)
        #expect(ledger.revoked(all) == [.init(epoch: epoch, partitions: all)])
        #expect(ledger.holds(partition(1), in: epoch), "the last commit comes after the revocation")
        #expect(ledger.released(epoch) == .complete(all, all: all))
        #expect(!ledger.holds(partition(1), in: epoch))
        #expect(ledger.released(epoch) == .stale)
    }

    @Test("that nobody was told of end unasked")
    func revokedWhileReading() {
        var ledger = TenureLedger()
        let epoch = ledger.assigned(all)
        #expect(ledger.revoked(all).isEmpty)
        #expect(ledger.offered(epoch) == nil)
        #expect(ledger.held.isEmpty)
    }

    @Test("that were offered and not answered can still be revoked, and then not be started")
    func revokedWhileOffered() {
        var ledger = TenureLedger()
        let epoch = ledger.assigned(all)
        _ = ledger.offered(epoch)
        #expect(ledger.revoked(all) == [.init(epoch: epoch, partitions: all)])
        #expect(ledger.started(epoch) == nil)
        #expect(ledger.released(epoch) == .complete(all, all: all))
    }

    @Test("of different epochs are released one by one and unassigned together")
    func cooperative() {
        var ledger = TenureLedger()
        let first = running(&ledger, [partition(0), partition(1)])
        let second = running(&ledger, [partition(2)])
        let wanted = [partition(1), partition(2)]
        #expect(
            ledger.revoked(wanted) == [
                .init(epoch: first, partitions: [partition(1)]),
                .init(epoch: second, partitions: [partition(2)]),
            ])
        #expect(ledger.released(second) == .partial([partition(2)]))
        #expect(ledger.released(first) == .complete([partition(1)], all: wanted))
        #expect(ledger.holds(partition(0), in: first), "what wasn't asked for goes on")
    }

    @Test("can be lost at any time, and are told only to those who knew")
    func loss() {
        var ledger = TenureLedger()
        let first = running(&ledger, [partition(0)])
        _ = ledger.assigned([partition(1)])
        _ = ledger.revoked([partition(0)])
        #expect(ledger.lost(all) == [.init(epoch: first, partitions: [partition(0)])])
        #expect(ledger.released(first) == .stale)
        #expect(ledger.held.isEmpty)
    }

    @Test("never come back: a regained partition has another epoch")
    func epochs() {
        var ledger = TenureLedger()
        let first = running(&ledger, all)
        _ = ledger.revoked(all)
        _ = ledger.released(first)
        let second = running(&ledger, all)
        #expect(second > first)
        #expect(!ledger.holds(partition(0), in: first))
        #expect(ledger.holds(partition(0), in: second))
    }

    @Test("hold each partition once, and old epochs never, in any history")
    func property() {
        let seed = UInt64.random(in: .min ... .max)
        print("TenureLedger seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var ledger = TenureLedger()
        var epochs: [AssignmentEpoch] = []
        for _ in 0..<5000 {
            let some = (0..<6).map { partition($0) }.filter { _ in Bool.random(using: &random) }
            let epoch = epochs.randomElement(using: &random) ?? AssignmentEpoch(rawValue: 0)
            switch Int.random(in: 0...5, using: &random) {
            case 0: epochs.append(ledger.assigned(some.filter { !ledger.held.contains($0) }))
            case 1: _ = ledger.offered(epoch)
            case 2: _ = ledger.started(epoch)
            case 3: _ = ledger.revoked(some)
            case 4: _ = ledger.released(epoch)
            default: _ = ledger.lost(some)
            }
            for held in (0..<6).map({ partition($0) }) {
                let holders = epochs.filter { ledger.holds(held, in: $0) }
                #expect(holders.count <= 1)
                if let holder = holders.first {
                    #expect(ledger.held.contains(held) && holder <= epochs[epochs.count - 1])
                }
            }
        }
        #expect(Set(epochs).count == epochs.count)
    }
}
