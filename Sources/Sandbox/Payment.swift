import ExactJSON

/// A payment, as the seller's books have it.
struct Payment: Sendable {
    let id: Int64
    let request: PaymentRequest
    let card: CardDetails
    let brand: CardBrand
    /// The saved card that was charged; `nil` for a number that was typed.
    let savedCard: SavedCard?
    let idempotencyKey: String
    let authorizationCode: String
    let created: Instant
    /// Its state by the books; time may have ended it since: ``asOf(_:site:)``.
    private(set) var state: PaymentState
    /// Earlier states that a lagging index may still show, oldest first.
    private var earlier: [PaymentState] = []
    /// How many accepted updates captured and cancelled it, repeats of a capture included.
    private(set) var captures = 0
    private(set) var cancellations = 0

    /// How many earlier states are kept.
    private static let earlierMax = 32

    init(
        id: Int64, request: PaymentRequest, token: CardToken, brand: CardBrand, savedCard: SavedCard?,
        outcome: CardOutcome, idempotencyKey: String, authorizationCode: String, created: Instant
    ) {
        self.id = id
        self.request = request
        card = token.details
        self.brand = brand
        self.savedCard = savedCard
        self.idempotencyKey = idempotencyKey
        self.authorizationCode = authorizationCode
        self.created = created
        state = PaymentState(outcome, request, now: created)
    }

    var outcome: CardOutcome { state.outcome }
    var updated: Instant { state.updated }

    /// The payment as it is at a moment, with whatever lapsed until then.
    func asOf(_ now: Instant, site: SandboxSite) -> Payment {
        var payment = self
        payment.state = state.lapsed(at: now, created: created, site: site)
        return payment
    }

    /// The payment as an index knows it that has heard of nothing after a moment.
    ///
    /// `nil` where it hasn't heard of the payment.
    func asIndexed(until heard: Instant, site: SandboxSite) -> Payment? {
        guard created <= heard else { return nil }
        var payment = self
        if state.updated > heard, let last = earlier.last(where: { $0.updated <= heard }) ?? earlier.first {
            payment.state = last
        }
        return payment.asOf(heard, site: site)
    }

    /// Puts a new state in the place of the present one.
    mutating func become(_ next: PaymentState) {
        earlier.append(state)
        if earlier.count > Self.earlierMax { earlier.removeFirst() }
        state = next
    }

    /// Counts an update that was carried out.
    mutating func note(_ action: PaymentUpdate.Action) {
        switch action {
        case .capture: captures += 1
        case .cancel: cancellations += 1
        }
    }

    /// The field that `range` and `sort` of a search name; `nil` where the payment hasn't got it.
    func date(_ field: PaymentSearch.DateField) -> Instant? {
        switch field {
        case .created: created
        case .updated: updated
        case .approved: state.approved
        case .moneyRelease: moneyRelease
        }
    }

    /// Approved money is released after twelve days, as in recorded answers.
    var moneyRelease: Instant? { state.approved?.advanced(by: .days(12)) }
}
