/// A point in time: milliseconds since 1970.
struct Instant: Sendable, Hashable, Comparable {
    let milliseconds: Int64

    static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    func advanced(by duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        return Instant(milliseconds: milliseconds + seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }

    /// As Mercado Pago writes dates: `2023-09-04T09:00:57.374-04:00`.
    var iso: String {
        let (day, time) = Self.split(milliseconds - 4 * 3_600_000)
        let clock = [time / 3_600_000, time / 60_000 % 60, time / 1_000 % 60].map { Self.pad($0, 2) }
        return "\(Self.date(day))T\(clock.joined(separator: ":")).\(Self.pad(time % 1_000, 3))-04:00"
    }

    /// As errors stamp themselves: `23-09-2021T17:56:16UTC`.
    var stamp: String {
        let (day, time) = Self.split(milliseconds)
        let clock = [time / 3_600_000, time / 60_000 % 60, time / 1_000 % 60].map { Self.pad($0, 2) }
        let date = Self.date(day).split(separator: "-").reversed().joined(separator: "-")
        return "\(date)T\(clock.joined(separator: ":"))UTC"
    }

    /// As HTTP writes dates (RFC 9110, 5.6.7), without fractions: `Mon, 23 Nov 2026 12:00:00 GMT`.
    var httpDate: String {
        let (day, time) = Self.split(milliseconds)
        let clock = [time / 3_600_000, time / 60_000 % 60, time / 1_000 % 60].map { Self.pad($0, 2) }
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let date = Self.civil(day)
        let weekday = weekdays[Int(((day % 7) + 7) % 7)]
        return "\(weekday), \(Self.pad(date.day, 2)) \(months[Int(date.month) - 1]) "
            + "\(Self.pad(date.year, 4)) \(clock.joined(separator: ":")) GMT"
    }

    /// The year and the month, in UTC.
    var month: (year: Int64, month: Int64) {
        let (year, month, _) = Self.civil(Self.split(milliseconds).day)
        return (year, month)
    }

    private static func split(_ milliseconds: Int64) -> (day: Int64, time: Int64) {
        let day = (milliseconds - (milliseconds < 0 ? 86_399_999 : 0)) / 86_400_000
        return (day, milliseconds - day * 86_400_000)
    }

    private static func date(_ day: Int64) -> String {
        let (year, month, day) = civil(day)
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Days since 1970 to a date (Hinnant, "chrono-compatible low-level date algorithms").
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// A date to days since 1970, the inverse of ``civil(_:)``.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
