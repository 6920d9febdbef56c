import ExactJSON
import PaymentJobs

extension MercadoPagoClient {
    /// As many results as every source says the gateway gives at once.
    private static let pageSize = 50

    /// Reads all pages of a search.
    ///
    /// An object that moves to another page meanwhile counts once.
    func search<Object: GatewayObject>(
        _ type: Object.Type, _ endpoint: Endpoint, _ path: String, filter: (inout Query) -> Void
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<[Object]> {
        var found: [Object] = []
        var seen: Set<Object.ID> = []
        var offset = 0
        while true {
            var query = Query(path: path)
            filter(&query)
            query.append("limit", Self.pageSize)
            query.append("offset", offset)
            let answer = try await answer(to: Call(endpoint, query.text))
            guard let page = Page<Object>(answer.value) else {
                throw .unreadable(answer.lacking("no page of \(Object.noun)s"))
            }
            found += page.results.filter { seen.insert($0.id).inserted }
            offset += page.results.count
            if offset >= page.total { return answer.with(found) }
            // Only a page past the end may be empty ([C] recorded): this one withholds results.
            guard !page.results.isEmpty else {
                throw .unreadable(answer.lacking("an empty page before the end"))
            }
            guard offset < searchResultsMax else {
                throw .incomplete(IncompleteSearch(resultsRead: offset, resultsTotal: page.total))
            }
        }
    }
}

/// Between which moments payments are searched.
public struct SearchWindow: Sendable, Hashable {
    /// The first moment, RFC 3339 in UTC.
    public var begin: String
    /// The last moment, RFC 3339 in UTC.
    public var end: String

    /// A window from milliseconds since 1970.
    public init(begin: Int64, end: Int64) {
        self.begin = Timestamp.text(begin)
        self.end = Timestamp.text(end)
    }

    /// The twelve months that search covers ([C] spec), ending an hour ahead of `now` (milliseconds since
    /// 1970): a clock that is behind must not hide a payment made a moment ago.
    public static func trailingYear(now: Int64 = WallClock.milliseconds()) -> SearchWindow {
        SearchWindow(begin: now - 365 * 86_400_000, end: now + 3_600_000)
    }
}
