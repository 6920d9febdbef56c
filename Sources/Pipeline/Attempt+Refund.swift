import ExactJSON
import PaymentJobs

extension Attempt {
    /// Refunds: a look for a refund of this job comes before the first call wherever a second refund would
    /// be possible, and after each refusal.
    ///
    /// For a part that look must be settled, where the list may not show yet what was done a moment ago; so
    /// must be the one before a call is repeated, because nothing but the key stands against a second refund.
    func refund(
        _ job: PaymentOperation, _ amount: ExactDecimal?, _ key: IdempotencyKey,
        memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        if amount != nil, rules.site == .peru { return try await declinePart(job, memory: &memory) }
        let look = firstLook(memory, isSafeToRepeat: amount == nil)
        if look != .none || memory.risk != .none {
            if let found = try await lookForRefund(of: job, memory: &memory) { return found }
        }
        if look != .none, !memory.hasLooked {
            guard isEnough(look, &memory) else { return .lookAgain(after: looks.pause) }
        }
        let refund: GatewayAnswer<GatewayRefund>
        do {
            refund = try await gateway.refundPayment(for: job, amount: amount, key: key)
        } catch {
            memory.note(error)
            if amount != nil, error.mayHaveBeenDone { memory.hasLooked = false }
            guard let fault = error.refusal else { throw error }
            if let found = try await lookForRefund(of: job, memory: &memory) { return found }
            guard memory.mayHaveBeenDone else { return try await judge(refused: fault, job, memory: &memory) }
            return try await doubt(error, job, memory: &memory)
        }
        memory.mayHaveBeenDone = true
        memory.refund = refund.value
        return try await answer(refund.value, of: job, refund.requestID, memory: &memory)
    }

    /// What a refusal means where no refund of the job is listed, after a call that may have made one.
    ///
    /// Where the payment's youth explains it, the calls before may have been refused for the same reason, and
    /// the same call may be made again as after one without an answer: for a part after settled looks.
    private func doubt(
        _ error: GatewayError, _ job: PaymentOperation, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        if job.action.amount != nil { memory.lookAnew() }
        if case .refused(let fault) = error, mayBeEarly(fault, memory),
            let seen = try await payment(job.paymentID), seen.value.mayBeRefunded,
            isEarly(fault, seen.value, memory: &memory)
        {
            return .lookAgain(after: Self.propagationPause)
        }
        memory.lookInto(.refusal(error))
        return foundNothing(&memory, "\(Doubt.refusal(error))")
    }

    /// In Peru only all of a payment can be given back ([C] every guide); an earlier run, under another
    /// setting, may have asked for a part all the same.
    private func declinePart(
        _ job: PaymentOperation, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        let reason = RefusalReason.partialRefundUnsupported
        let refusal = GatewayRefusal(
            codes: [reason.rawValue], message: "in Peru only all of a payment can be given back",
            reason: reason)
        let answer = Finding.answer(OperationOutcome.failed(refusal, payment: nil), nil)
        guard memory.risk != .none else { return answer }
        if let found = try await lookForRefund(of: job, memory: &memory) { return found }
        return judge(GatewayFault(message: refusal.message, reason: reason), &memory, otherwise: answer)
    }

    /// What a refusal means where no refund of the job is listed, and no call is known that may have made one.
    private func judge(
        refused fault: GatewayFault, _ job: PaymentOperation, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        guard let seen = try await payment(job.paymentID) else {
            return judge(
                fault, &memory, otherwise: .answer(.failed(fault.refusal, payment: nil), fault.requestID))
        }
        if seen.value.mayBeRefunded, isEarly(fault, seen.value, memory: &memory) {
            return .lookAgain(after: Self.propagationPause)
        }
        let refusal = refusal(fault, of: seen.value.facts)
        return judge(
            fault, &memory,
            otherwise: .answer(.failed(refusal, payment: seen.value.facts), fault.requestID))
    }

    /// The refusal of a refund, with what the payment says of its reason where the codes leave it open.
    ///
    /// The account's refund window is only asked here: it differs by country and document, and the gateway
    /// knows its own.
    private func refusal(_ fault: GatewayFault, of payment: PaymentFacts) -> GatewayRefusal {
        var refusal = fault.refusal
        guard [.stateDoesNotAllow, .refundRefused, .invalidRequest, .unknown].contains(refusal.reason) else {
            return refusal
        }
        if payment.status.rawValue == "refunded" {
            refusal.reason = .alreadyRefunded
        } else if payment.status.rawValue == "approved", isRefundWindowOver(payment) {
            refusal.reason = .refundWindowOver
        }
        return refusal
    }

    private func isRefundWindowOver(_ payment: PaymentFacts) -> Bool {
        guard let approved = payment.dateApproved.flatMap(Moment.init) else { return false }
        return .milliseconds(now - approved.milliseconds) > rules.refundWindow
    }

    /// What an earlier run of the job refunded, or somebody else who may have been one; nil for nothing.
    func lookForRefund(
        of job: PaymentOperation, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome>? {
        let listed = try await lookIfThere { () async throws(GatewayError) in
            try await gateway.refunds(of: job.paymentID)
        }
        // No such payment: then there is no refund of it either.
        let all = listed?.value ?? []
        let mine = all.filter { $0.jobID.flatMap(JobID.init) == job.jobID }
        if let refund = mine.first(where: { !$0.isCalledOff }) ?? mine.first ?? memory.refund {
            return try await answer(refund, of: job, listed?.requestID, memory: &memory)
        }
        let suspect = all.first { mayBelong($0, to: job) }
        return suspect.map { refund in
            .suspicious(.outcomeUnknown, "refund \(refund.facts.id) may be this job's: it carries no job id")
        }
    }

    /// Whether an earlier run of `job` may have made it, though the gateway lost what says so.
    private func mayBelong(_ refund: GatewayRefund, to job: PaymentOperation) -> Bool {
        guard refund.jobID == nil, refund.createdAt.isNotBefore(submittedAt) else { return false }
        guard let wanted = job.action.amount, let amount = refund.facts.amount else { return true }
        return amount == wanted
    }

    private func answer(
        _ refund: GatewayRefund, of job: PaymentOperation, _ requestID: String?,
        memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        let facts = refund.facts
        let isOther =
            refund.digest.map { $0 != job.digest }
            ?? job.action.amount.flatMap { wanted in facts.amount.map { $0 != wanted } } ?? false
        if isOther {
            return .suspicious(
                .conflict, "the gateway has refund \(facts.id) for this job id with other content")
        }
        if refund.isCalledOff {
            let status = facts.status ?? ""
            let refusal = GatewayRefusal(
                codes: ["refund-" + status], message: "refund \(facts.id) is \(status)",
                reason: .refundCalledOff)
            return .answer(.failed(refusal, payment: nil), requestID)
        }
        guard refund.isMade else {
            return foundNothing(&memory, "refund \(facts.id) is still \(facts.status ?? "undecided")")
        }
        return .answer(try await outcome(of: facts, job), requestID)
    }

    /// The refund is made, whether the payment can be read now or not.
    private func outcome(
        of refund: RefundFacts, _ job: PaymentOperation
    ) async throws(GatewayError) -> OperationOutcome {
        let payment: PaymentFacts?
        do {
            payment = try await gateway.payment(job.paymentID).value.facts
        } catch {
            guard error.refusal != nil else { throw error }
            payment = nil
        }
        return .refunded(
            refund, of: payment, isWhole: job.action.amount == nil || payment.isWhollyRefunded(after: refund))
    }
}

extension GatewayPayment {
    /// Whether there is money to give back, or may be in a moment.
    fileprivate var mayBeRefunded: Bool {
        facts.status.rawValue == "approved" || facts.status.meaning == .undecided
    }
}

extension GatewayRefund {
    /// Whether the gateway took it back.
    fileprivate var isCalledOff: Bool { ["rejected", "cancelled"].contains(facts.status) }

    /// Whether the money is on its way; a refund without a status is an older form of one that is.
    fileprivate var isMade: Bool { [nil, "approved"].contains(facts.status) }
}

extension PaymentFacts? {
    /// A payment that was read right after its refund may not show it yet: a refund of the whole amount
    /// decides by itself.
    fileprivate func isWhollyRefunded(after refund: RefundFacts) -> Bool {
        guard let self else { return false }
        if self.status.rawValue == "refunded" { return true }
        guard let whole = self.transactionAmount else { return false }
        return [self.refundedAmount, refund.amount].contains { $0.map { $0 >= whole } ?? false }
    }
}
