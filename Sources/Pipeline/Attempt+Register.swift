import PaymentJobs

extension Attempt {
    /// Saves a card: finds or makes the customer, and adds the card unless it is there already.
    ///
    /// A job whose time is over changes nothing any more, and still finds what an earlier run saved.
    func register(
        _ job: RegisterCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<CardOutcome> {
        let isExpired = isExpired(job.expiresAt)
        if let id = job.afterPaymentID, !memory.registration.hasSeenPayment {
            if let refusal = try await refusal(because: id, isExpired: isExpired) {
                return .answer(.failed(refusal), nil)
            }
            memory.registration.hasSeenPayment = true
        }
        if memory.registration.token == nil {
            memory.registration.token = try await gateway.cardToken(job.token).value
        }
        guard let token = memory.registration.token else { preconditionFailure("read above") }
        guard let customer = try await customer(of: job, mayCreate: !isExpired) else {
            return .answer(.failed(.expired), nil)
        }
        let saved = try await gateway.cards(of: customer)
        if let card = saved.value.first(where: token.matches) {
            let isNew = memory.registration.mayHaveAdded
            let result = RegisteredCard(card.facts, customer: customer, wasAlreadyRegistered: !isNew)
            return try await finish(job, result, isExpired: isExpired, saved.requestID)
        }
        if isExpired {
            guard memory.registration.mayHaveAdded else { return .answer(.failed(.expired), saved.requestID) }
            return foundNothing(&memory, "the card may have been added just before the job expired")
        }
        return try await add(job, to: customer, memory: &memory)
    }

    private func add(
        _ job: RegisterCard, to customer: CustomerID, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<CardOutcome> {
        let added: GatewayAnswer<GatewayCard>
        do {
            added = try await gateway.addCard(for: job, to: customer)
        } catch {
            // An earlier call may have used the token up, and the list may not show its card yet.
            if memory.registration.mayHaveAdded, let fault = error.refusal {
                return foundNothing(
                    &memory, "the card may have been added, and its token is refused now: \(fault)")
            }
            memory.registration.mayHaveAdded = memory.registration.mayHaveAdded || error.mayHaveBeenDone
            throw error
        }
        memory.registration.mayHaveAdded = true
        let result = RegisteredCard(added.value.facts, customer: customer, wasAlreadyRegistered: false)
        return try await finish(job, result, isExpired: false, added.requestID)
    }

    /// A refused default is no reason to call the card unsaved.
    private func finish(
        _ job: RegisterCard, _ saved: RegisteredCard, isExpired: Bool, _ requestID: String?
    ) async throws(GatewayError) -> Finding<CardOutcome> {
        var saved = saved
        if job.makeDefault {
            saved.isDefault = false
            if !isExpired, let card = CardID(saved.card.id) {
                do {
                    _ = try await gateway.makeDefault(card, of: saved.customer)
                    saved.isDefault = true
                } catch {
                    guard error.refusal != nil else { throw error }
                }
            }
        }
        return .answer(.registered(saved), requestID)
    }

    /// Why the card must not be saved after payment `id`; nil where it may.
    private func refusal(
        because id: PaymentID, isExpired: Bool
    ) async throws(GatewayError) -> GatewayRefusal? {
        let payment = try await gateway.payment(id)
        let facts = payment.value.facts
        if ["approved", "authorized"].contains(facts.status.rawValue) { return nil }
        if facts.status.meaning == .undecided {
            if isExpired { return .expired }
            throw .busy(
                GatewayFault(message: "payment \(id) is not decided yet", requestID: payment.requestID))
        }
        return GatewayRefusal(
            codes: ["payment-not-approved"], message: "payment \(id) is \(facts.status.rawValue)")
    }

    /// Whose card it is; nil where there is no such customer and none may be made.
    private func customer(
        of job: RegisterCard, mayCreate: Bool
    ) async throws(GatewayError) -> CustomerID? {
        let details: CustomerDetails
        switch job.owner {
        case .existing(let id): return id
        case .person(let person): details = person
        }
        let found = try await gateway.customers(email: details.email)
        if let first = found.value.first { return first }
        guard mayCreate else { return nil }
        let created = try await gateway.createCustomer(details)
        if let customer = created.value { return customer }
        // Somebody else made it since the search, or the search lags behind.
        let again = try await gateway.customers(email: details.email)
        if let first = again.value.first { return first }
        throw .busy(
            GatewayFault(
                message: "the gateway says that the customer exists, and its search doesn't find it yet",
                requestID: again.requestID))
    }
}

/// What a card registration remembers between its runs.
struct RegistrationMemory: Sendable {
    /// What the token's card is: a token that has been used up may no longer be readable.
    var token: GatewayToken?
    /// Whether an earlier run may have added the card.
    var mayHaveAdded = false
    /// Whether the payment that the card waits for was seen approved.
    var hasSeenPayment = false
}

extension GatewayRefusal {
    fileprivate static let expired = GatewayRefusal(
        codes: ["expired"], message: "the job's time was over before the card was saved")
}
