import PaymentJobs

extension Attempt {
    /// After this long, in milliseconds, a payment that was made before a job's expiry is in the index.
    private static let expirySettled: Int64 = 60_000

    /// Charges a saved card: one call, which the idempotency key makes safe to repeat.
    func charge(
        _ job: ChargeSavedCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<ChargeOutcome> {
        guard case .token(let token) = job.source else {
            return .impossible("card_id: is not supported by this version; send a token")
        }
        if isExpired(job.expiresAt) { return try await lookForExpired(job, memory: &memory) }
        let key = IdempotencyKey(account: job.account, job: job.jobID)
        let answer = try await gateway.createPayment(for: job, token: token, key: key)
        return judge(answer.value, of: job, answer.requestID)
    }

    /// The job is not done any more; an earlier run, here or elsewhere, may have done it in time.
    private func lookForExpired(
        _ job: ChargeSavedCard, memory: inout AttemptMemory
    ) async throws(GatewayError) -> Finding<ChargeOutcome> {
        let found = try await gateway.payments(referencedBy: job)
        if let payment = found.value.first(where: { $0.jobID == job.jobID.description }) {
            return judge(payment, of: job, found.requestID)
        }
        let isSettled = memory.looks.foundNothing(at: now)
        let expiredFor = job.expiresAt.map { now - $0.milliseconds } ?? 0
        guard isSettled || expiredFor > Self.expirySettled else { return .lookAgain(after: Looks.pause) }
        return .answer(.expired, found.requestID)
    }

    private func judge(
        _ payment: GatewayPayment, of job: ChargeSavedCard, _ requestID: String?
    ) -> Finding<ChargeOutcome> {
        let id = payment.facts.id
        if payment.jobID.map({ $0 != job.jobID.description }) ?? false
            || payment.digest.map({ $0 != job.digest }) ?? false
        {
            return .suspicious(
                .conflict, "the gateway has payment \(id) for this job id with other content")
        }
        if payment.facts.statusDetail == "cc_rejected_duplicated_payment" {
            return .suspicious(.outcomeUnknown, "the gateway calls payment \(id) a duplicate of another")
        }
        return .answer(.payment(payment.facts), requestID)
    }
}
