import ExactJSON

/// GET /v1/payments/search, read from its query.
///
/// A filter that nobody knows is ignored, as at Mercado Pago.
struct PaymentSearch: Sendable {
    enum DateField: String {
        case created = "date_created"
        case updated = "date_last_updated"
        case approved = "date_approved"
        case moneyRelease = "money_release_date"
    }

    enum Sort {
        case id
        case date(DateField)
    }

    let id: Int64?
    let externalReference: String?
    let status: String?
    let payerID: String?
    let collectorID: String?
    /// Whether it is for a shop or a till, which no payment here comes from.
    let isForPlace: Bool
    let sort: Sort
    let isAscending: Bool
    /// Which date has to lie between which two, both included; `nil` where no window was asked for.
    let window: (field: DateField, from: Instant, to: Instant)?
    let limit: Int
    let offset: Int

    /// Only the last twelve months can be searched.
    static let reach = Duration.seconds(365 * 86_400)
    /// The most that one page holds, which is what the official SDKs' pagers ask for.
    ///
    /// That a larger limit is lowered to it is our choice.
    static let limitMax = 100

    init(_ query: Query, now: Instant) throws(Refusal) {
        if query["payer.email"] != nil { throw .payment(code: 1, "Params Error: payer.email") }
        id = try query["id"].map { text throws(Refusal) in
            guard let id = Int64(digits: text) else { throw .payment(code: 1, "Params Error: id") }
            return id
        }
        externalReference = query["external_reference"]
        status = query["status"]
        payerID = query["payer.id"]
        collectorID = query["collector.id"]
        isForPlace = query["store_id"] != nil || query["pos_id"] != nil
        sort = try Self.sort(query["sort"])
        isAscending = try Self.isAscending(query["criteria"])
        window = try Self.window(query, now: now)
        limit = min(try Self.number(query["limit"], "limit", 1...1_000) ?? 30, Self.limitMax)
        offset = try Self.number(query["offset"], "offset", 0...10_000) ?? 0
    }

    private static func number(
        _ text: String?, _ name: String, _ range: ClosedRange<Int>
    ) throws(Refusal) -> Int? {
        guard let text else { return nil }
        guard let number = Int(digits: text), number >= range.lowerBound else {
            throw .payment(code: 1, "Params Error: \(name)")
        }
        guard number <= range.upperBound else {
            throw .payment(code: 1_000, "Number of rows exceeded the limits")
        }
        return number
    }

    private static func sort(_ text: String?) throws(Refusal) -> Sort {
        guard let text else { return .date(.created) }
        if text == "id" { return .id }
        guard let field = DateField(rawValue: text) else { throw .payment(code: 1, "Params Error: sort") }
        return .date(field)
    }

    /// Newest first, unless asked otherwise: the default isn't documented.
    private static func isAscending(_ text: String?) throws(Refusal) -> Bool {
        switch text {
        case nil, "desc": false
        case "asc": true
        default: throw .payment(code: 1, "Params Error: criteria")
        }
    }

    /// With a range the window defaults to NOW-3MONTHS until NOW.
    ///
    /// That dates without a range are dates of creation is our choice.
    private static func window(
        _ query: Query, now: Instant
    ) throws(Refusal) -> (DateField, Instant, Instant)? {
        let dates = (query["begin_date"], query["end_date"])
        guard query["range"] != nil || dates.0 != nil || dates.1 != nil else { return nil }
        guard let field = DateField(rawValue: query["range"] ?? "date_created") else {
            throw .payment(code: 1, "Params Error: range")
        }
        guard let from = DateText.instant(dates.0 ?? "NOW-3MONTHS", now: now),
            let to = DateText.instant(dates.1 ?? "NOW", now: now)
        else { throw .payment(code: 1_001, "The date format is invalid") }
        return (field, from, to)
    }

    func matches(_ payment: Payment, of seller: SandboxAccount) -> Bool {
        if isForPlace { return false }
        if let collectorID, collectorID != String(seller.collectorID) { return false }
        if let externalReference, payment.request.externalReference != externalReference { return false }
        if let status, payment.outcome.status.rawValue != status { return false }
        if let payerID, payment.payerUserID != payerID { return false }
        guard let window else { return true }
        guard let date = payment.date(window.field) else { return false }
        return window.from <= date && date <= window.to
    }

    /// Payments without the date that they are sorted by come last.
    func sorted(_ payments: [Payment]) -> [Payment] {
        payments.sorted { left, right in
            let keys = (key(left), key(right))
            let order = keys.0 == keys.1 ? left.id < right.id : keys.0 < keys.1
            return isAscending ? order : !order && left.id != right.id
        }
    }

    private func key(_ payment: Payment) -> Int64 {
        switch sort {
        case .id: payment.id
        case .date(let field): payment.date(field)?.milliseconds ?? (isAscending ? .max : .min)
        }
    }
}
