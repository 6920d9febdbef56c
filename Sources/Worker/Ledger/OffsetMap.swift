/// Which offsets from a base on are done, as text: a bitmap in Base64's alphabet in which a stretch of equal
/// groups is written as its length where that is shorter.
///
/// A group is six offsets whose first is a multiple of six, and is written as one character; its lowest bit is
/// the lowest offset. The text begins with the group that contains the base. `(n)` stands for n groups in
/// which nothing is done, `[n]` for n groups in which everything is.
///
/// Groups are counted from offset zero and not from the base, so that the length of a map over a list of
/// offsets is at most a sum over neighbours, ``step(from:to:)``, wherever its base is and whichever of them are
/// done: leaving an offset out replaces two steps by one that isn't longer than both. So a bound is kept in
/// O(1) while offsets come and go, and 16,384 offsets without a gap never need more than 2,732 characters.
enum OffsetMap {
    /// Characters that a map may have; what else is in a commit's metadata takes at most 395 of the 4,096.
    static let lengthMax = 3700
    /// Offsets that a map may call done; the largest window.
    static let countMax = 16_384

    static let groupSize: Int64 = 6
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    static let allDone: UInt8 = 63

    /// How many characters a map needs at most for having `next` in it after `offset`, which is lower.
    ///
    /// A map over a list of offsets has at most one character and the sum of the steps between neighbours.
    static func step(from offset: Int64, to next: Int64) -> Int {
        let groups = next / groupSize - offset / groupSize
        return groups == 0 ? 0 : 1 + runLength(groups - 1)
    }

    /// The shorter of two ways to write a run of equal groups.
    static func runLength(_ count: Int64) -> Int {
        // A counted run has at least three characters.
        if count <= 3 { return Int(count) }
        var digits = 1
        var rest = count
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        return digits + 2
    }

    /// Writes a map.
    ///
    /// - Parameters:
    ///   - done: Ascending offsets, none below `base`.
    ///   - base: The committed offset.
    /// - Returns: ASCII.
    static func text(_ done: some Sequence<Int64>, base: Int64) -> [UInt8] {
        var writer = Writer(group: base / groupSize)
        var group = base / groupSize
        var bits: UInt8 = 0
        for offset in done {
            let next = offset / groupSize
            if next != group {
                writer.put(bits, at: group)
                group = next
                bits = 0
            }
            bits |= 1 << UInt8(offset % groupSize)
        }
        writer.put(bits, at: group)
        return writer.finish()
    }

    private struct Writer {
        private var bytes: [UInt8] = []
        /// The first group that isn't written, nor part of `full`.
        private var group: Int64
        private var full: Int64 = 0

        init(group: Int64) { self.group = group }

        mutating func put(_ bits: UInt8, at index: Int64) {
            // Nothing is written for it yet: what follows tells how long the run is.
            if bits == 0 { return }
            let empty = index - group
            if empty > 0 || bits != allDone { endFull() }
            run(of: empty, "A", "(", ")")
            if bits == allDone { full += 1 } else { bytes.append(alphabet[Int(bits)]) }
            group = index + 1
        }

        mutating func finish() -> [UInt8] {
            endFull()
            return bytes
        }

        private mutating func endFull() {
            run(of: full, "/", "[", "]")
            full = 0
        }

        private mutating func run(
            of count: Int64, _ single: Unicode.Scalar, _ open: Unicode.Scalar, _ close: Unicode.Scalar
        ) {
            if count <= 3 {
                for _ in 0..<count { bytes.append(UInt8(ascii: single)) }
            } else {
                bytes.append(UInt8(ascii: open))
                bytes += String(count).utf8
                bytes.append(UInt8(ascii: close))
            }
        }
    }
}
