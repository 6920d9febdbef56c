import ExactJSON
import PaymentJobs
import Pipeline

/// A gateway for tests that only charge: every other call is refused.
protocol ChargeOnlyGateway: PaymentGateway {}

private let unexpected = GatewayError.refused(GatewayFault(message: "these tests only charge"))

extension ChargeOnlyGateway {
    func payments(
        referencedBy job: ChargeSavedCard
    ) async throws(GatewayError) -> GatewayAnswer<[GatewayPayment]> {
        throw unexpected
    }

    func payment(_ id: PaymentID) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        throw unexpected
    }

    func capturePayment(
        _ id: PaymentID, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        throw unexpected
    }

    func cancelPayment(
        _ id: PaymentID, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        throw unexpected
    }

    func refundPayment(
        for job: PaymentOperation, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayRefund> {
        throw unexpected
    }

    func refunds(of id: PaymentID) async throws(GatewayError) -> GatewayAnswer<[GatewayRefund]> {
        throw unexpected
    }

    func createToken(
        of card: CardID, customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<CardToken> {
        throw unexpected
    }

    func cardToken(_ token: CardToken) async throws(GatewayError) -> GatewayAnswer<GatewayToken> {
        throw unexpected
    }

    func customers(email: Secret<String>) async throws(GatewayError) -> GatewayAnswer<[CustomerID]> {
        throw unexpected
    }

    func createCustomer(_ details: CustomerDetails) async throws(GatewayError) -> GatewayAnswer<CustomerID?> {
        throw unexpected
    }

    func cards(of customer: CustomerID) async throws(GatewayError) -> GatewayAnswer<[GatewayCard]> {
        throw unexpected
    }

    func addCard(
        for job: RegisterCard, to customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<GatewayCard> {
        throw unexpected
    }

    func makeDefault(
        _ card: CardID, of customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<Void> {
        throw unexpected
    }
}
