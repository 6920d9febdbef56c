import ExactJSON
import PaymentJobs

extension Attempt {
    /// After this long, in milliseconds, a payment that was made before a job's expiry is in the index, on
    /// clocks that differ by some minutes too.
    private static let expirySettled: Int64 = 300_000

    /// Charges a saved card: one call, which the idempotency key makes safe to repeat.
    func charge(
        _ job: ChargeSavedCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<ChargeOutcome> {
        guard case .token(let token) = job.source else {
            return .impossible("card_id: is not supported by this version; send a token")
        }
        if isExpired(job.expiresAt) { return try await lookForExpired(job, memory: &memory) }
        let key = IdempotencyKey(account: job.account, job: job.jobID)
        do {
            let answer = try await gateway.createPayment(for: job, token: token, key: key)
            return judge(answer.value, of: job, answer.requestID)
        } catch {
            memory.note(error)
            throw error
        }
    }

    /// The job is not done any more; an earlier run, here or elsewhere, may have done it in time.
    private func lookForExpired(
        _ job: ChargeSavedCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<ChargeOutcome> {
        let found = try await look { () async throws(GatewayError) in
            try await gateway.payments(referencedBy: job)
        }
        if let payment = found.value.first(where: { $0.jobID.flatMap(JobID.init) == job.jobID }) {
            return judge(payment, of: job, found.requestID)
        }
        if let suspect = found.value.first(where: { mayBelong($0, to: job) }) {
            return .suspicious(
                .outcomeUnknown, "payment \(suspect.facts.id) may be this job's: it carries no job id")
        }
        let isSettled = memory.looks.foundNothing(at: now)
        let expiredFor = job.expiresAt.map { now - $0.milliseconds } ?? 0
        let isOld = expiredFor > Self.expirySettled && !memory.mayHaveBeenDone
        return isSettled || isOld ? .answer(.expired, found.requestID) : .lookAgain(after: Looks.pause)
    }

    /// Whether an earlier run may have made `payment`, though the gateway lost what says so.
    private func mayBelong(_ payment: GatewayPayment, to job: ChargeSavedCard) -> Bool {
        guard payment.jobID == nil, payment.facts.externalReference == job.externalReference else {
            return false
        }
        if let amount = payment.facts.transactionAmount, amount != job.transactionAmount { return false }
        return payment.createdAt.isNotBefore(submittedAt)
    }

    private func judge(
        _ payment: GatewayPayment, of job: ChargeSavedCard, _ requestID: String?
    ) -> Finding<ChargeOutcome> {
        let facts = payment.facts
        let isOthers = payment.jobID.map { JobID($0) != job.jobID } ?? false
        let isOther =
            payment.digest.map { $0 != job.digest }
            ?? facts.transactionAmount.map { $0 != job.transactionAmount } ?? false
        if isOthers || isOther {
            return .suspicious(
                .conflict, "the gateway has payment \(facts.id) for this job id with other content")
        }
        if facts.statusDetail == "cc_rejected_duplicated_payment" {
            return .suspicious(
                .outcomeUnknown, "the gateway calls payment \(facts.id) a duplicate of another")
        }
        return .answer(.payment(facts), requestID)
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
