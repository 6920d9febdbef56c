import ExactJSON
import PaymentJobs

/// An account's gateway behind its gate, for the calls of one job.
struct GatedGateway: PaymentGateway {
    let base: any PaymentGateway
    let gate: AccountGate
    let tenure: Int
    /// From when on the job must not change anything any more; it may have waited at the gate until then.
    let expiresAt: Moment?
    let time: any Timekeeper
    /// Whether the job is still this worker's to do.
    let isOpen: @Sendable () async -> Bool

    func createPayment(
        for job: ChargeSavedCard, token: CardToken, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await passInTime()
        return try await base.createPayment(for: job, token: token, key: key)
    }

    func payments(
        referencedBy job: ChargeSavedCard
    ) async throws(GatewayError) -> GatewayAnswer<[GatewayPayment]> {
        try await pass()
        return try await base.payments(referencedBy: job)
    }

    func payment(_ id: PaymentID) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await pass()
        return try await base.payment(id)
    }

    func capturePayment(
        _ id: PaymentID, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await pass()
        return try await base.capturePayment(id, amount: amount, key: key)
    }

    func cancelPayment(
        _ id: PaymentID, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await pass()
        return try await base.cancelPayment(id, key: key)
    }

    func refundPayment(
        for job: PaymentOperation, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayRefund> {
        try await pass()
        return try await base.refundPayment(for: job, amount: amount, key: key)
    }

    func refunds(of id: PaymentID) async throws(GatewayError) -> GatewayAnswer<[GatewayRefund]> {
        try await pass()
        return try await base.refunds(of: id)
    }

    func cardToken(_ token: CardToken) async throws(GatewayError) -> GatewayAnswer<GatewayToken> {
        try await pass()
        return try await base.cardToken(token)
    }

    func customers(email: Secret<String>) async throws(GatewayError) -> GatewayAnswer<[CustomerID]> {
        try await pass()
        return try await base.customers(email: email)
    }

    func createCustomer(_ details: CustomerDetails) async throws(GatewayError) -> GatewayAnswer<CustomerID?> {
        try await passInTime()
        return try await base.createCustomer(details)
    }

    func cards(of customer: CustomerID) async throws(GatewayError) -> GatewayAnswer<[GatewayCard]> {
        try await pass()
        return try await base.cards(of: customer)
    }

    func addCard(
        for job: RegisterCard, to customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<GatewayCard> {
        try await passInTime()
        return try await base.addCard(for: job, to: customer)
    }

    func makeDefault(
        _ card: CardID, of customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<Void> {
        try await passInTime()
        return try await base.makeDefault(card, of: customer)
    }

    /// No call is made for a job that was taken back while it waited for its turn: another worker has it.
    private func pass() async throws(GatewayError) {
        if case .atOnce = await gate.pass(tenure: tenure, isOpen: isOpen) { return }
        if await !isOpen() || Task.isCancelled {
            throw .notSent(GatewayFault(message: "given back before its turn to call came"))
        }
    }

    private func passInTime() async throws(GatewayError) {
        try await pass()
        if let expiresAt, time.wallTime >= expiresAt.milliseconds {
            throw .notSent(GatewayFault(message: "expired before its turn to call came"))
        }
    }
}
