/// The dates that a search takes: ISO 8601 with an offset, and arithmetic on `NOW`.
enum DateText {
    /// Reads `2026-11-23T10:00:00.000-04:00`, `…Z`, `NOW`, `NOW-30DAYS`; `nil` where it is none of them.
    static func instant(_ text: String, now: Instant) -> Instant? {
        text.hasPrefix("NOW") ? relative(text.dropFirst(3), now: now) : iso(text)
    }

    /// Whether a text is a day (`2000-01-18`) or a whole date.
    static func isDate(_ text: String) -> Bool {
        iso(text) != nil || (text.utf8.count == 10 && iso(text + "T00:00:00Z") != nil)
    }

    /// `NOW-{1..60}MINUTES`, `{1..24}HOURS`, `{1..365}DAYS`, `{1..8}WEEKS` are documented; the default
    /// window is documented as `NOW-3MONTHS`, so months are taken too.
    private static func relative(_ text: Substring, now: Instant) -> Instant? {
        if text.isEmpty { return now }
        let digits = text.dropFirst().prefix { $0.isNumber }
        guard text.first == "-", let count = Int(digits) else { return nil }
        let (range, seconds): (ClosedRange<Int>, Int)
        switch text.dropFirst(1 + digits.count) {
        case "MINUTES", "MINUTE": (range, seconds) = (1...60, 60)
        case "HOURS", "HOUR": (range, seconds) = (1...24, 3_600)
        case "DAYS", "DAY": (range, seconds) = (1...365, 86_400)
        case "WEEKS", "WEEK": (range, seconds) = (1...8, 7 * 86_400)
        case "MONTHS", "MONTH": (range, seconds) = (1...12, 365 * 86_400 / 12)
        default: return nil
        }
        return range.contains(count) ? now.advanced(by: .seconds(-count * seconds)) : nil
    }

    private static func iso(_ text: String) -> Instant? {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2),
            scanner.skip("-"),
            let day = scanner.number(2), scanner.skip("T"), let hour = scanner.number(2), scanner.skip(":"),
            let minute = scanner.number(2), scanner.skip(":"), let second = scanner.number(2)
        else { return nil }
        guard (1...12).contains(month), (1...length(year, month)).contains(day), hour < 24, minute < 60,
            second < 61,
            let milliseconds = scanner.fraction(), let offset = scanner.offset(), scanner.rest.isEmpty
        else { return nil }
        let days = Instant.days(year: year, month: month, day: day)
        let seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
        return Instant(milliseconds: seconds * 1_000 + milliseconds)
    }

    /// How many days a month has.
    private static func length(_ year: Int64, _ month: Int64) -> Int64 {
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        return Instant.days(year: next.0, month: next.1, day: 1)
            - Instant.days(year: year, month: month, day: 1)
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func number(_ count: Int) -> Int64? {
            let digits = rest.prefix(count)
            guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest = rest.dropFirst(count)
            return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }

        /// Milliseconds; zero where there is no point, `nil` where no digit follows it.
        mutating func fraction() -> Int64? {
            guard skip(".") else { return 0 }
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            return (digits + [0x30, 0x30]).prefix(3).reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }

        /// Minutes east of UTC; the offset has to be written.
        mutating func offset() -> Int64? {
            if skip("Z") { return 0 }
            let isWest = rest.first == UInt8(ascii: "-")
            guard skip("-") || skip("+"), let hours = number(2) else { return nil }
            _ = skip(":")
            guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
            return (hours * 60 + minutes) * (isWest ? -1 : 1)
        }
    }
}
