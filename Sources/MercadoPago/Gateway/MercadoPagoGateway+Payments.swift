import ExactJSON
import PaymentJobs
import Pipeline

extension MercadoPagoGateway {
    /// The payments of the last twelve months that carry the job's external reference, or its id.
    public func payments(
        referencedBy job: ChargeSavedCard
    ) async throws(GatewayError) -> GatewayAnswer<[GatewayPayment]> {
        do {
            let found = try await client.payments(referencedBy: job.externalReference) { payment in
                payment.externalReference == job.externalReference
                    || payment.metadata[MetadataName.jobID]?.string == job.jobID.description
            }
            return GatewayAnswer(found) { $0.map(GatewayPayment.init) }
        } catch {
            throw Classifier.gatewayError(error, at: .searchPayments)
        }
    }

    /// Reads a payment.
    public func payment(_ id: PaymentID) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        do {
            return GatewayAnswer(try await client.payment(id.rawValue), GatewayPayment.init)
        } catch {
            throw Classifier.gatewayError(error, at: .payment)
        }
    }

    /// Takes a reserved amount; all of it where `amount` is nil.
    public func capturePayment(
        _ id: PaymentID, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        do {
            return GatewayAnswer(
                try await client.capturePayment(id.rawValue, amount: amount, key: key), GatewayPayment.init)
        } catch {
            throw Classifier.gatewayError(error, at: .capturePayment)
        }
    }

    /// Ends a payment that isn't decided yet, or releases a reserved amount.
    public func cancelPayment(
        _ id: PaymentID, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        do {
            return GatewayAnswer(try await client.cancelPayment(id.rawValue, key: key), GatewayPayment.init)
        } catch {
            throw Classifier.gatewayError(error, at: .cancelPayment)
        }
    }

    /// Gives a payment back, or `amount` of it, or answers with the refund already made under `key`.
    public func refundPayment(
        for job: PaymentOperation, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayRefund> {
        let request = RefundRequest(job, amount: amount)
        do {
            return GatewayAnswer(
                try await client.refundPayment(job.paymentID.rawValue, request, key: key), GatewayRefund.init)
        } catch {
            throw Classifier.gatewayError(error, at: .refundPayment)
        }
    }

    /// All refunds of a payment.
    public func refunds(of id: PaymentID) async throws(GatewayError) -> GatewayAnswer<[GatewayRefund]> {
        do {
            return GatewayAnswer(try await client.refunds(of: id.rawValue)) { $0.map(GatewayRefund.init) }
        } catch {
            throw Classifier.gatewayError(error, at: .refunds)
        }
    }
}
