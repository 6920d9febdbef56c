import PaymentJobs

/// An account's gateway behind its gate, for the calls of one job.
struct GatedGateway: PaymentGateway {
    let base: any PaymentGateway
    let gate: AccountGate
    let tenure: Int
    /// Whether the job is still this worker's to do.
    let isOpen: @Sendable () async -> Bool

    func createPayment(
        for job: ChargeSavedCard, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await pass()
        return try await base.createPayment(for: job, key: key)
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
        try await pass()
        return try await base.createCustomer(details)
    }

    func cards(of customer: CustomerID) async throws(GatewayError) -> GatewayAnswer<[GatewayCard]> {
        try await pass()
        return try await base.cards(of: customer)
    }

    func addCard(
        for job: RegisterCard, to customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<GatewayCard> {
        try await pass()
        return try await base.addCard(for: job, to: customer)
    }

    /// No call is made for a job that was taken back while it waited for its turn: another worker has it.
    private func pass() async throws(GatewayError) {
        if case .atOnce = await gate.pass(tenure: tenure, isOpen: isOpen) { return }
        if await !isOpen() || Task.isCancelled {
            throw .notSent(GatewayFault(message: "given back before its turn to call came"))
        }
    }
}
