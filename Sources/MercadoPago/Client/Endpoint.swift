/// A call of the API.
///
/// What an error means depends on which call it answers.
public enum Endpoint: String, Sendable, Hashable, CaseIterable {
    /// `GET /users/me`
    case account
    /// `POST /v1/customers`
    case createCustomer
    /// `GET /v1/customers/{id}`
    case customer
    /// `PUT /v1/customers/{id}`
    case updateCustomer
    /// `DELETE /v1/customers/{id}`
    case deleteCustomer
    /// `GET /v1/customers/search`
    case searchCustomers
    /// `POST /v1/customers/{id}/cards`
    case addCard
    /// `GET /v1/customers/{id}/cards`
    case cards
    /// `GET /v1/customers/{id}/cards/{id}`
    case card
    /// `PUT /v1/customers/{id}/cards/{id}`
    case updateCard
    /// `DELETE /v1/customers/{id}/cards/{id}`
    case deleteCard
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
    /// `PUT /v1/payments/{id}` with `capture`
    case capturePayment
    /// `PUT /v1/payments/{id}` with `status`
    case cancelPayment
    /// `POST /v1/payments/{id}/refunds`
    case refundPayment
    /// `GET /v1/payments/{id}/refunds`
    case refunds
    /// `GET /v1/payments/{id}/refunds/{id}`
    case refund
    /// `GET /v1/payment_methods`
    case paymentMethods
    /// `GET /v1/identification_types`
    case identificationTypes

    /// An HTTP method.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// Reads.
        case get = "GET"
        /// Makes something.
        case post = "POST"
        /// Changes something.
        case put = "PUT"
        /// Removes something.
        case delete = "DELETE"
    }

    /// The call's HTTP method.
    public var method: Method {
        switch self {
        case .account, .customer, .searchCustomers, .cards, .card, .cardToken, .payment, .searchPayments,
            .refunds, .refund, .paymentMethods, .identificationTypes:
            .get
        case .createCustomer, .addCard, .createCardToken, .createPayment, .refundPayment: .post
        case .updateCustomer, .updateCard, .capturePayment, .cancelPayment: .put
        case .deleteCustomer, .deleteCard: .delete
        }
    }

    /// Whether the call changes something at the gateway.
    public var isWrite: Bool { method != .get }

    /// Whether the address names one payment: a 403 then speaks of that payment, which may be another
    /// seller's, and not of the account ([T] sdk-ruby test_payment).
    public var namesPayment: Bool {
        switch self {
        case .payment, .capturePayment, .cancelPayment, .refundPayment, .refunds, .refund: true
        case .account, .createCustomer, .customer, .updateCustomer, .deleteCustomer, .searchCustomers,
            .addCard, .cards, .card, .updateCard, .deleteCard, .createCardToken, .cardToken, .createPayment,
            .searchPayments, .paymentMethods, .identificationTypes:
            false
        }
    }
}
