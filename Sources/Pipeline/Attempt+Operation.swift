import PaymentJobs

extension Attempt {
    /// How long after a payment changed the gateway may refuse what will be possible, in milliseconds: its own
    /// SDKs' tests wait 3 to 7 s ([T] sdk-java, sdk-dotnet).
    private static let propagation: Int64 = 15_000
    static let propagationPause: Duration = .seconds(3)
    private static let earlyRefusalsMax = 6

    /// Refunds, cancels or captures a payment.
    func operate(
        _ job: PaymentOperation, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        if let doubt = memory.doubt { return try await settle(doubt, job, memory: &memory) }
        let key = IdempotencyKey(account: job.account, job: job.jobID)
        switch job.action {
        case .refund(let amount): return try await refund(job, amount, key, memory: &memory)
        case .cancel:
            return try await change(job, memory: &memory) { () async throws(GatewayError) in
                try await gateway.cancelPayment(job.paymentID, key: key)
            }
        case .capture(let amount):
            return try await change(job, memory: &memory) { () async throws(GatewayError) in
                try await gateway.capturePayment(job.paymentID, amount: amount, key: key)
            }
        }
    }

    /// Looks, until it is settled, for what calls may have done that were never answered.
    private func settle(
        _ doubt: Doubt, _ job: PaymentOperation, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        let found =
            if case .refund = job.action {
                try await lookForRefund(of: job, memory: &memory)
            } else {
                try await lookForChange(job)
            }
        return found ?? foundNothing(&memory, doubt.description)
    }

    /// Cancels or captures: both lead to a state that a look at the payment shows, whoever led it there.
    private func change(
        _ job: PaymentOperation, memory: inout AttemptMemory,
        call: () async throws(GatewayError) -> GatewayAnswer<GatewayPayment>
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        let look = firstLook(memory, isSafeToRepeat: true)
        if look != .none, !memory.hasLooked {
            if let finding = try await lookForChange(job) { return finding }
            guard isEnough(look, &memory) else { return .lookAgain(after: looks.pause) }
        }
        let changed: GatewayAnswer<GatewayPayment>
        do {
            changed = try await call()
        } catch {
            memory.note(error)
            guard let fault = error.refusal else { throw error }
            if case .conflict = error {
                memory.lookInto(.refusal(error))
                return try await settle(.refusal(error), job, memory: &memory)
            }
            return try await judge(fault, of: job, memory: &memory)
        }
        memory.mayHaveBeenDone = true
        if let finding = finding(in: changed, of: job) { return finding }
        // It was accepted: whatever else the payment shows isn't its last word.
        throw .busy(GatewayFault(message: "accepted, and the payment is still \(changed.value.facts.state)"))
    }

    /// What a look at the payment says of a cancellation or a capture; nil where it isn't done.
    private func lookForChange(
        _ job: PaymentOperation
    ) async throws(GatewayError) -> Finding<OperationOutcome>? {
        try await payment(job.paymentID).flatMap { finding(in: $0, of: job) }
    }

    private func finding(
        in seen: GatewayAnswer<GatewayPayment>, of job: PaymentOperation
    ) -> Finding<OperationOutcome>? {
        let facts = seen.value.facts
        return switch job.action.state(of: facts) {
        case .done(let outcome): .answer(outcome, seen.requestID)
        case .otherAmount: .suspicious(.outcomeUnknown, "the payment is \(facts.state)")
        case .possible, .impossible: nil
        }
    }

    /// What a refusal means: the payment tells whether an earlier call did what this one was refused.
    private func judge(
        _ refusal: GatewayFault, of job: PaymentOperation, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        guard let seen = try await payment(job.paymentID) else {
            return .answer(.failed(refusal.refusal, payment: nil), refusal.requestID)
        }
        if let finding = finding(in: seen, of: job) { return finding }
        let facts = seen.value.facts
        let failure = Finding.answer(
            OperationOutcome.failed(refusal.refusal, payment: facts), refusal.requestID)
        guard case .possible = job.action.state(of: facts) else { return failure }
        if isEarly(refusal, seen.value, memory: &memory) {
            return .lookAgain(after: Self.propagationPause)
        }
        return judge(refusal, &memory, otherwise: failure)
    }

    /// Whether the gateway may refuse only because its payment changed a moment ago: then the refusal is no
    /// answer yet.
    func isEarly(
        _ refusal: GatewayFault, _ payment: GatewayPayment, memory: inout AttemptMemory
    ) -> Bool {
        guard mayBeEarly(refusal, memory) else { return false }
        let changedAt = [payment.createdAt, payment.changedAt].compactMap(\.self).max()
        let isYoung = changedAt.map { now - $0 < Self.propagation } ?? false
        guard isYoung else { return false }
        memory.earlyRefusals += 1
        return true
    }

    /// Whether the payment is worth a look for that.
    func mayBeEarly(_ refusal: GatewayFault, _ memory: AttemptMemory) -> Bool {
        !Set(refusal.codes).isDisjoint(with: ["2018", "2063", "3005"])
            && memory.earlyRefusals < Self.earlyRefusalsMax
    }
}

extension PaymentFacts {
    /// Status and amount, for a message.
    var state: String {
        transactionAmount.map { "\(status.rawValue) over \($0)" } ?? status.rawValue
    }
}

/// How far a payment is from what a job wants of it.
private enum PaymentState {
    case done(OperationOutcome)
    /// Captured, and not as much as the job says: by somebody else, or the object keeps what was reserved.
    case otherAmount
    case possible
    case impossible
}

extension PaymentOperation.Action {
    /// What the payment's facts say about a cancellation or a capture; a refund is told by its own list.
    fileprivate func state(of facts: PaymentFacts) -> PaymentState {
        switch self {
        case .refund: return .impossible
        case .cancel:
            if facts.status.rawValue == "cancelled" { return .done(.cancelled(facts)) }
            switch facts.status.meaning {
            case .undecided, .reserved: return .possible
            case .paid, .unpaid: return .impossible
            }
        case .capture(let amount):
            switch facts.status.meaning {
            case .reserved, .undecided: return .possible
            case .unpaid: return .impossible
            case .paid:
                guard facts.isCaptured != false else { return .possible }
                // After a partial capture the payment's amount is what was captured ([T] sdk-nodejs).
                let isWanted = amount == nil || facts.transactionAmount == amount
                return isWanted ? .done(.captured(facts)) : .otherAmount
            }
        }
    }
}
