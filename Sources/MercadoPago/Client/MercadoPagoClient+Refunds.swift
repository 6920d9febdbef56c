import ExactJSON
import PaymentJobs

extension MercadoPagoClient {
    /// Gives back an approved payment, all or a part of it, or answers with the refund made before with the
    /// same key.
    ///
    /// Afterwards the payment is `refunded`, or stays `approved` with the detail `partially_refunded` ([C]
    /// recorded).
    /// - Throws: ``MercadoPagoError``, which says whether money may have been given back. Codes ([C] spec):
    ///   `2063` not refundable any more, `2085` too much, `2024` and `15016` too old, `2030` and `2031` the
    ///   seller's balance doesn't cover it, `3024` no partial refunds for this payment. 423 while the same
    ///   refund is being made ([O]).
    public func refundPayment(
        _ id: Int64, _ request: RefundRequest = RefundRequest(), key: IdempotencyKey
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Refund> {
        let call = Call(
            .refundPayment, "/v1/payments/\(id)/refunds", body: request.fields.serialized(),
            idempotencyKey: key.description)
        return try await object(Refund.self, from: call)
    }

    /// The refunds of a payment: a bare array without pages ([C] recorded).
    ///
    /// - Throws: ``MercadoPagoError``, also where one refund can't be read; 404 with code `2000` where there
    ///   is no such payment, 403 where it is another seller's.
    public func refunds(
        of payment: Int64
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<[Refund]> {
        try await list(Refund.self, from: Call(.refunds, "/v1/payments/\(payment)/refunds"))
    }

    /// Reads one refund of a payment.
    ///
    /// - Throws: ``MercadoPagoError``; 404 with code `2032` where there is none ([C] spec).
    public func refund(
        _ id: Int64, of payment: Int64
    ) async throws(MercadoPagoError) -> MercadoPagoAnswer<Refund> {
        try await object(Refund.self, from: Call(.refund, "/v1/payments/\(payment)/refunds/\(id)"))
    }
}
