/// Looks in a text for a security code behind its name: `cvv=123`, `"cvc": "123"`, `<cvv>123</cvv>`, `cvv 123`,
/// `"cvv":{"value":"123"}`, `"name":"cvv","value":"123"`.
struct SecurityCodeSearch {
    /// The units of the digits of each code, in order.
    private(set) var codes: [[Int]] = []

    private static let codeLengths = 3...4
    private let units: [ScannedText.Unit]

    init(_ text: ScannedText) {
        units = text.units
        var position = 0
        while position < units.count {
            let start = position
            var digitsMax = 0
            var runs: [Range<Int>] = []
            while position < units.count, units[position].kind.isAlphanumeric {
                let run = digits(from: position)
                if Self.codeLengths.contains(run.count) { runs.append(run) }
                digitsMax = max(digitsMax, run.count)
                position = max(run.upperBound, position + 1)
            }
            look(at: runs, in: start..<position, holdsNumber: digitsMax >= CardLengths.any.lowerBound)
            if position == start { position += 1 }
        }
    }

    /// A word is a code, or holds one beside a card number: `pan4509…3704cvv123`.
    private mutating func look(at runs: [Range<Int>], in word: Range<Int>, holdsNumber: Bool) {
        GuardSteps.add(word.count)
        for run in runs {
            if run == word ? isNamed(before: run.lowerBound) : holdsNumber && isTouchedByName(run.lowerBound)
            {
                codes.append(Array(run))
            }
        }
    }

    private func digits(from start: Int) -> Range<Int> {
        var end = start
        while end < units.count, units[end].kind.isDigit { end += 1 }
        return start..<end
    }

    /// Whether the letters right before `position` are the name of a security code.
    private func isTouchedByName(_ position: Int) -> Bool {
        var start = position
        while start > 0, position - start < FieldName.lengthMax, units[start - 1].kind == .letter {
            start -= 1
        }
        return FieldRole(name: string(start..<position)) == .securityCode
    }

    /// Whether the name of a security code stands before `position`, by itself or with `value` behind it.
    private func isNamed(before position: Int) -> Bool {
        let (gapMax, wideGapMax) = (8, 24)
        let gap = gap(before: position, max: gapMax)
        let name = name(before: gap.lowerBound)
        if FieldRole(name: string(name)) == .securityCode {
            return units[gap].contains { [":", "=", ">"].contains($0.scalar) }
                || units[gap].allSatisfy { $0.kind == .separator }
        }
        guard FieldName.words(string(name)) == ["value"] else { return false }
        let outer = self.gap(before: name.lowerBound, max: wideGapMax)
        return FieldRole(name: string(self.name(before: outer.lowerBound))) == .securityCode
    }

    private func gap(before end: Int, max lengthMax: Int) -> Range<Int> {
        var start = end
        while start > 0, end - start < lengthMax, !units[start - 1].kind.isAlphanumeric { start -= 1 }
        return start..<end
    }

    private func name(before end: Int) -> Range<Int> {
        var start = end
        while start > 0, end - start < FieldName.lengthMax, isInName(units[start - 1]) { start -= 1 }
        return start..<end
    }

    private func string(_ range: Range<Int>) -> String {
        GuardSteps.add(range.count)
        return String(String.UnicodeScalarView(units[range].map(\.scalar)))
    }

    private func isInName(_ unit: ScannedText.Unit) -> Bool {
        unit.kind.isAlphanumeric || ["_", "-", " "].contains(unit.scalar)
    }
}
