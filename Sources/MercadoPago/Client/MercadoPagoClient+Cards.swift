import ExactJSON
import PaymentJobs

extension MercadoPagoClient {
    /// The cards saved for a customer: a bare array without pages ([C] spec).
    ///
    /// - Throws: ``MercadoPagoError``; 404 where there is no such customer.
    public func cards(
        of customer: CustomerID
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<[CustomerCard]> {
        try await list(CustomerCard.self, from: Call(.cards, "/v1/customers/\(customer)/cards"))
    }

    /// Saves a card for a customer.
    ///
    /// - Throws: ``MercadoPagoError``; `card-120` where the token is of no use ([O] sdk-php#148), `127` where
    ///   brand or issuer must be given, `129` where the customer has too many cards ([C] spec).
    public func addCard(
        _ request: CardRequest, to customer: CustomerID
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<CustomerCard> {
        let call = Call(.addCard, "/v1/customers/\(customer)/cards", body: request.fields.serialized())
        return try await object(CustomerCard.self, from: call)
    }

    /// Reads a saved card.
    ///
    /// - Throws: ``MercadoPagoError``; 404 where there is none. An id that would change the address is never
    ///   sent: ``MercadoPagoError/notSent(_:)``.
    public func card(
        _ id: String, of customer: CustomerID
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<CustomerCard> {
        try await object(CustomerCard.self, from: Call(.card, try cardPath(id, of: customer)))
    }

    /// Changes a saved card; its id stays the same, and what `changes` leaves out stays as it is ([T]
    /// sdk-nodejs, sdk-php, sdk-ruby).
    ///
    /// - Throws: ``MercadoPagoError``, as ``card(_:of:)`` does.
    public func updateCard(
        _ id: String, of customer: CustomerID, _ changes: CardChanges
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<CustomerCard> {
        let path = try cardPath(id, of: customer)
        return try await object(
            CustomerCard.self, from: Call(.updateCard, path, body: changes.fields.serialized()))
    }

    /// Removes a saved card; the answer is the card as it was ([C] spec, [T] sdk-java).
    ///
    /// - Throws: ``MercadoPagoError``, as ``card(_:of:)`` does; 404 is also what a repetition finds.
    public func deleteCard(
        _ id: String, of customer: CustomerID
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<CustomerCard> {
        try await object(CustomerCard.self, from: Call(.deleteCard, try cardPath(id, of: customer)))
    }

    /// Reads a card token; that doesn't use it up.
    ///
    /// - Throws: ``MercadoPagoError``.
    public func cardToken(
        _ token: CardToken
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<CardTokenInfo> {
        let path = token.secret.reveal { "/v1/card_tokens/\($0)" }
        return try await object(CardTokenInfo.self, from: Call(.cardToken, path))
    }

    /// Makes a token of a saved card.
    ///
    /// - Throws: ``MercadoPagoError``.
    public func createCardToken(
        _ request: CardTokenRequest
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<CardTokenInfo> {
        let call = Call(.createCardToken, "/v1/card_tokens", body: request.fields.serialized())
        return try await object(CardTokenInfo.self, from: call)
    }

    private func cardPath(_ id: String, of customer: CustomerID) throws(MercadoPagoError) -> String {
        "/v1/customers/\(customer)/cards/\(try PathPart.checked(id))"
    }
}
