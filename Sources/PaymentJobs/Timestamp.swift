/// RFC 3339 in UTC with milliseconds, from milliseconds since 1970.
///
/// Written here rather than with a formatter because every event carries four of them.
public enum Timestamp {
    /// The years 0 to 9999, which is all that RFC 3339 can write.
    private static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// `1732363200123` → `2024-11-23T12:00:00.123Z`.
    ///
    /// A producer chooses its record's timestamp, so any number may come here: one outside of the years 0 to
    /// 9999 is written as the nearest that is inside.
    public static func text(_ milliseconds: Int64) -> String {
        let inRange = min(max(milliseconds, range.lowerBound), range.upperBound)
        let (days, inDay) = inRange.flooredDivision(by: 86_400_000)
        let (year, month, day) = date(daysSince1970: days)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        func append(_ value: Int64, digits: Int, then separator: Unicode.Scalar) {
            var divisor: Int64 = digits == 4 ? 1000 : digits == 3 ? 100 : 10
            for _ in 0..<digits {
                text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
            text.append(UInt8(ascii: separator))
        }
        append(year, digits: 4, then: "-")
        append(month, digits: 2, then: "-")
        append(day, digits: 2, then: "T")
        append(inDay / 3_600_000, digits: 2, then: ":")
        append(inDay / 60_000 % 60, digits: 2, then: ":")
        append(inDay / 1000 % 60, digits: 2, then: ".")
        append(inDay % 1000, digits: 3, then: "Z")
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether `text` has the form that `text(_:)` writes.
    static func isText(_ text: String) -> Bool {
        let form = "9999-99-99T99:99:99.999Z".utf8
        return text.utf8.count == form.count
            && zip(text.utf8, form).allSatisfy { byte, expected in
                expected == UInt8(ascii: "9") ? (48...57).contains(byte) : byte == expected
            }
    }

    /// The proleptic Gregorian date, counted in eras of 400 years that begin on 1 March, so that the leap
    /// day is the last day of its year.
    private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
