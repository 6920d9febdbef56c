import ExactJSON

/// A payment, as the seller's books have it.
struct Payment: Sendable {
    let id: Int64
    let request: PaymentRequest
    let card: CardDetails
    let brand: CardBrand
    /// The saved card that was charged; `nil` for a number that was typed.
    let savedCard: SavedCard?
    let outcome: CardOutcome
    let idempotencyKey: String
    let authorizationCode: String
    let created: Instant

    /// When its look in the answers last changed.
    var updated: Instant { created }

    /// The field that `range` and `sort` of a search name; `nil` where the payment hasn't got it.
    func date(_ field: PaymentSearch.DateField) -> Instant? {
        switch field {
        case .created: created
        case .updated: updated
        case .approved: outcome.isApproved ? created : nil
        case .moneyRelease: moneyRelease
        }
    }

    /// Approved money is released after twelve days, as in recorded answers.
    var moneyRelease: Instant? { outcome.isApproved ? created.advanced(by: .seconds(12 * 86_400)) : nil }
}
