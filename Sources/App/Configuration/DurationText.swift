/// Durations as people write them: a number and its unit, such as `250ms`, `1.5s`, `2m`, `1h` or `30d`.
package enum DurationText {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1000),
    ]

    /// The duration in `text`; nil where there is no number, no known unit, more than nine digits, or more than
    /// 292 years.
    package static func parse(_ text: String) -> Duration? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let unit = units.first(where: { $0.name == text[number.endIndex...] }) else { return nil }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ (1...9).contains($0.utf8.count) }),
            let whole = Int64(parts[0])
        else { return nil }
        var (nanoseconds, isTooLong) = whole.multipliedReportingOverflow(by: unit.nanoseconds)
        guard !isTooLong else { return nil }
        if parts.count == 2 {
            guard let fraction = Int64(parts[1]) else { return nil }
            var scale: Int128 = 1
            for _ in parts[1] { scale *= 10 }
            let (microseconds, rest) = (Int128(fraction) * Int128(unit.nanoseconds / 1000))
                .quotientAndRemainder(dividingBy: scale)
            guard rest == 0 else { return nil }
            (nanoseconds, isTooLong) = nanoseconds.addingReportingOverflow(Int64(microseconds) * 1000)
            guard !isTooLong else { return nil }
        }
        return .nanoseconds(nanoseconds)
    }

    /// The shortest text that ``parse(_:)`` reads back.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        if nanoseconds == 0 { return "0s" }
        for unit in units where nanoseconds % unit.nanoseconds == 0 {
            return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
        }
        return "\(nanoseconds / 1000)us"
    }
}
