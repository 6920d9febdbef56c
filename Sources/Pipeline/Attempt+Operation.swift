import ExactJSON
import PaymentJobs

extension Attempt {
    /// How long after a payment was made the gateway may refuse what will be possible, in milliseconds: its
    /// own SDKs' tests wait 3 to 7 s ([T] sdk-java, sdk-dotnet).
    private static let propagation: Int64 = 15_000
    private static let propagationPause: Duration = .seconds(3)
    private static let earlyRefusalsMax = 6

    /// Refunds, cancels or captures a payment.
    func operate(
        _ job: PaymentOperation, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
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

    /// Cancels or captures: both lead to a state that a look at the payment shows, whoever led it there.
    private func change(
        _ job: PaymentOperation, memory: inout AttemptMemory,
        call: () async throws(GatewayError) -> GatewayAnswer<GatewayPayment>
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        let changed: GatewayAnswer<GatewayPayment>
        do {
            changed = try await call()
        } catch {
            guard let fault = error.refusal, let seen = try await payment(job.paymentID) else { throw error }
            return try judge(seen, of: job, refusal: fault, memory: &memory)
        }
        return try judge(changed, of: job, refusal: nil, memory: &memory)
    }

    private func judge(
        _ seen: GatewayAnswer<GatewayPayment>, of job: PaymentOperation, refusal: GatewayFault?,
        memory: inout AttemptMemory
    ) throws(GatewayError) -> Finding<OperationOutcome> {
        let facts = seen.value.facts
        switch job.action.state(of: facts) {
        case .done(let outcome): return .answer(outcome, seen.requestID)
        case .possible where refusal == nil:
            throw .busy(GatewayFault(message: "the payment is still \(facts.state)"))
        case .possible where isEarly(refusal, seen.value, memory: &memory):
            return .lookAgain(after: Self.propagationPause)
        case .possible, .impossible:
            let told = refusal ?? GatewayFault(message: "the payment is \(facts.state)")
            return .answer(.failed(told.refusal, payment: facts), told.requestID ?? seen.requestID)
        }
    }

    /// Refunds: a look for a refund of this job comes before the first call wherever a second refund would
    /// be possible, and after each refusal.
    private func refund(
        _ job: PaymentOperation, _ amount: ExactDecimal?, _ key: IdempotencyKey,
        memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        if amount != nil || memory.mayHaveRefunded {
            if let found = try await lookForRefund(of: job) { return found }
        }
        let refund: GatewayAnswer<GatewayRefund>
        do {
            refund = try await gateway.refundPayment(for: job, amount: amount, key: key)
            memory.mayHaveRefunded = true
        } catch {
            memory.mayHaveRefunded = memory.mayHaveRefunded || error.mayHaveMovedMoney
            guard let fault = error.refusal else { throw error }
            if let found = try await lookForRefund(of: job) { return found }
            guard let seen = try await payment(job.paymentID), !memory.mayHaveRefunded else { throw error }
            if seen.value.facts.status.rawValue == "approved", isEarly(fault, seen.value, memory: &memory) {
                return .lookAgain(after: Self.propagationPause)
            }
            return .answer(.failed(fault.refusal, payment: seen.value.facts), fault.requestID)
        }
        return try await answer(refund.value, of: job, refund.requestID)
    }

    /// What an earlier run of the job refunded, or somebody else who may have been one; nil for nothing.
    private func lookForRefund(
        of job: PaymentOperation
    ) async throws(GatewayError) -> Finding<OperationOutcome>? {
        let listed: GatewayAnswer<[GatewayRefund]>
        do {
            listed = try await gateway.refunds(of: job.paymentID)
        } catch {
            // No such payment, or not ours: then there is no refund of it either.
            guard error.refusal != nil else { throw error }
            return nil
        }
        if let refund = listed.value.first(where: { $0.jobID == job.jobID.description }) {
            return try await answer(refund, of: job, listed.requestID)
        }
        let suspect = listed.value.first { $0.mayBelong(to: job, submittedAt: submittedAt) }
        return suspect.map { refund in
            .suspicious(.outcomeUnknown, "refund \(refund.facts.id) may be this job's: it carries no job id")
        }
    }

    private func answer(
        _ refund: GatewayRefund, of job: PaymentOperation, _ requestID: String?
    ) async throws(GatewayError) -> Finding<OperationOutcome> {
        if refund.digest.map({ $0 != job.digest }) ?? false {
            return .suspicious(
                .conflict, "the gateway has refund \(refund.facts.id) for this job id with other content")
        }
        let seen = try await gateway.payment(job.paymentID)
        if let status = refund.facts.status, ["rejected", "cancelled"].contains(status) {
            let refusal = GatewayRefusal(
                codes: ["refund-" + status], message: "refund \(refund.facts.id) is \(status)")
            return .answer(.failed(refusal, payment: seen.value.facts), requestID)
        }
        return .answer(.refunded(refund.facts, of: seen.value.facts), requestID)
    }

    /// The payment; nil where the gateway says that there is none for this account.
    private func payment(_ id: PaymentID) async throws(GatewayError) -> GatewayAnswer<GatewayPayment>? {
        do {
            return try await gateway.payment(id)
        } catch {
            guard error.refusal != nil else { throw error }
            return nil
        }
    }

    /// Whether the gateway may refuse only because its payment is too young: then the refusal is no answer
    /// yet.
    private func isEarly(
        _ refusal: GatewayFault?, _ payment: GatewayPayment, memory: inout AttemptMemory
    ) -> Bool {
        guard let refusal, !Set(refusal.codes).isDisjoint(with: ["2018", "2063"]) else { return false }
        let isYoung = payment.createdAt.map { now - $0 < Self.propagation } ?? false
        guard isYoung, memory.earlyRefusals < Self.earlyRefusalsMax else { return false }
        memory.earlyRefusals += 1
        return true
    }
}

extension PaymentFacts {
    fileprivate var state: String {
        transactionAmount.map { "\(status.rawValue) over \($0)" } ?? status.rawValue
    }
}

extension GatewayRefund {
    /// How far the gateway's clock may be behind that of the job's producer, in milliseconds.
    private static let clockSkew: Int64 = 60_000

    /// Whether an earlier run of `job` may have made it, though the gateway lost what says so.
    fileprivate func mayBelong(to job: PaymentOperation, submittedAt: Int64?) -> Bool {
        guard jobID == nil else { return false }
        if let createdAt, let submittedAt, createdAt < submittedAt - Self.clockSkew { return false }
        guard let wanted = job.action.amount, let amount = facts.amount else { return true }
        return amount == wanted
    }
}

/// How far a payment is from what a job wants of it.
private enum PaymentState {
    case done(OperationOutcome)
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
            let isOpen = ["pending", "in_process", "authorized"].contains(facts.status.rawValue)
            return isOpen ? .possible : .impossible
        case .capture(let amount):
            switch facts.status.meaning {
            case .reserved: return .possible
            case .unpaid, .undecided: return .impossible
            case .paid:
                // After a partial capture the payment's amount is what was captured ([T] sdk-nodejs).
                let isWanted = amount == nil || facts.transactionAmount == amount
                return isWanted && facts.isCaptured != false ? .done(.captured(facts)) : .impossible
            }
        }
    }
}
