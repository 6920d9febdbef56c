import PaymentJobs

/// The `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date.
enum RetryAfter {
    /// Longer than this is not believed.
    private static let secondsMax: Int64 = 86_400

    /// The wait; nil where the header is neither form.
    ///
    /// A date is compared with the answer's own `Date` header, so that neither clock has to be right; without
    /// one, with `now` in milliseconds since 1970.
    static func duration(_ text: String, answeredAt date: String?, now: Int64) -> Duration? {
        let text = text.trimmingSpaces()
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return .seconds(min(Int64(text) ?? secondsMax, secondsMax))
        }
        guard let moment = HTTPDate.seconds(text) else { return nil }
        let reference = date.flatMap { HTTPDate.seconds($0.trimmingSpaces()) } ?? now / 1000
        return .seconds(min(max(moment - reference, 0), secondsMax))
    }
}

/// Dates of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7, the one form that may be sent).
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970; nil for everything else.
    static func seconds(_ text: some StringProtocol) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(where: { words[2] == $0 }),
            let day = Int64(words[1]), let year = Int64(words[3])
        else { return nil }
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2] else {
            return nil
        }
        return CivilTime(
            year: year, month: Int64(month) + 1, day: day, hour: hour, minute: minute, second: second
        ).secondsSince1970
    }
}

extension String {
    fileprivate func trimmingSpaces() -> Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let last = lastIndex(where: { !isSpace($0) }) else { return "" }
        return self[...last].drop(while: isSpace)
    }
}
