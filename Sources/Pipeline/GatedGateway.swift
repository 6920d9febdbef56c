import PaymentJobs

/// An account's gateway behind its gate.
struct GatedGateway: PaymentGateway {
    let base: any PaymentGateway
    let gate: AccountGate

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

    private func pass() async throws(GatewayError) {
        do {
            try await gate.pass()
        } catch {
            throw .notSent(GatewayFault(message: "ended before its turn to call came"))
        }
    }
}
