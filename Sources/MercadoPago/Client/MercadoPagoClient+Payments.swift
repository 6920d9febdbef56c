import ExactJSON
import PaymentJobs

extension MercadoPagoClient {
    /// Makes a payment, or answers with the one made before with the same key.
    ///
    /// A rejected payment is an answer, not an error: 201 with status `rejected` ([C] recorded).
    /// - Throws: ``MercadoPagoError``, which says whether the payment may have been made.
    public func createPayment(
        _ request: PaymentRequest, key: IdempotencyKey
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Payment> {
        let body = request.fields.serialized()
        let call = Call(.createPayment, "/v1/payments", body: body, idempotencyKey: key.description)
        return try await object(Payment.self, from: call)
    }

    /// Reads a payment.
    ///
    /// - Throws: ``MercadoPagoError``; 404 with code `2000` where there is none, 403 where it is another
    ///   seller's.
    public func payment(_ id: Int64) async throws(MercadoPagoError) -> MercadoPagoAnswer<Payment> {
        try await object(Payment.self, from: Call(.payment, "/v1/payments/\(id)"))
    }

    /// The payments made in `window` with this reference, oldest first, read to the end.
    ///
    /// The reference is compared again: other searches of the gateway are known to ignore their filter. The
    /// index lags by seconds: finding nothing right after a call proves nothing ([T] sdk-dotnet).
    /// - Throws: ``MercadoPagoError``, also where there are more results than the limit.
    public func payments(
        externalReference: String, window: SearchWindow = .trailingYear()
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<[Payment]> {
        let found = try await search(Payment.self, .searchPayments, "/v1/payments/search") { query in
            query.append("external_reference", externalReference)
            query.append("range", "date_created")
            query.append("begin_date", window.begin)
            query.append("end_date", window.end)
            query.append("sort", "date_created")
            query.append("criteria", "asc")
        }
        return found.with(found.value.filter { $0.externalReference == externalReference })
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
}
