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
    let tenures: OpenTenures
    let leases: Leases

    func createPayment(
        for job: ChargeSavedCard, token: CardToken, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await passToChange()
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
        try await passToChange()
        return try await base.capturePayment(id, amount: amount, key: key)
    }

    func cancelPayment(
        _ id: PaymentID, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await passToChange()
        return try await base.cancelPayment(id, key: key)
    }

    func refundPayment(
        for job: PaymentOperation, amount: ExactDecimal?, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayRefund> {
        try await passToChange()
        return try await base.refundPayment(for: job, amount: amount, key: key)
    }

    func refunds(of id: PaymentID) async throws(GatewayError) -> GatewayAnswer<[GatewayRefund]> {
        try await pass()
        return try await base.refunds(of: id)
    }

    func createToken(
        of card: CardID, customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<CardToken> {
        try await passToChange()
        return try await base.createToken(of: card, customer: customer)
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
        try await passToChange()
        return try await base.createCustomer(details)
    }

    func cards(of customer: CustomerID) async throws(GatewayError) -> GatewayAnswer<[GatewayCard]> {
        try await pass()
        return try await base.cards(of: customer)
    }

    func addCard(
        for job: RegisterCard, to customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<GatewayCard> {
        try await passToChange()
        return try await base.addCard(for: job, to: customer)
    }

    func makeDefault(
        _ card: CardID, of customer: CustomerID
    ) async throws(GatewayError) -> GatewayAnswer<Void> {
        try await passToChange()
        return try await base.makeDefault(card, of: customer)
    }

    /// No call is made for a job that was taken back while it waited for its turn: another worker has it.
    private func pass() async throws(GatewayError) {
        let (tenures, tenure) = (tenures, tenure)
        if case .atOnce = await gate.pass(tenure: tenure, isOpen: { tenures.contains(tenure) }) { return }
        try checkIsOpen()
    }

    /// A call that changes something starts only while the job is certainly this worker's.
    private func passToChange() async throws(GatewayError) {
        // A job without a lease must not use the account's limit up.
        try checkLease()
        try await pass()
        if let expiresAt, time.wallTime >= expiresAt.milliseconds {
            throw .notSent(GatewayFault(message: "expired before its turn to call came"))
        }
        try checkIsOpen()
        try checkLease()
    }

    private func checkIsOpen() throws(GatewayError) {
        if !tenures.contains(tenure) || Task.isCancelled {
            throw .unleased(GatewayFault(message: "given back before its turn to call came"))
        }
    }

    private func checkLease() throws(GatewayError) {
        guard leases.holds(tenure, at: time.now) else {
            throw .unleased(GatewayFault(message: "the lease of its partition isn't renewed yet"))
        }
    }
}
