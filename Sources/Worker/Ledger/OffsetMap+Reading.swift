extension OffsetMap {
    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// Above this group offsets don't fit an `Int64`.
    private static let groupMax = Int64.max / groupSize - 1

    /// Reads a map that ``text(_:base:)`` has written.
    ///
    /// The cost is linear in the text and in ``countMax``, whatever the text claims.
    ///
    /// - Returns: The done offsets, ascending; nil for every other text.
    static func done(in text: ArraySlice<UInt8>, base: Int64) -> [Int64]? {
        guard text.count <= lengthMax else { return nil }
        var reader = Reader(rest: text, group: base / groupSize)
        while let token = reader.next() {
            guard reader.take(token) else { return nil }
        }
        guard reader.isAtEnd, reader.done.first ?? base >= base else { return nil }
        // One set of offsets has one text: everything else was written by somebody else.
        guard Self.text(reader.done, base: base).elementsEqual(text) else { return nil }
        return reader.done
    }

    private enum Token {
        case group(UInt8)
        case empty(Int64)
        case full(Int64)
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>
        var group: Int64
        var done: [Int64] = []

        var isAtEnd: Bool { rest.isEmpty }

        /// The next token; nil at the end, and in front of what is none.
        mutating func next() -> Token? {
            guard let first = rest.first else { return nil }
            switch first {
            case UInt8(ascii: "("): return counted(before: UInt8(ascii: ")")).map(Token.empty)
            case UInt8(ascii: "["): return counted(before: UInt8(ascii: "]")).map(Token.full)
            default:
                guard let value = OffsetMap.values[Int(first)] else { return nil }
                rest.removeFirst()
                return .group(value)
            }
        }

        private mutating func counted(before close: UInt8) -> Int64? {
            // Nineteen digits at most: a missing bracket must not cost a scan of the whole text.
            guard let end = rest.prefix(21).firstIndex(of: close),
                let count = Decimal.value(rest[(rest.startIndex + 1)..<end])
            else { return nil }
            rest = rest[(end + 1)...]
            return count
        }

        /// Applies a token; false where it claims more than a map may.
        mutating func take(_ token: Token) -> Bool {
            switch token {
            case .group(let bits):
                guard group <= OffsetMap.groupMax else { return false }
                add(bits)
            case .empty(let count):
                guard group <= OffsetMap.groupMax, count <= OffsetMap.groupMax - group else { return false }
                group += count
            case .full(let count):
                let room = Int64(OffsetMap.countMax - done.count) / OffsetMap.groupSize
                guard group <= OffsetMap.groupMax, count <= room, count <= OffsetMap.groupMax - group else {
                    return false
                }
                for _ in 0..<count { add(OffsetMap.allDone) }
            }
            return done.count <= OffsetMap.countMax
        }

        private mutating func add(_ bits: UInt8) {
            for bit in 0..<UInt8(OffsetMap.groupSize) where bits & 1 << bit != 0 {
                done.append(group * OffsetMap.groupSize + Int64(bit))
            }
            group += 1
        }
    }
}

/// Whole numbers as a commit's metadata has them.
enum Decimal {
    /// The value of one to nineteen decimal digits without a leading zero; nil for every other text.
    static func value(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard (1...19).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            return nil
        }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
