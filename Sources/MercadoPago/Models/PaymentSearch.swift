import PaymentJobs

/// Which payments to search, and which page of them.
///
/// Source of the filters: [C] spec and docs. Search covers the last twelve months; it lags by seconds.
public struct PaymentSearch: Sendable, Hashable {
    /// A date of payments that a search can range over.
    public enum DateField: String, Sendable, Hashable, CaseIterable {
        /// When they were made.
        case created = "date_created"
        /// When they last changed.
        case lastUpdated = "date_last_updated"
        /// When they were approved.
        case approved = "date_approved"
        /// When the seller gets the money.
        case moneyRelease = "money_release_date"
    }

    /// What results can be sorted by.
    public enum SortField: String, Sendable, Hashable, CaseIterable {
        /// When they were made.
        case created = "date_created"
        /// When they last changed.
        case lastUpdated = "date_last_updated"
        /// When they were approved.
        case approved = "date_approved"
        /// When the seller gets the money.
        case moneyRelease = "money_release_date"
        /// Their id.
        case id
    }

    /// Only payments with this status.
    public var status: PaymentStatus?
    /// Only payments with this reference.
    public var externalReference: String?
    /// Which date ``window`` is about; the gateway ranges over three months where a date comes without a
    /// window ([C] docs).
    public var range: DateField?
    /// Between which moments ``range`` lies.
    public var window: SearchWindow?
    /// What the results are sorted by.
    public var sort: SortField?
    /// In which order.
    public var criteria: SearchOrder?
    /// Filters that have no name here, such as `store_id` or `payer.id`.
    public var filters: [SearchFilter]
    /// How many results a page has at most; the gateway's own limit is 30.
    public var limit: Int?
    /// How many results come before the page; at most 10,000 ([C] docs).
    public var offset: Int?

    /// A search; without filters it finds every payment of the account.
    public init(
        status: PaymentStatus? = nil, externalReference: String? = nil, range: DateField? = nil,
        window: SearchWindow? = nil, sort: SortField? = nil, criteria: SearchOrder? = nil,
        filters: [SearchFilter] = [], limit: Int? = nil, offset: Int? = nil
    ) {
        self.status = status
        self.externalReference = externalReference
        self.range = range
        self.window = window
        self.sort = sort
        self.criteria = criteria
        self.filters = filters
        self.limit = limit
        self.offset = offset
    }

    var query: Query {
        var query = Query(path: "/v1/payments/search")
        query.append("status", ifGiven: status?.rawValue)
        query.append("external_reference", ifGiven: externalReference)
        query.append("range", ifGiven: range?.rawValue)
        query.append("begin_date", ifGiven: window?.begin)
        query.append("end_date", ifGiven: window?.end)
        query.append("sort", ifGiven: sort?.rawValue)
        query.append("criteria", ifGiven: criteria?.rawValue)
        for filter in filters { query.append(filter) }
        query.append("limit", ifGiven: limit)
        query.append("offset", ifGiven: offset)
        return query
    }
}
