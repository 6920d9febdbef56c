import ExactJSON

extension Seller {
    /// The payments that a search finds, a page of them, as the index knows them.
    ///
    /// A look-up by id finds a payment at once, in its present state (live tests of two official SDKs); to any
    /// other search new payments and changes of old ones show after ``SandboxConfiguration/paymentSearchLag``.
    func searchPayments(_ search: PaymentSearch, now: Instant) -> JSON {
        let found: [Payment]
        if let id = search.id {
            found = payments[id].map { [$0] } ?? []
        } else if let reference = search.externalReference {
            found = (paymentsByReference[reference] ?? []).compactMap { payments[$0] }
        } else {
            found = Array(payments.all)
        }
        let oldest = now.advanced(by: .zero - PaymentSearch.reach)
        let heard = search.id == nil ? now.advanced(by: .zero - settings.paymentSearchLag) : now
        let matching = found.compactMap { payment -> Payment? in
            guard payment.created >= oldest else { return nil }
            return payment.asIndexed(until: heard, site: account.site)
        }.filter { search.matches($0, of: account) }
        let page = search.sorted(matching).dropFirst(search.offset).prefix(search.limit)
        return [
            "paging": [
                "total": JSON(matching.count), "limit": JSON(search.limit), "offset": JSON(search.offset),
            ],
            "results": .array(page.map { $0.json(seller: account, isLive: isLive) }),
        ]
    }
}
