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
        if let finding = try await readToken(of: job, memory: &memory) { return finding }
        guard let token = memory.registration.token else { preconditionFailure("read above") }
        guard let customer = try await customer(of: job, mayCreate: !isExpired) else {
            return expired(nil, memory: &memory)
        }
        let saved = try await gateway.cards(of: customer)
        if let card = saved.value.first(where: token.matches) {
            let isNew = memory.registration.mayHaveAdded
            let result = RegisteredCard(card.facts, customer: customer, wasAlreadyRegistered: !isNew)
            return try await finish(job, result, isExpired: isExpired, saved.requestID)
        }
        if isExpired { return expired(saved.requestID, memory: &memory) }
        return try await add(job, to: customer, memory: &memory)
    }

    /// Nothing is saved any more; an earlier call may have saved the card just before.
    private func expired(
        _ requestID: String?, memory: inout AttemptMemory
    ) -> Finding<CardOutcome> {
        if memory.registration.mayHaveAdded {
            return foundNothing(&memory, "the card may have been added just before the job expired")
        }
        let refusal = GatewayRefusal.expired
        return judge(
            GatewayFault(message: refusal.message, reason: .expired), &memory,
            otherwise: .answer(.failed(refusal), requestID))
    }

    /// Reads what the token's card is; a token that an earlier run has used up may no longer be readable.
    private func readToken(
        of job: RegisterCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<CardOutcome>? {
        guard memory.registration.token == nil else { return nil }
        do {
            memory.registration.token = try await gateway.cardToken(job.token).value
            return nil
        } catch {
            guard memory.mayHaveBeenAttempted, let fault = error.refusal else { throw error }
            // Without the token only a customer without any card tells that none was saved.
            if try await mayHaveCards(job) {
                return .suspicious(
                    .outcomeUnknown,
                    "an earlier run may have saved the card, and its token can't be read: \(fault)")
            }
            guard memory.looks.foundNothing(at: now, looks) else { return .lookAgain(after: looks.pause) }
            return .answer(.failed(fault.refusal), fault.requestID)
        }
    }

    /// Whether the job's customer has any card.
    private func mayHaveCards(_ job: RegisterCard) async throws(GatewayError) -> Bool {
        let owner: CustomerID?
        switch job.owner {
        case .existing(let id): owner = id
        case .person(let person):
            owner = try await look { () async throws(GatewayError) in
                try await gateway.customers(email: person.email)
            }.value.first
        }
        guard let owner else { return false }
        return try await !look { () async throws(GatewayError) in
            try await gateway.cards(of: owner)
        }.value.isEmpty
    }

    private func add(
        _ job: RegisterCard, to customer: CustomerID, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<CardOutcome> {
        let added: GatewayAnswer<GatewayCard>
        do {
            added = try await gateway.addCard(for: job, to: customer)
        } catch {
            guard let fault = error.refusal else {
                memory.registration.mayHaveAdded = memory.registration.mayHaveAdded || error.mayHaveBeenDone
                throw error
            }
            // An earlier call may have used the token up, and the list may not show its card yet.
            if memory.registration.mayHaveAdded {
                return foundNothing(
                    &memory, "the card may have been added, and its token is refused now: \(fault)")
            }
            guard memory.mayHaveBeenAttempted else { throw error }
            var isEvidence = false
            if case .tokenUnusable = error { isEvidence = true }
            return judge(
                fault, &memory, isEvidence: isEvidence,
                otherwise: .answer(.failed(fault.refusal), fault.requestID))
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
            codes: ["payment-not-approved"], message: "payment \(id) is \(facts.status.rawValue)",
            reason: .paymentNotApproved)
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
        codes: ["expired"], message: "the job's time was over before the card was saved", reason: .expired)
}
