import ExactJSON
import PaymentJobs

/// An account's gateway behind its gate, for the calls of one job's run.
struct GatedGateway: PaymentGateway {
    /// The longest wait for a turn in the slot of a job that has made no call; for a longer one it gives its
    /// slot back.
    static let waitMax = Duration.seconds(1)

    let account: JobAccount
    let visit: OpenVisit
    let tenure: Int
    /// From when on the job must not change anything any more; it may have waited at the gate until then.
    let expiresAt: Moment?
    let time: any Timekeeper
    let tenures: OpenTenures
    let leases: Leases
    let waits: CallWaits
    /// How many calls of the account a job that has made one waits for in its slot.
    var patience = 2

    private var base: any PaymentGateway { account.gateway }

    func refreshCredentials() async -> Bool { await base.refreshCredentials() }

    func createPayment(
        for job: ChargeSavedCard, token: CardToken, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await change(.createPayment) { () async throws(GatewayError) in
            try await base.createPayment(for: job, token: token, key: key)
        }
    }

    func payments(
        referencedBy job: ChargeSavedCard
    ) async throws(GatewayError) -> GatewayAnswer<[GatewayPayment]> {
        try await look(.searchPayments) { () async throws(GatewayError) in
            try await base.payments(referencedBy: job)
        }
    }

    func payment(_ id: PaymentID) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await look(.readPayment) { () async throws(GatewayError) in
            try await base.payment(id)
        }
    }

    func capturePayment(
        _ id: PaymentID, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await change(.capture) { () async throws(GatewayError) in
            try await base.capturePayment(id, amount: amount, key: key)
        }
    }

    func cancelPayment(
        _ id: PaymentID, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await change(.cancel) { () async throws(GatewayError) in
            try await base.cancelPayment(id, key: key)
        }
    }

    func refundPayment(
        for job: PaymentOperation, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayRefund> {
        try await change(.refund) { () async throws(GatewayError) in
            try await base.refundPayment(for: job, amount: amount, key: key)
        }
    }

    func refunds(of id: PaymentID) async throws(GatewayError) -> GatewayAnswer<[GatewayRefund]> {
        try await look(.listRefunds) { () async throws(GatewayError) in
            try await base.refunds(of: id)
        }
    }

    func createToken(
        of card: CardID, customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<CardToken> {
        try await change(.createToken) { () async throws(GatewayError) in
            try await base.createToken(of: card, customer: customer)
        }
    }

    func cardToken(_ token: CardToken) async throws(GatewayError) -> GatewayAnswer<GatewayToken> {
        try await look(.readToken) { () async throws(GatewayError) in
            try await base.cardToken(token)
        }
    }

    func customers(email: Secret<String>) async throws(GatewayError) -> GatewayAnswer<[CustomerID]> {
        try await look(.searchCustomers) { () async throws(GatewayError) in
            try await base.customers(email: email)
        }
    }

    func createCustomer(_ details: CustomerDetails) async throws(GatewayError) -> GatewayAnswer<CustomerID?> {
        try await change(.createCustomer) { () async throws(GatewayError) in
            try await base.createCustomer(details)
        }
    }

    func cards(of customer: CustomerID) async throws(GatewayError) -> GatewayAnswer<[GatewayCard]> {
        try await look(.listCards) { () async throws(GatewayError) in
            try await base.cards(of: customer)
        }
    }

    func addCard(
        for job: RegisterCard, to customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<GatewayCard> {
        try await change(.addCard) { () async throws(GatewayError) in
            try await base.addCard(for: job, to: customer)
        }
    }

    func makeDefault(
        _ card: CardID, of customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<Void> {
        try await change(.makeDefault) { () async throws(GatewayError) in
            try await base.makeDefault(card, of: customer)
        }
    }
}
