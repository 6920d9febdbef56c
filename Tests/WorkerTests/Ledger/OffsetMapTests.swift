import TestSupport
import Testing

@testable import Worker

@Suite struct OffsetMapTests {
    private func text(_ done: [Int64], base: Int64) -> String {
        String(decoding: OffsetMap.text(done, base: base), as: UTF8.self)
    }

    private func done(_ text: String, base: Int64 = 0) -> [Int64]? {
        OffsetMap.done(in: Array(text.utf8)[...], base: base)
    }

    @Test func aGroupOfSixIsOneCharacter() {
        #expect(text([], base: 0) == "")
        #expect(text([0], base: 0) == "B")
        #expect(text([1, 3], base: 0) == "K")
        #expect(text([5], base: 0) == "g")
        #expect(text([8], base: 4) == "AE", "groups are counted from offset zero")
        #expect(text([8], base: 7) == "E")
        #expect(text([6, 7, 8, 9, 10, 11], base: 6) == "/")
    }

    @Test func longRunsAreCounted() {
        #expect(text([18], base: 0) == "AAAB")
        #expect(text([24], base: 0) == "(4)B")
        #expect(text([6_000_000], base: 3) == "(1000000)B")
        #expect(text(Array(0..<18), base: 0) == "///")
        #expect(text(Array(1...30), base: 1) == "+[4]B")
        #expect(text(Array(0..<24) + [48], base: 0) == "[4](4)B")
    }

    @Test func whatWasWrittenIsRead() {
        var chance = SeededGenerator(20_261_123, for: #function)
        let seed = chance.seed
        for round in 0..<3000 {
            let base = Int64.random(in: 0...(1 << Int64.random(in: 0...60, using: &chance)), using: &chance)
            let offsets = randomOffsets(from: base, &chance)
            let text = OffsetMap.text(offsets, base: base)
            guard text.count <= OffsetMap.lengthMax else { continue }
            #expect(OffsetMap.done(in: text[...], base: base) == offsets, "seed \(seed), round \(round)")
        }
    }

    private func randomOffsets(from base: Int64, _ chance: inout SeededGenerator) -> [Int64] {
        let widest = Int64.random(in: 0...30, using: &chance)
        let isDense = Bool.random(using: &chance)
        var offset = base + Int64.random(in: 0...40, using: &chance)
        var offsets: [Int64] = []
        for _ in 0..<Int.random(in: 0...120, using: &chance) {
            offsets.append(offset)
            let isNext = isDense && Int.random(in: 0..<10, using: &chance) > 0
            offset += isNext ? 1 : Int64.random(in: 1...(1 << widest), using: &chance)
        }
        return offsets
    }

    /// Texts that nobody here writes: each must be refused, at a cost that isn't its claim's.
    @Test(arguments: [
        "A", "BA", "(4)", "AAAA", "AAAAB", "(3)B", "(04)B", "(0)B", "(4", "(4B", "4)B", "()B", "(-4)B",
        "(+4)B",
        "(4)(4)B", "(2000000000000000000)B", "(9223372036854775807)B", "(99999999999999999999)B",
        "(1537228672809129301)B", "(1537228672809129299)AAB", "[3]", "////", "[2730]/////", "[2731]",
        "[2000000000]", "[9223372036854775807]", "[2730][2730]", "[4][4]", "[4]/", "B C", "B\u{0}",
        "B=", "B-", "ü", "((4))B", "(4]B", "[4)", "(\u{0664})B",
    ])
    func everyOtherTextIsRefused(_ text: String) {
        #expect(done(text) == nil)
    }

    @Test func nothingBelowTheBaseCanBeDone() {
        #expect(done("B", base: 0) == [0])
        #expect(done("B", base: 1) == nil)
        #expect(done("E", base: 2) == [2])
        #expect(done("G", base: 2) == nil)
    }

    @Test func aMapOfTheLargestWindowIsRead() {
        #expect(done("[2730]P")?.count == OffsetMap.countMax)
        #expect(done("[2730]f") == nil, "one offset too many")
    }
}
