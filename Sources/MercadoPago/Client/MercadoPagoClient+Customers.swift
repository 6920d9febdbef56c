import ExactJSON
import PaymentJobs

extension MercadoPagoClient {
    /// Makes a customer.
    ///
    /// An account has at most one per e-mail address.
    ///
    /// - Throws: ``MercadoPagoError``; code `101` where there is one with this address already ([C] spec).
    public func createCustomer(
        _ details: CustomerDetails
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Customer> {
        try await object(
            Customer.self, from: Call(.createCustomer, "/v1/customers", body: details.fields.serialized()))
    }

    /// Reads a customer.
    ///
    /// - Throws: ``MercadoPagoError``; 404 where there is none.
    public func customer(_ id: CustomerID) async throws(MercadoPagoError) -> MercadoPagoAnswer<Customer> {
        try await object(Customer.self, from: Call(.customer, "/v1/customers/\(id)"))
    }

    /// The customers whose address equals `email`, whatever its upper and lower case.
    ///
    /// The search is read to its end, and each result compared: an ignored filter returns every customer of
    /// the account ([O] sdk-java#74, sdk-nodejs#81).
    /// - Throws: ``MercadoPagoError``, also where there are more results than the limit.
    public func customers(
        email: Secret<String>
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<[Customer]> {
        let wanted = email.reveal { $0.lowercased() }
        let found = try await search(Customer.self, .searchCustomers, "/v1/customers/search") { query in
            email.reveal { query.append("email", $0) }
        }
        return found.with(found.value.filter { $0.email?.reveal { $0.lowercased() } == wanted })
    }

    /// The cards saved for a customer: a bare array without pages ([C] spec).
    ///
    /// - Throws: ``MercadoPagoError``; 404 where there is no such customer.
    public func cards(
        of customer: CustomerID
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<[CustomerCard]> {
        let answer = try await answer(to: Call(.cards, "/v1/customers/\(customer)/cards"))
        guard let elements = answer.value.array else {
            throw .unreadable(answer.lacking("no array of cards"))
        }
        var cards: [CustomerCard] = []
        for element in elements {
            guard let card = element.object.flatMap(CustomerCard.init(fields:)) else {
                throw .unreadable(answer.lacking("a card without an id"))
            }
            cards.append(card)
        }
        return answer.with(cards)
    }

    /// Saves a card for a customer.
    ///
    /// - Throws: ``MercadoPagoError``; `card-120` where the token is of no use ([O] sdk-php#148).
    public func addCard(
        _ request: CardRequest, to customer: CustomerID
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<CustomerCard> {
        let call = Call(.addCard, "/v1/customers/\(customer)/cards", body: request.fields.serialized())
        return try await object(CustomerCard.self, from: call)
    }
}
