extension MercadoPagoClient {
    /// The account that the access token belongs to; nothing shows sooner whether a token works.
    ///
    /// - Throws: ``MercadoPagoError``; 401 where the access token is unknown.
    public func account() async throws(MercadoPagoError) -> MercadoPagoAnswer<SellerAccount> {
        try await object(SellerAccount.self, from: Call(.account, "/users/me"))
    }

    /// The ways to pay that the account's country offers, with their limits.
    ///
    /// - Throws: ``MercadoPagoError``.
    public func paymentMethods() async throws(MercadoPagoError) -> MercadoPagoAnswer<[PaymentMethod]> {
        try await list(PaymentMethod.self, from: Call(.paymentMethods, "/v1/payment_methods"))
    }

    /// The kinds of identity document that the account's country knows.
    ///
    /// - Throws: ``MercadoPagoError``.
    public func identificationTypes()
        async throws(MercadoPagoError) -> MercadoPagoAnswer<[IdentificationType]>
    {
        try await list(IdentificationType.self, from: Call(.identificationTypes, "/v1/identification_types"))
    }
}
