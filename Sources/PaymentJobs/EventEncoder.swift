import ExactJSON

/// The type of a result event, as it stands in `ce_type`.
public enum EventType: String, Sendable, Hashable, CaseIterable {
    /// The buyer has paid.
    case chargeApproved = "charge.approved"
    /// The amount is reserved.
    case chargeAuthorized = "charge.authorized"
    /// The buyer has not paid, and this payment never will be.
    case chargeRejected = "charge.rejected"
    /// Not decided yet; not final.
    case chargePending = "charge.pending"
    /// The gateway refused to make a payment.
    case chargeFailed = "charge.failed"
    /// The card is saved.
    case cardRegistered = "card.registered"
    /// The gateway refused to save the card.
    case cardRegistrationFailed = "card.registration-failed"
}

/// Writes the events that answer jobs, as CloudEvents 1.0 in Kafka's binary mode.
public struct EventEncoder: Sendable {
    /// The `ce_source` of every event.
    public var source: String

    /// An encoder for events of `source`, a URI reference such as `/cobrador/billing`.
    public init(source: String) { self.source = source }

    /// The event that answers a charge.
    public func message(
        for outcome: ChargeOutcome, of job: ChargeSavedCard, from inbound: InboundMessage,
        provenance: Provenance, trail: Trail
    ) -> OutboundMessage {
        var fields: JSONObject = ["job_id": .string(job.jobID.description)]
        fields["account"] = .string(job.account.description)
        fields["customer_id"] = .string(job.customerID.description)
        let type = outcome.eventType
        switch outcome {
        case .payment(let facts):
            facts.write(to: &fields)
            if type == .chargeRejected {
                fields["advice"] = .string(Advice(statusDetail: facts.statusDetail).rawValue)
            }
        case .failed(let refusal):
            refusal.write(to: &fields)
            fields["transaction_amount"] = job.transactionAmount.asJSON
            fields["external_reference"] = .string(job.externalReference)
        }
        return event(type, .charges, .charge(job), fields, inbound, provenance, trail)
    }

    /// The event that answers a card registration.
    public func message(
        for outcome: CardOutcome, of job: RegisterCard, from inbound: InboundMessage,
        provenance: Provenance, trail: Trail
    ) -> OutboundMessage {
        var fields: JSONObject = ["job_id": .string(job.jobID.description)]
        fields["account"] = .string(job.account.description)
        switch outcome {
        case .registered(let card, let customer, let wasAlreadyRegistered):
            fields["customer_id"] = .string(customer.description)
            card.write(to: &fields)
            fields["already_registered"] = .bool(wasAlreadyRegistered)
        case .failed(let refusal):
            if case .existing(let customer) = job.owner {
                fields["customer_id"] = .string(customer.description)
            }
            refusal.write(to: &fields)
        }
        return event(outcome.eventType, .cards, .register(job), fields, inbound, provenance, trail)
    }

    private func event(
        _ type: EventType, _ stream: EventStream, _ job: Job, _ fields: JSONObject, _ inbound: InboundMessage,
        _ provenance: Provenance, _ trail: Trail
    ) -> OutboundMessage {
        var fields = fields
        trail.write(to: &fields)
        var headers = [
            MessageHeader("content-type", "application/json"),
            MessageHeader("ce_specversion", "1.0"),
            MessageHeader("ce_id", AnswerID(account: job.account, job: job.id, word: .result).description),
            MessageHeader("ce_source", source),
            MessageHeader("ce_type", type.rawValue),
            MessageHeader("ce_time", Timestamp.text(trail.finishedAt)),
            MessageHeader("ce_subject", job.id.description),
            MessageHeader("ce_correlationid", provenance.correlationID ?? job.id.description),
        ]
        if let cause = provenance.eventID { headers.append(MessageHeader("ce_causationid", cause)) }
        if let trace = provenance.traceparent { headers.append(MessageHeader("ce_traceparent", trace)) }
        return OutboundMessage(
            destination: .events(stream), key: inbound.key, value: JSON.object(fields).serialized(),
            headers: headers)
    }
}

extension ChargeOutcome {
    /// The type of the event that tells this outcome.
    public var eventType: EventType {
        switch self {
        case .failed: .chargeFailed
        case .payment(let facts):
            switch facts.status.meaning {
            case .paid: .chargeApproved
            case .reserved: .chargeAuthorized
            case .unpaid: .chargeRejected
            case .undecided: .chargePending
            }
        }
    }
}

extension CardOutcome {
    /// The type of the event that tells this outcome.
    public var eventType: EventType {
        switch self {
        case .registered: .cardRegistered
        case .failed: .cardRegistrationFailed
        }
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
