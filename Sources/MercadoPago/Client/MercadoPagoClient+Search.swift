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
        var requests = 0
        while true {
            var query = Query(path: path)
            filter(&query)
            query.append("limit", Self.pageSize)
            query.append("offset", offset)
            var answer = try await page(type, from: Call(endpoint, query.text))
            requests += 1
            answer.requests = requests
            let page = answer.value
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
