/// A JSON number taken apart: `-12.50e3` is negative, digits `1250`, ten to the power of `1`.
struct NumberParts {
    /// What follows the number's sign, point left out: values `0...9`, leading zeros included.
    let digits: [UInt8]
    let isNegative: Bool
    /// The power of ten that the digits, read as one integer, are multiplied with.
    ///
    /// `nil` where it has so many digits itself that no arithmetic on it makes sense.
    let exponent: Int?

    /// Reads a whole number; `nil` where the bytes aren't exactly one.
    init?(_ bytes: [UInt8]) {
        guard let span = NumberSpan(in: bytes, from: 0), span.end == bytes.count else { return nil }
        self.init(bytes, span)
    }

    init(_ bytes: [UInt8], _ span: NumberSpan) {
        isNegative = span.isNegative
        digits = (bytes[span.integer] + bytes[span.fraction]).map { $0 - UInt8(ascii: "0") }
        exponent = Self.power(bytes[span.exponent], isNegative: span.isExponentNegative)
            .map { $0 - span.fraction.count }
    }

    /// Fifteen digits leave room for every sum that is done with the result.
    private static func power(_ bytes: ArraySlice<UInt8>, isNegative: Bool) -> Int? {
        let significant = bytes.drop { $0 == UInt8(ascii: "0") }
        guard significant.count <= 15 else { return nil }
        let size = significant.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return isNegative ? -size : size
    }

    /// The digits without zeros at either end, and the power of ten that goes with them.
    ///
    /// Two numbers of equal value have equal results; zero has no digits. `nil` where there is no exponent.
    var normalized: (digits: ArraySlice<UInt8>, exponent: Int)? {
        var significant = digits.drop { $0 == 0 }
        let count = significant.count
        while significant.last == 0 { significant.removeLast() }
        guard !significant.isEmpty else { return ([], 0) }
        return exponent.map { (significant, $0 + count - significant.count) }
    }

    /// The value, where it is exactly an integer that fits.
    var int64: Int64? {
        guard let (digits, exponent) = normalized else { return nil }
        guard exponent >= 0, digits.count + exponent <= 19 else { return nil }
        var value: Int64 = 0
        for index in 0..<(digits.count + exponent) {
            let digit = index < digits.count ? Int64(digits[digits.startIndex + index]) : 0
            let (shifted, isTooLong) = value.multipliedReportingOverflow(by: 10)
            // Counted downwards for a negative number: the smallest integer has no positive counterpart.
            let (next, isTooLarge) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
            guard !isTooLong, !isTooLarge else { return nil }
            value = next
        }
        return value
    }
}

/// Where the parts of a JSON number lie in some bytes (RFC 8259 §6).
struct NumberSpan {
    private(set) var isNegative = false
    private(set) var integer = 0..<0
    private(set) var fraction = 0..<0
    private(set) var exponent = 0..<0
    private(set) var isExponentNegative = false
    /// The offset behind the number.
    private(set) var end: Int

    /// Reads the longest number that starts at `start`; `nil` where none does.
    init?(in bytes: [UInt8], from start: Int) {
        end = start
        if end < bytes.count, bytes[end] == UInt8(ascii: "-") {
            isNegative = true
            end += 1
        }
        integer = digits(in: bytes)
        guard !integer.isEmpty else { return nil }
        if bytes[integer.lowerBound] == UInt8(ascii: "0"), integer.count > 1 { return nil }
        if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
            end += 1
            fraction = digits(in: bytes)
            guard !fraction.isEmpty else { return nil }
        }
        guard end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") else { return }
        end += 1
        if end < bytes.count, bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+") {
            isExponentNegative = bytes[end] == UInt8(ascii: "-")
            end += 1
        }
        exponent = digits(in: bytes)
        guard !exponent.isEmpty else { return nil }
    }

    private mutating func digits(in bytes: [UInt8]) -> Range<Int> {
        let start = end
        while end < bytes.count, bytes[end] >= UInt8(ascii: "0"), bytes[end] <= UInt8(ascii: "9") { end += 1 }
        return start..<end
    }
}
