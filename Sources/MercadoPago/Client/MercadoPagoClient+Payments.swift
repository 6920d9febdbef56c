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

    /// Takes the amount that an authorised payment has reserved.
    ///
    /// Nil takes all of it; an `amount` is in units of the payment's currency. Less than all is for some
    /// countries and brands only, more is never possible ([C] docs). Afterwards the payment's amount is what
    /// was captured ([T] sdk-nodejs). Capturing what is captured already answers with the payment as it is
    /// ([T] sdk-java, sdk-go). What the gateway makes of a `key` on this call isn't documented.
    /// - Throws: ``MercadoPagoError``; code `2018` where the payment's state doesn't allow it, which right
    ///   after its creation may pass ([T] sdk-java), `2077` where the account can't ([C] spec).
    public func capturePayment(
        _ id: Int64, amount: ExactDecimal? = nil, key: IdempotencyKey? = nil
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Payment> {
        var changes: JSONObject = ["capture": true]
        changes["transaction_amount"] = amount?.asJSON
        return try await change(id, changes, .capturePayment, key)
    }

    /// Cancels a payment that isn't approved yet: one that is pending, in process, or only reserved.
    ///
    /// What the gateway makes of a `key` on this call isn't documented.
    /// - Throws: ``MercadoPagoError``; code `2018` or `3005` where the payment's state doesn't allow it: an
    ///   approved one is refunded instead ([C] docs).
    public func cancelPayment(
        _ id: Int64, key: IdempotencyKey? = nil
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Payment> {
        try await change(id, ["status": "cancelled"], .cancelPayment, key)
    }

    /// The payments made in `window` with this reference, oldest first, read to the end.
    ///
    /// The reference is compared again: other searches of the gateway are known to ignore their filter. The
    /// index lags by seconds: finding nothing right after a call proves nothing ([T] sdk-dotnet).
    /// - Throws: ``MercadoPagoError``, also where there are more results than the limit.
    public func payments(
        externalReference: String, window: SearchWindow = .trailingYear()
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<[Payment]> {
        try await payments(referencedBy: externalReference, window: window) {
            $0.externalReference == externalReference
        }
    }

    /// What the search for a reference finds and `isWanted` takes: the gateway may have cut or trimmed the
    /// reference that it kept, whose limits are unknown.
    func payments(
        referencedBy externalReference: String, window: SearchWindow = .trailingYear(),
        where isWanted: (Payment) -> Bool
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<[Payment]> {
        let found = try await search(Payment.self, .searchPayments, "/v1/payments/search") { query in
            query.append("external_reference", externalReference)
            query.append("range", "date_created")
            query.append("begin_date", window.begin)
            query.append("end_date", window.end)
            query.append("sort", "date_created")
            query.append("criteria", "asc")
        }
        return found.with(found.value.filter(isWanted))
    }

    /// One page of the payments that the gateway finds for `search`.
    ///
    /// Nothing is compared, and the index lags by seconds; ``payments(externalReference:window:)`` reads all
    /// pages and compares.
    /// - Throws: ``MercadoPagoError``; code `1000` for too far an offset, `1001` for a moment that the
    ///   gateway can't read ([C] docs).
    public func searchPayments(
        _ search: PaymentSearch = PaymentSearch()
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Page<Payment>> {
        try await page(Payment.self, from: Call(.searchPayments, search.query.text))
    }

    private func change(
        _ id: Int64, _ changes: JSONObject, _ endpoint: Endpoint, _ key: IdempotencyKey?
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Payment> {
        let call = Call(
            endpoint, "/v1/payments/\(id)", body: changes.serialized(), idempotencyKey: key?.description)
        return try await object(Payment.self, from: call)
    }
}
