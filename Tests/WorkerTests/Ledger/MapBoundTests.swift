import TestSupport
import Testing

@testable import Worker

/// A map always fits its commit: the bound that the ledger keeps is one, and no ledger exceeds it.
@Suite struct MapBoundTests {
    /// The longest names and numbers there are.
    private let place = CommitPlace(
        cluster: String(repeating: "c", count: 64), topic: String(repeating: "t", count: 249),
        partition: .max)

    /// The sum over neighbours that bounds every map over some of `offsets`.
    private func bound(_ offsets: [Int64]) -> Int {
        1 + zip(offsets, offsets.dropFirst()).reduce(0) { $0 + OffsetMap.step(from: $1.0, to: $1.1) }
    }

    /// The lemma behind the bound: leaving one offset out never makes the sum larger.
    @Test func leavingAGroupOutIsNeverLonger() {
        let edges = (3...17).map { (0..<$0).reduce(Int64(1)) { product, _ in product * 10 } }
        let sizes: [Int64] = Array(0...300) + edges.flatMap { edge in (-6...6).map { edge + $0 } }
        for first in sizes {
            for second in sizes {
                let whole = OffsetMap.runLength(first + 1 + second)
                let parts = OffsetMap.runLength(first) + 1 + OffsetMap.runLength(second)
                if whole > parts { Issue.record("\(first) and \(second): \(whole) > \(parts)") }
            }
        }
    }

    /// Every map over every subset of some offsets, from every base that is one of them.
    @Test func noMapOverSomeOffsetsIsLongerThanTheirBound() {
        let gaps: [[Int64]] = [
            [1], [2], [5], [6], [7], [1, 25], [24, 31], [1, 1, 1, 1, 1, 61], [6, 3000], [59, 60, 61, 66],
            [1_000_000_007, 1], [599, 605],
        ]
        for pattern in gaps {
            for start: Int64 in 0..<6 {
                var offsets = [start]
                while offsets.count < 10 {
                    offsets.append(offsets[offsets.count - 1] + pattern[offsets.count % pattern.count])
                }
                let bound = bound(offsets)
                for subset in 0..<(1 << offsets.count) {
                    let done = offsets.indices.filter { subset & 1 << $0 != 0 }.map { offsets[$0] }
                    let length = OffsetMap.text(done, base: start).count
                    if length > bound { Issue.record("\(done) from \(start): \(length) > \(bound)") }
                }
            }
        }
    }

    /// A full window without gaps, in the patterns that are worst for runs, at the highest offsets.
    @Test func theLargestWindowFitsWhateverIsDoneInIt() throws {
        var chance = SeededGenerator(20_261_123, for: #function)
        for phase: Int64 in 0..<6 {
            let full = try fill(from: Int64.max / 6 * 6 - 60_000 + phase) { 1 }
            #expect(full.count == OffsetMap.countMax, "the window, and not the map, is what is full")
            for period in [2, 5, 6, 7, 25, 60] {
                try expectFits(full) { $0 % period != 0 }
                try expectFits(full) { $0 % period == period - 1 }
            }
            try expectFits(full) { _ in Bool.random(using: &chance) }
        }
    }

    /// Records with any gaps: as many start as there is room for, and any of them may be done.
    @Test func gapsOfAnySizeFit() throws {
        var chance = SeededGenerator(20_261_124, for: #function)
        for widest: Int64 in 1...44 {
            let full = try fill(from: 1 << 62) {
                Int64.random(in: 1...(1 << Int64.random(in: 0...widest, using: &chance)), using: &chance)
            }
            for share in [1, 5, 9] {
                try expectFits(full) { _ in Int.random(in: 0..<10, using: &chance) < share }
            }
            try expectFits(full) { _ in true }
        }
    }

    /// A ledger in which nothing is done, and no further record starts.
    private struct Full {
        let start: Int64
        let ledger: PartitionLedger
        let started: [Int64]
        var count: Int { started.count }
    }

    private func fill(from start: Int64, gap: () -> Int64) throws -> Full {
        let facts = Takeover.Facts(lowWatermark: start, logEnd: .max - 20_000)
        guard case .start(let begin) = Takeover(facts) else { throw Unexpected.stop }
        var ledger = PartitionLedger(begin, limits: .init(window: OffsetMap.countMax))
        ledger.acknowledged(ledger.sealed())
        var offset = start
        var started: [Int64] = []
        while true {
            guard ledger.received(offset) == .open else { throw Unexpected.reception }
            guard let next = ledger.next() else { break }
            started.append(next.offset)
            offset += gap()
        }
        #expect(bound(started) <= OffsetMap.lengthMax)
        return Full(start: start, ledger: ledger, started: started)
    }

    /// Some of what is done is so by the commit itself, the frontier among it.
    private func expectFits(_ full: Full, isDone: (Int) -> Bool) throws {
        var ledger = full.ledger
        var added: Set<Int64> = [full.start]
        for (index, offset) in full.started.enumerated().dropFirst() where isDone(index) {
            if index % 3 == 0 { added.insert(offset) } else { _ = ledger.done(offset) }
        }
        for commit in [ledger.sealed(), ledger.sealed(adding: added)] {
            let metadata = commit.metadata(at: place, isReleased: true)
            let text = metadata.text
            #expect(text.utf16.count <= CommitMetadata.lengthMax)
            #expect(text.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "printable ASCII, without blanks")
            #expect(try CommitMetadata(reading: text, at: place, committed: commit.offset) == metadata)
        }
    }

    private enum Unexpected: Error {
        case stop, reception
    }
}
