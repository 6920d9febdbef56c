import ExactJSON

/// Writes the events that answer jobs, as CloudEvents 1.0 in Kafka's binary mode.
public struct EventEncoder: Sendable {
    /// The `ce_source` of every event.
    public var source: String

    /// An encoder for events of `source`, a URI reference such as `/cobrador/billing`.
    public init(source: String) { self.source = source }

    /// The event that answers a job.
    ///
    /// `isFollowed` says that the charge was answered as pending before, and that this is its final state.
    public func message(
        for answer: Answer, of job: Job, key: [UInt8]?, provenance: Provenance, trail: Trail,
        isFollowed: Bool = false
    ) -> OutboundMessage {
        var fields = job.identityFields
        answer.write(to: &fields, of: job)
        if isFollowed { fields["followed"] = true }
        trail.write(to: &fields)
        let id = AnswerID(account: job.account, job: job.id, word: isFollowed ? .final : .result)
        return event(
            answer.eventType, id, stream: job.kind.eventStream, subject: job.id.description, key: key, fields,
            provenance, at: trail.finishedAt)
    }

    /// The event that says that a charge is pending for longer than the gateway's longest documented time.
    public func overdueMessage(
        for payment: PaymentFacts, of job: ChargeSavedCard, key: [UInt8]?, provenance: Provenance,
        trail: Trail
    ) -> OutboundMessage {
        var fields = Job.charge(job).identityFields
        payment.write(to: &fields)
        trail.write(to: &fields)
        let id = AnswerID(account: job.account, job: job.jobID, word: .overdue)
        return event(
            .chargePendingTooLong, id, stream: .charges, subject: job.jobID.description, key: key, fields,
            provenance, at: trail.finishedAt)
    }

    /// The event that tells what was learnt about a payment after its job was answered.
    ///
    /// `jobID` is that of the job that made the payment, where the payment carries it; `now` is in milliseconds
    /// since 1970.
    public func updateMessage(
        for payment: PaymentFacts, account: AccountName, jobID: JobID?, key: [UInt8]?, at now: Int64
    ) -> OutboundMessage {
        var fields = JSONObject()
        fields["job_id"] = jobID.map { .string($0.description) }
        fields["account"] = .string(account.description)
        payment.write(to: &fields)
        let subject = jobID?.description ?? String(payment.id)
        return event(
            .paymentUpdated, AnswerID(account: account, payment: payment), stream: .charges, subject: subject,
            key: key, fields, Provenance(), at: now)
    }

    private func event(
        _ type: EventType, _ id: AnswerID, stream: EventStream, subject: String, key: [UInt8]?,
        _ fields: JSONObject, _ provenance: Provenance, at now: Int64
    ) -> OutboundMessage {
        var headers = [
            MessageHeader("content-type", "application/json"),
            MessageHeader("ce_specversion", "1.0"),
            MessageHeader("ce_id", id.description),
            MessageHeader("ce_source", source),
            MessageHeader("ce_type", type.rawValue),
            MessageHeader("ce_time", Timestamp.text(now)),
            MessageHeader("ce_subject", subject),
            MessageHeader("ce_correlationid", provenance.correlationID ?? subject),
        ]
        if let cause = provenance.eventID { headers.append(MessageHeader("ce_causationid", cause)) }
        if let trace = provenance.traceparent { headers.append(MessageHeader("ce_traceparent", trace)) }
        return OutboundMessage(
            destination: .events(stream), key: key, value: JSON.object(fields).serialized(), headers: headers)
    }
}

extension Job {
    /// What tells a producer which of its jobs an event is about.
    fileprivate var identityFields: JSONObject {
        var fields: JSONObject = ["job_id": .string(id.description), "account": .string(account.description)]
        switch self {
        case .charge(let job): fields["customer_id"] = .string(job.customerID.description)
        case .register(let job):
            if case .existing(let id) = job.owner { fields["customer_id"] = .string(id.description) }
        case .operation(let job): fields["payment_id"] = .number(JSONNumber(job.paymentID.rawValue))
        }
        return fields
    }
}

extension Answer {
    fileprivate func write(to fields: inout JSONObject, of job: Job) {
        switch self {
        case .charge(.payment(let facts)):
            facts.write(to: &fields)
            if facts.status.meaning == .unpaid {
                RejectionAdvice(statusDetail: facts.statusDetail).write(to: &fields)
            }
        case .charge(.failed(let refusal)):
            refusal.write(to: &fields)
            job.writeOrder(to: &fields)
        case .charge(.expired): job.writeOrder(to: &fields)
        case .card(.registered(let saved)):
            fields["customer_id"] = .string(saved.customer.description)
            saved.card.write(to: &fields)
            fields["already_registered"] = .bool(saved.wasAlreadyRegistered)
            fields["is_default"] = saved.isDefault.map(JSON.bool)
        case .card(.failed(let refusal)): refusal.write(to: &fields)
        case .operation(.refunded(let refund, let payment, _)):
            payment?.write(to: &fields)
            refund.write(to: &fields)
        case .operation(.cancelled(let payment)), .operation(.captured(let payment)):
            payment.write(to: &fields)
        case .operation(.failed(let refusal, let payment)):
            payment?.write(to: &fields)
            refusal.write(to: &fields)
        }
    }
}

extension Job {
    /// What was asked for, where there is no payment that could say it.
    fileprivate func writeOrder(to fields: inout JSONObject) {
        guard case .charge(let job) = self else { return }
        fields["transaction_amount"] = job.transactionAmount.asJSON
        fields["external_reference"] = .string(job.externalReference)
        fields["expires_at"] = job.expiresAt.map { .string($0.description) }
    }
}

extension Trail {
    fileprivate func write(to fields: inout JSONObject) {
        fields["attempts"] = .number(JSONNumber(attempts))
        fields["request_id"] = requestID.map { .string(Redaction.bounded($0)) }
        fields["submitted_at"] = submittedAt.map { .string(Timestamp.text($0)) }
        fields["started_at"] = .string(Timestamp.text(startedAt))
        fields["finished_at"] = .string(Timestamp.text(finishedAt))
        // The wall clock may have been set back in between.
        fields["duration_ms"] = .number(JSONNumber(max(0, finishedAt - startedAt)))
    }
}
