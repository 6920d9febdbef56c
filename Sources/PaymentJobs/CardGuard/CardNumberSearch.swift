/// Looks for card numbers in a text: rows of digits, whole or in groups.
///
/// - A row without separators counts as a whole or not at all, so that a part of a longer id is no card number.
/// - Groups that spaces, dashes, dots or invisible characters separate count together in every way in which
///   whole groups follow one another: in `11 4509 9535 6623 3704 12` the four in the middle are found.
/// - Groups that other punctuation separates count together only as cards print them (4-4-4-4, 4-6-5, 4-6-4).
/// - Letters may touch a number (`visa4509…`, `…3704exp1230`), unless they make it a piece of a longer code. In
///   a word with many rows of digits, which most often is a token, only a row of 13 digits or more counts, and
///   none in a word of hexadecimal digits.
/// - UUIDs and trace contexts are no numbers, however many digits they have.
struct CardNumberSearch {
    private enum Gap { case wide, separator, punctuation }

    private struct Group {
        var digits: Range<Int>
        /// What stands between it and the group before it.
        var gap: Gap
        var isFreeBefore: Bool
        var isFreeBehind: Bool
    }

    private let units: [ScannedText.Unit]
    private var groups: [Group] = []
    private var row = DigitRow()
    /// For each digit of the row, its unit.
    private var unitOfDigit: [Int] = []

    init(_ text: ScannedText) {
        units = OpaqueShapes.hidden(in: text.units)
        collectGroups()
    }

    /// The units of the digits of each card number, in order; they may overlap.
    mutating func numbers() -> [[Int]] {
        var found: [[Int]] = []
        for first in groups.indices where groups[first].isFreeBefore {
            let start = groups[first].digits.lowerBound
            guard let issuer = row.prefix(at: start).flatMap(IssuerMatch.init) else { continue }
            for last in first..<groups.count {
                let window = start..<groups[last].digits.upperBound
                if last > first, groups[last].gap == .wide { break }
                guard window.count <= CardLengths.any.upperBound else { break }
                GuardSteps.add(last - first + 1)
                if groups[last].isFreeBehind, issuer.accepts(window, of: row), isPlausible(first...last) {
                    found.append(Array(unitOfDigit[window]))
                }
            }
        }
        return found
    }

    /// Whether the groups, where mere punctuation separates them, are those that cards print.
    private func isPlausible(_ range: ClosedRange<Int>) -> Bool {
        guard groups[range].dropFirst().contains(where: { $0.gap == .punctuation }) else { return true }
        let sizes = groups[range].map(\.digits.count)
        if sizes == [4, 6, 5] || sizes == [4, 6, 4] { return true }
        return sizes.dropLast().allSatisfy { $0 == 4 } && sizes[sizes.count - 1] <= 4
    }
}

extension CardNumberSearch {
    private mutating func collectGroups() {
        var position = 0
        var word = Word(in: units, from: 0)
        var end: Int?
        while position < units.count {
            guard units[position].kind.isDigit else {
                position += 1
                continue
            }
            let start = position
            let firstDigit = row.count
            while position < units.count, case .digit(let digit) = units[position].kind {
                row.append(digit)
                unitOfDigit.append(position)
                position += 1
            }
            if start >= word.range.upperBound { word = Word(in: units, around: start) }
            let mayBeFree = word.mayHoldNumber(ofDigits: position - start)
            groups.append(
                Group(
                    digits: firstDigit..<row.count, gap: end.map { gap($0..<start) } ?? .wide,
                    isFreeBefore: mayBeFree && isFree(before: start),
                    isFreeBehind: mayBeFree && isFree(behind: position)))
            end = position
        }
    }

    private func gap(_ range: Range<Int>) -> Gap {
        let (separatorsMax, mixedMax) = (8, 3)
        guard range.count <= separatorsMax else { return .wide }
        var gap = Gap.separator
        for unit in units[range] {
            switch unit.kind {
            case .separator: break
            case .punctuation: gap = .punctuation
            case .digit, .letter, .barrier: return .wide
            }
        }
        return gap == .punctuation && range.count > mixedMax ? .wide : gap
    }

    private func isFree(before start: Int) -> Bool {
        let longestName = 24
        var edge = start
        while edge > 0, start - edge <= longestName, units[edge - 1].kind == .letter { edge -= 1 }
        let isWordEdge = edge == 0 || !units[edge - 1].kind.isAlphanumeric
        return Self.isFree(units[edge..<start], max: longestName, isWordEdge: isWordEdge)
    }

    private func isFree(behind end: Int) -> Bool {
        let longestName = 10
        var edge = end
        while edge < units.count, edge - end <= longestName, units[edge].kind == .letter { edge += 1 }
        let isWordEdge = edge == units.count || !units[edge].kind.isAlphanumeric
        return Self.isFree(units[end..<edge], max: longestName, isWordEdge: isWordEdge)
    }

    /// Letters that make a word beside a number, rather than one code with it.
    private static func isFree(
        _ letters: ArraySlice<ScannedText.Unit>, max: Int, isWordEdge: Bool
    ) -> Bool {
        guard letters.count <= max else { return false }
        if letters.isEmpty || isWordEdge { return true }
        let isOneCase =
            !letters.contains { $0.scalar.properties.isLowercase }
            || !letters.contains { $0.scalar.properties.isUppercase }
        return letters.count >= 3 && isOneCase
    }
}

/// Letters and digits in a row.
private struct Word {
    private(set) var range: Range<Int>
    private var digitRuns = 0
    private var isHexadecimal = true

    /// Whether a row of so many digits in it may be a number, rather than a piece of a token or a hash.
    func mayHoldNumber(ofDigits count: Int) -> Bool {
        let (digitRunsMax, digitsMin) = (3, 13)
        return digitRuns <= digitRunsMax || count >= digitsMin && !isHexadecimal
    }

    init(in units: [ScannedText.Unit], around position: Int) {
        var start = position
        while start > 0, units[start - 1].kind.isAlphanumeric { start -= 1 }
        self.init(in: units, from: start)
    }

    init(in units: [ScannedText.Unit], from start: Int) {
        var end = start
        while end < units.count, units[end].kind.isAlphanumeric {
            let isFirstDigit = end == start || !units[end - 1].kind.isDigit
            if units[end].kind.isDigit, isFirstDigit { digitRuns += 1 }
            if !OpaqueShapes.isHexadecimal(units[end].scalar) { isHexadecimal = false }
            end += 1
        }
        GuardSteps.add(end - start)
        range = start..<end
    }
}

/// Ids whose shape leaves no doubt.
private enum OpaqueShapes {
    /// A UUID, the `traceparent` of W3C Trace Context, Zipkin's `b3`, and the gateway's card token: words of
    /// hexadecimal digits, with dashes between them.
    private static let shapes = [
        [8, 4, 4, 4, 12], [2, 32, 16, 2], [32, 16, 1, 16], [32, 16, 1], [32, 16], [32],
    ]

    /// The units with the digits of those ids turned into letters.
    static func hidden(in units: [ScannedText.Unit]) -> [ScannedText.Unit] {
        var units = units
        var position = 0
        while position < units.count {
            let isWordStart = position == 0 || !units[position - 1].kind.isAlphanumeric
            guard isWordStart, let shape = shapes.first(where: { has($0, in: units, at: position) }) else {
                position += 1
                continue
            }
            let end = position + length(shape)
            for index in position..<end where units[index].kind.isDigit { units[index].kind = .letter }
            position = end
        }
        return units
    }

    private static func length(_ shape: [Int]) -> Int { shape.reduce(shape.count - 1, +) }

    private static func has(_ shape: [Int], in units: [ScannedText.Unit], at start: Int) -> Bool {
        let end = start + length(shape)
        guard end <= units.count, end == units.count || !units[end].kind.isAlphanumeric else { return false }
        var position = start
        for size in shape {
            guard position == start || units[position - 1].scalar == "-" else { return false }
            guard units[position..<position + size].allSatisfy({ isHexadecimal($0.scalar) }) else {
                return false
            }
            position += size + 1
        }
        return true
    }

    static func isHexadecimal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "a"..."f", "A"..."F": true
        default: false
        }
    }
}
