import PaymentJobs

/// Which customers to search, and which page of them.
///
/// Only `email` is documented as a filter ([C] spec); an older guide names `id`, `first_name`, `last_name`,
/// `description` and `identification.*`. A filter that the gateway ignores finds everybody.
public struct CustomerSearch: Sendable, Hashable {
    /// Only customers with this address.
    public var email: Secret<String>?
    /// Further filters.
    public var filters: [SearchFilter]
    /// How many results a page has at most; the gateway's own limit is 10.
    public var limit: Int?
    /// How many results come before the page.
    public var offset: Int?

    /// A search; without filters it finds every customer of the account.
    public init(
        email: Secret<String>? = nil, filters: [SearchFilter] = [], limit: Int? = nil, offset: Int? = nil
    ) {
        self.email = email
        self.filters = filters
        self.limit = limit
        self.offset = offset
    }

    var query: Query {
        var query = Query(path: "/v1/customers/search")
        email?.reveal { query.append("email", $0) }
        for filter in filters { query.append(filter) }
        query.append("limit", ifGiven: limit)
        query.append("offset", ifGiven: offset)
        return query
    }
}
