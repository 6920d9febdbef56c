/// Decimal digits in a row, of which every window can be checked in constant time.
struct DigitRow {
    private(set) var digits: [UInt8] = []
    /// For each length, the Luhn sum of so many digits with every second one doubled, from the first or from
    /// the second on.
    private var sums: [(evenDoubled: Int, oddDoubled: Int)] = [(0, 0)]

    var count: Int { digits.count }

    mutating func append(_ digit: UInt8) {
        let (single, double) = (Int(digit), digit < 5 ? Int(digit) * 2 : Int(digit) * 2 - 9)
        let last = sums[digits.count]
        let isEven = digits.count.isMultiple(of: 2)
        sums.append(
            (
                last.evenDoubled + (isEven ? double : single),
                last.oddDoubled + (isEven ? single : double)
            ))
        digits.append(digit)
    }

    /// The number that the six digits from `start` make; nil where there are fewer.
    func prefix(at start: Int) -> Int? {
        guard start + 6 <= count else { return nil }
        return digits[start..<start + 6].reduce(0) { $0 * 10 + Int($1) }
    }

    /// Whether the last digit is right by ISO/IEC 7812-1: it counts once, the one before it twice, and so on.
    func isLuhnValid(_ window: Range<Int>) -> Bool {
        let (low, high) = (sums[window.lowerBound], sums[window.upperBound])
        let sum =
            window.upperBound.isMultiple(of: 2)
            ? high.evenDoubled - low.evenDoubled : high.oddDoubled - low.oddDoubled
        return sum.isMultiple(of: 10)
    }

    func isNaranjaValid(_ window: Range<Int>) -> Bool {
        let weights = [4, 3, 2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
        guard window.count == weights.count + 1 else { return false }
        let sum = zip(digits[window], weights).reduce(0) { $0 + Int($1.0) * $1.1 }
        let remainder = 11 - sum % 11
        return Int(digits[window.upperBound - 1]) == (remainder > 9 ? 0 : remainder)
    }
}
