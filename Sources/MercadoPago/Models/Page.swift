import ExactJSON

/// One page of a search.
public struct Page<Object: GatewayObject>: Sendable, Hashable {
    /// How many results there are on all pages.
    public let total: Int
    /// How many results a page has at most.
    public let limit: Int?
    /// How many results come before this page.
    public let offset: Int?
    /// The results on this page.
    public let results: [Object]

    /// Nil where there is no `paging` with a total, or one result can't be read: a search that leaves one out
    /// in silence would deny a payment that was made.
    ///
    /// The page may be the one element of an array, as a sample of the older guide has it.
    public init?(_ json: JSON) {
        let fields = json.object ?? (json.array?.count == 1 ? json[0]?.object : nil)
        guard let fields, let paging = fields.object("paging"), let total = paging.int("total"),
            let elements = fields["results"]?.array
        else { return nil }
        let results = elements.compactMap { $0.object.flatMap(Object.init(fields:)) }
        guard results.count == elements.count else { return nil }
        self.total = total
        self.results = results
        limit = paging.int("limit")
        offset = paging.int("offset")
    }
}
