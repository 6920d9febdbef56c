import PaymentJobs

/// One run of a job against the gateway.
struct Attempt: Sendable {
    let gateway: any PaymentGateway

    /// Charges a saved card: one call, which the idempotency key makes safe to repeat.
    func charge(_ job: ChargeSavedCard) async throws(GatewayError) -> Finding<ChargeOutcome> {
        let key = IdempotencyKey(account: job.account, job: job.jobID)
        let answer = try await gateway.createPayment(for: job, key: key)
        let payment = answer.value
        if payment.jobID.map({ $0 != job.jobID.description }) ?? false
            || payment.digest.map({ $0 != job.digest }) ?? false
        {
            return .suspicious(
                .conflict, "the gateway has payment \(payment.facts.id) for this job id with other content",
                answer.requestID)
        }
        if payment.facts.statusDetail == "cc_rejected_duplicated_payment" {
            return .suspicious(
                .outcomeUnknown, "the gateway calls payment \(payment.facts.id) a duplicate of another",
                answer.requestID)
        }
        return .answer(.payment(payment.facts), answer.requestID)
    }

    /// Saves a card: finds or makes the customer, and adds the card unless it is there already.
    ///
    /// `memory` carries over to the job's next run what this one learnt.
    func register(
        _ job: RegisterCard, memory: inout RegistrationMemory
    ) async throws(GatewayError) -> Finding<CardOutcome> {
        let token: GatewayToken
        if let known = memory.token {
            token = known
        } else {
            token = try await gateway.cardToken(job.token).value
        }
        memory.token = token
        let customer: CustomerID
        switch job.owner {
        case .existing(let id): customer = id
        case .person(let details): customer = try await self.customer(details)
        }
        let saved = try await gateway.cards(of: customer)
        if let card = saved.value.first(where: token.matches) {
            let outcome = CardOutcome.registered(
                card.facts, customer: customer, wasAlreadyRegistered: !memory.mayHaveAdded)
            return .answer(outcome, saved.requestID)
        }
        let added: GatewayAnswer<GatewayCard>
        do {
            added = try await gateway.addCard(for: job, to: customer)
        } catch {
            memory.mayHaveAdded = memory.mayHaveAdded || error.mayHaveBeenDone
            throw error
        }
        let outcome = CardOutcome.registered(
            added.value.facts, customer: customer, wasAlreadyRegistered: false)
        return .answer(outcome, added.requestID)
    }

    private func customer(_ details: CustomerDetails) async throws(GatewayError) -> CustomerID {
        let found = try await gateway.customers(email: details.email)
        if let first = found.value.first { return first }
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
}

/// What an attempt that got an answer found.
enum Finding<Answer: Sendable>: Sendable {
    /// The job's answer, with the gateway's id of the deciding request.
    case answer(Answer, String?)
    /// An answer that must not be taken for one; money may have moved.
    case suspicious(DeadLetter.Reason, String, String?)
}
