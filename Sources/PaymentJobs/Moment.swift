/// A moment in time as a producer gives it, to the millisecond.
public struct Moment: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970.
    public let milliseconds: Int64

    /// A moment from milliseconds since 1970.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads RFC 3339, such as `2026-01-31T12:00:00Z` or `2026-01-31T09:00:00.250-03:00`.
    ///
    /// Nil for everything else: a date without an offset would mean another moment in each country. Digits
    /// behind the third of a fraction are dropped.
    public init?(_ text: String) {
        var scanner = DateScanner(text)
        guard let milliseconds = scanner.moment(), scanner.usesColonInOffset, scanner.isAtEnd else {
            return nil
        }
        self.milliseconds = milliseconds
    }

    /// RFC 3339 in UTC.
    public var description: String { Timestamp.text(milliseconds) }

    /// Earlier moments are less.
    public static func < (left: Moment, right: Moment) -> Bool { left.milliseconds < right.milliseconds }
}
