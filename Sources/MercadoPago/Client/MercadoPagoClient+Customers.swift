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

    /// Changes a customer; what `changes` leaves out stays as it is.
    ///
    /// - Throws: ``MercadoPagoError``; 404 where there is none, codes `102` to `118` for a field that the
    ///   gateway doesn't take ([C] spec).
    public func updateCustomer(
        _ id: CustomerID, _ changes: CustomerChanges
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Customer> {
        let call = Call(.updateCustomer, "/v1/customers/\(id)", body: changes.fields.serialized())
        return try await object(Customer.self, from: call)
    }

    /// Removes a customer; the answer is the customer as it was, or its id alone ([T] sdk-java, sdk-nodejs).
    ///
    /// - Throws: ``MercadoPagoError``; 404 where there is none, which is also what a repetition finds.
    public func deleteCustomer(
        _ id: CustomerID
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Customer> {
        try await object(Customer.self, from: Call(.deleteCustomer, "/v1/customers/\(id)"))
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

    /// One page of the customers that the gateway finds for `search`.
    ///
    /// Nothing is compared: a filter that the gateway ignores finds every customer of the account ([O]
    /// sdk-java#74, sdk-nodejs#81). Who looks for one person uses ``customers(email:)``.
    /// - Throws: ``MercadoPagoError``; codes `204` to `208` for a filter or an order that the gateway doesn't
    ///   take ([C] spec).
    public func searchCustomers(
        _ search: CustomerSearch = CustomerSearch()
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Page<Customer>> {
        try await page(Customer.self, from: Call(.searchCustomers, search.query.text))
    }
}
