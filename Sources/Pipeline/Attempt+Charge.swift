import ExactJSON
import PaymentJobs

extension Attempt {
    /// After this long, in milliseconds, a payment that was made before a job's expiry is in the index, on
    /// clocks that differ by some minutes too.
    private static let expirySettled: Int64 = 300_000

    /// Charges a saved card: one call, which key and token make safe to repeat.
    ///
    /// A look comes before it where somebody else may have made the payment; always for a card's id, whose
    /// token is new in each tenure.
    func charge(
        _ job: ChargeSavedCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<ChargeOutcome> {
        if let doubt = memory.doubt { return try await settle(doubt, job, memory: &memory) }
        if isExpired(job.expiresAt) { return try await expire(job, memory: &memory) }
        if let why = rules.objection(to: job) { return try await decline(job, why, memory: &memory) }
        let look = firstLook(memory, isSafeToRepeat: job.source.isToken)
        if look != .none, !memory.hasLooked {
            let found = try await payments(of: job)
            if let finding = finding(in: found, of: job, memory: &memory) { return finding }
            guard isEnough(look, &memory) else { return .lookAgain(after: looks.pause) }
        }
        let made: GatewayAnswer<GatewayPayment>
        do {
            made = try await pay(job, memory: &memory)
        } catch {
            guard error.isDoubtful(after: memory.risk) else { throw error }
            memory.lookInto(.refusal(error))
            return try await settle(.refusal(error), job, memory: &memory)
        }
        guard made.value.belongs(to: job) else { return conflict(with: made.value) }
        guard made.value.isDuplicate else { return .answer(.payment(made.value.facts), made.requestID) }
        let doubt = Doubt.duplicate(made.value.facts, made.requestID)
        memory.lookInto(doubt)
        return try await settle(doubt, job, memory: &memory)
    }

    /// Makes the payment, with the job's own token or with one made of its card.
    private func pay(
        _ job: ChargeSavedCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        let token = try await token(for: job, memory: &memory)
        let key = IdempotencyKey(account: job.account, job: job.jobID)
        do {
            return try await gateway.createPayment(for: job, token: token, key: key)
        } catch {
            memory.note(error)
            throw error
        }
    }

    /// The token that is charged.
    ///
    /// One that was made of a card stays with the job as long as this tenure has it, so that a repeated call
    /// is the same call.
    private func token(
        for job: ChargeSavedCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> CardToken {
        switch job.source {
        case .token(let token): return token
        case .card(let card):
            if let token = memory.token { return token }
            do {
                let token = try await gateway.createToken(of: card, customer: job.customerID).value
                memory.token = token
                return token
            } catch {
                throw error.ofMakingAToken
            }
        }
    }

    /// The job can't be done under the account's rules; an earlier run, under others, may have done it.
    private func decline(
        _ job: ChargeSavedCard, _ why: String, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<ChargeOutcome> {
        guard memory.risk != .none else { return .impossible(why) }
        let found = try await payments(of: job)
        if let finding = finding(in: found, of: job, memory: &memory) { return finding }
        guard memory.looks.foundNothing(at: now, looks) else { return .lookAgain(after: looks.pause) }
        guard !memory.mayHaveBeenDone else {
            return .suspicious(.outcomeUnknown, why + "; an earlier call may have been carried out")
        }
        // Settled looks have shown that no earlier run did it.
        memory.mayHaveBeenAttempted = false
        return .impossible(why)
    }

    /// The job is not done any more; an earlier copy of it, somebody else, or a call without an answer may have
    /// done it in time.
    private func expire(
        _ job: ChargeSavedCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<ChargeOutcome> {
        let found = try await payments(of: job)
        if let finding = finding(in: found, of: job, memory: &memory) { return finding }
        let isSettled = memory.looks.foundNothing(at: now, looks)
        if isSettled, memory.mayHaveBeenDone {
            return .suspicious(.outcomeUnknown, "expired after a call that may have been carried out")
        }
        let expiredFor = job.expiresAt.map { now - $0.milliseconds } ?? 0
        let isOld = expiredFor > Self.expirySettled && !memory.mayHaveBeenDone
        // An earlier copy that was answered a moment ago would be remembered.
        let isRemembered = memory.risk == .none && !memory.needsSettledLook
        return isSettled || isOld || isRemembered
            ? .answer(.expired, found.requestID) : .lookAgain(after: looks.pause)
    }

    /// Looks for the payment that an earlier call may have made, until it is settled that there is none.
    private func settle(
        _ doubt: Doubt, _ job: ChargeSavedCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<ChargeOutcome> {
        let found = try await payments(of: job)
        if let finding = finding(in: found, of: job, memory: &memory) { return finding }
        guard memory.looks.foundNothing(at: now, looks) else { return .lookAgain(after: looks.pause) }
        return doubt.ending(risk: memory.knownRisk)
    }

    private func payments(
        of job: ChargeSavedCard
    ) async throws(GatewayError) -> GatewayAnswer<[GatewayPayment]> {
        try await look { () async throws(GatewayError) in try await gateway.payments(referencedBy: job) }
    }

    /// What a look shows of the job; nil for nothing new.
    private func finding(
        in found: GatewayAnswer<[GatewayPayment]>, of job: ChargeSavedCard, memory: inout AttemptMemory
    ) -> Finding<ChargeOutcome>? {
        let named = found.value.filter { $0.jobID.flatMap(JobID.init) == job.jobID }
        let mine = named.filter { $0.belongs(to: job) }
        if let payment = mine.filter({ !$0.isDuplicate }).max(by: { $0.weight < $1.weight }) {
            return .answer(.payment(payment.facts), found.requestID)
        }
        if let other = named.first(where: { !$0.belongs(to: job) }) { return conflict(with: other) }
        if let suspect = found.value.first(where: { mayBelong($0, to: job) }) {
            return .suspicious(
                .outcomeUnknown, "payment \(suspect.facts.id) may be this job's: it carries no job id")
        }
        guard let duplicate = mine.first, !(memory.doubt?.isDuplicate ?? false) else { return nil }
        memory.lookInto(.duplicate(duplicate.facts, found.requestID))
        return .lookAgain(after: looks.pause)
    }

    private func conflict(with payment: GatewayPayment) -> Finding<ChargeOutcome> {
        .suspicious(
            .conflict, "the gateway has payment \(payment.facts.id) for this job id with other content")
    }

    /// Whether an earlier run may have made `payment`, though the gateway lost what says so.
    private func mayBelong(_ payment: GatewayPayment, to job: ChargeSavedCard) -> Bool {
        guard payment.jobID == nil, payment.facts.externalReference == job.externalReference else {
            return false
        }
        if let amount = payment.facts.transactionAmount, amount != job.transactionAmount { return false }
        return payment.createdAt.isNotBefore(submittedAt)
    }
}

extension GatewayError {
    /// Whether an earlier call of the same job would explain the error: then it is no answer yet.
    fileprivate func isDoubtful(after risk: Risk) -> Bool {
        if case .refused = self { return risk != .none }
        return refusal != nil
    }

    /// What it means where a token was to be made of a card: no payment was asked for.
    fileprivate var ofMakingAToken: GatewayError {
        switch self {
        case .conflict(let fault): .busy(fault)
        case .tokenUnusable(let fault): .refused(fault)
        case .notSent, .unleased, .deferred, .throttled, .busy, .ambiguous, .refused, .lookRefused,
            .misconfigured:
            self
        }
    }
}

extension ChargeSavedCard.Source {
    fileprivate var isToken: Bool {
        if case .token = self { true } else { false }
    }
}

extension AccountRules {
    /// Why `job` can't be done in the account's name; nil where it can.
    ///
    /// Charges without a security code exist everywhere but in Chile ([C] Mercado Pago's products table of
    /// 2022), for accounts that it has enabled.
    fileprivate func objection(to job: ChargeSavedCard) -> String? {
        if job.source.isToken { return nil }
        if site == .chile {
            return "card_id: charges without a security code don't exist in Chile; send a token"
        }
        guard permitsMissingSecurityCode else {
            return "card_id: the account isn't enabled for charges without a security code; send a token"
        }
        return nil
    }
}

extension Doubt {
    fileprivate var isDuplicate: Bool {
        if case .duplicate = self { true } else { false }
    }

    /// How a charge ends of which settled looks have shown nothing.
    fileprivate func ending(risk: Risk) -> Finding<ChargeOutcome> {
        switch self {
        // What explains a burnt token, or a supposed duplicate, may be a payment that nobody finds.
        case .refusal(.tokenUnusable(let fault)) where risk == .none:
            .answer(.failed(fault.refusal), fault.requestID)
        case .duplicate(let facts, let requestID) where risk == .none: .answer(.payment(facts), requestID)
        case .refusal(.refused(let fault)) where risk <= .inherited:
            .answer(.failed(fault.refusal), fault.requestID)
        case .refusal(let error): .suspicious(.outcomeUnknown, "\(error.fault)")
        case .duplicate(let facts, _):
            .suspicious(.outcomeUnknown, "the gateway calls payment \(facts.id) a duplicate of another")
        case .silence(let fault): .suspicious(.outcomeUnknown, "\(fault)")
        }
    }
}

extension GatewayPayment {
    fileprivate var isDuplicate: Bool { facts.statusDetail == "cc_rejected_duplicated_payment" }

    /// Whether it is no other job's, and has the content of `job`.
    fileprivate func belongs(to job: ChargeSavedCard) -> Bool {
        if let jobID, JobID(jobID) != job.jobID { return false }
        return digest.map { $0 == job.digest }
            ?? facts.transactionAmount.map { $0 == job.transactionAmount } ?? true
    }

    /// Of several payments of a job the one that moved money is its answer.
    fileprivate var weight: Int {
        switch facts.status.meaning {
        case .unpaid: 0
        case .undecided: 1
        case .reserved: 2
        case .paid: 3
        }
    }
}

extension Int64? {
    /// How far the gateway's clock may be behind that of the job's producer, in milliseconds.
    private static let clockSkew: Int64 = 60_000

    /// Whether something made at this moment may have been made for a job of `submittedAt`; what isn't known
    /// may.
    func isNotBefore(_ submittedAt: Int64?) -> Bool {
        guard let made = self, let submittedAt else { return true }
        return made >= submittedAt - Self.clockSkew
    }
}
