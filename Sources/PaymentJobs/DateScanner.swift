/// Reads dates such as `2023-09-04T09:00:57.374-04:00` from the front of a text.
package struct DateScanner {
    private var rest: Substring.UTF8View
    /// Whether the offset was written as RFC 3339 wants it: `Z` or `±hh:mm`, not `±hhmm`.
    package private(set) var usesColonInOffset = true

    package init(_ text: String) { rest = Substring(text).utf8 }

    package var isAtEnd: Bool { rest.isEmpty }

    /// Milliseconds since 1970; nil for what is no date, or none that exists.
    package mutating func moment() -> Int64? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2),
            skip("T"), let hour = number(2), skip(":"), let minute = number(2), skip(":"),
            let second = number(2)
        else { return nil }
        let fraction = skip(".") ? thousandths() : 0
        guard let fraction, let offset = offsetMinutes() else { return nil }
        let time = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        return time.secondsSince1970.map { ($0 - offset * 60) * 1000 + fraction }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func digit() -> Int64? {
        guard let first = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return nil
        }
        rest.removeFirst()
        return Int64(first - UInt8(ascii: "0"))
    }

    private mutating func number(_ count: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// At least one digit; those beyond the third are dropped.
    private mutating func thousandths() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            if count < 3 { value = value * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 3)..<3 { value *= 10 }
        return value
    }

    /// `Z`, `±hh:mm` or `±hhmm`.
    private mutating func offsetMinutes() -> Int64? {
        if skip("Z") { return 0 }
        let sign: Int64 = skip("-") ? -1 : 1
        guard sign == -1 || skip("+") else { return nil }
        guard let hours = number(2) else { return nil }
        usesColonInOffset = skip(":")
        guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
