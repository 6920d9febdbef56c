/// A call of the API.
///
/// What an error means depends on which call it answers.
public enum Endpoint: String, Sendable, Hashable, CaseIterable {
    /// `POST /v1/customers`
    case createCustomer
    /// `GET /v1/customers/{id}`
    case customer
    /// `GET /v1/customers/search`
    case searchCustomers
    /// `POST /v1/customers/{id}/cards`
    case addCard
    /// `GET /v1/customers/{id}/cards`
    case cards
    /// `POST /v1/card_tokens`
    case createCardToken
    /// `GET /v1/card_tokens/{id}`
    case cardToken
    /// `POST /v1/payments`
    case createPayment
    /// `GET /v1/payments/{id}`
    case payment
    /// `GET /v1/payments/search`
    case searchPayments

    /// Whether the call changes something at the gateway.
    public var isWrite: Bool {
        switch self {
        case .createCustomer, .addCard, .createCardToken, .createPayment: true
        case .customer, .searchCustomers, .cards, .cardToken, .payment, .searchPayments: false
        }
    }

    /// Whether the address names one payment: a 403 then speaks of that payment, which may be another
    /// seller's, and not of the account ([T] sdk-ruby test_payment).
    public var namesPayment: Bool {
        switch self {
        case .payment: true
        case .createCustomer, .customer, .searchCustomers, .addCard, .cards, .createCardToken, .cardToken,
            .createPayment, .searchPayments:
            false
        }
    }
}

/// One call, ready to be sent.
struct Call: Sendable {
    let endpoint: Endpoint
    /// What follows the base address: percent-encoded, with the query.
    let path: String
    var body: [UInt8]?
    var idempotencyKey: String?

    init(_ endpoint: Endpoint, _ path: String, body: [UInt8]? = nil, idempotencyKey: String? = nil) {
        precondition(endpoint.isWrite == (body != nil), "a write has a body, a read has none")
        self.endpoint = endpoint
        self.path = path
        self.body = body
        self.idempotencyKey = idempotencyKey
    }
}
