import PaymentJobs

/// Between which moments payments are searched.
public struct SearchWindow: Sendable, Hashable {
    /// The first moment: RFC 3339, or counted from now, such as `NOW-30DAYS` ([C] docs).
    public var begin: String
    /// The last moment: RFC 3339, or `NOW`.
    public var end: String

    /// A window in the gateway's own words.
    public init(begin: String, end: String) {
        self.begin = begin
        self.end = end
    }

    /// A window from milliseconds since 1970.
    public init(begin: Int64, end: Int64) {
        self.init(begin: Timestamp.text(begin), end: Timestamp.text(end))
    }

    /// The twelve months that search covers ([C] spec), ending an hour ahead of `now` (milliseconds since
    /// 1970): a clock that is behind must not hide a payment made a moment ago.
    public static func trailingYear(now: Int64 = WallClock.milliseconds()) -> SearchWindow {
        SearchWindow(begin: now - 365 * 86_400_000, end: now + 3_600_000)
    }
}

/// One filter of a search, by the gateway's name for it.
///
/// What is searched for may be a name or a document's number, so it is hidden from logs.
public struct SearchFilter: Sendable, Hashable {
    /// The gateway's name of the field, such as `store_id` or `identification.number`.
    public var name: String
    /// What the field must be.
    public var value: Secret<String>

    /// A filter.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = Secret(value)
    }
}

/// In which order results come.
public enum SearchOrder: String, Sendable, Hashable, CaseIterable {
    /// The smallest or oldest first.
    case ascending = "asc"
    /// The largest or newest first.
    case descending = "desc"
}
