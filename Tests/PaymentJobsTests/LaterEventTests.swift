import ExactJSON
import PaymentJobs
import Testing

/// Complete bodies of the events that follow a payment's own.
@Suite("Events of what is done with payments") struct OperationEventTests {
    private let encoder = EventEncoder(source: "/cobrador")
    private let trail = Trail(attempts: 1, submittedAt: nil, startedAt: 0, finishedAt: 1, requestID: "r")
    private static let timings =
        #""attempts":1,"request_id":"r","started_at":"1970-01-01T00:00:00.000Z","#
        + #""finished_at":"1970-01-01T00:00:00.001Z","duration_ms":1}"#

    private func event(_ outcome: OperationOutcome) throws -> (type: String?, body: String) {
        let job = PaymentOperation(
            jobID: try #require(JobID("op-1")), paymentID: try #require(PaymentID(rawValue: 77)),
            action: .refund(amount: nil))
        let message = encoder.message(
            for: .operation(outcome), of: .operation(job), key: nil, provenance: Provenance(), trail: trail)
        #expect(message.destination == .events(.charges))
        let text = String(decoding: try #require(message.value), as: UTF8.self)
        #expect(text.hasPrefix(#"{"job_id":"op-1","account":"default","payment_id":77,"#))
        #expect(text.hasSuffix(Self.timings))
        return (message.headers.text("ce_type"), text)
    }

    private func facts(_ status: String, refunded: String? = nil) -> PaymentFacts {
        var facts = PaymentFacts(id: 77, status: PaymentStatus(rawValue: status))
        facts.transactionAmount = ExactDecimal("100.00")
        facts.refundedAmount = refunded.flatMap { ExactDecimal($0) }
        return facts
    }

    private func refund(_ amount: String) -> RefundFacts {
        RefundFacts(
            id: 5, amount: ExactDecimal(amount), status: "approved", dateCreated: "2026-01-31T12:00:00Z")
    }

    @Test("a refund of a part, of all of it, and of a payment that can't be read")
    func refunds() throws {
        let part = try event(.refunded(refund("40"), of: facts("approved", refunded: "40"), isWhole: false))
        #expect(part.type == "payment.partially-refunded")
        #expect(
            part.body.contains(
                #""status":"approved","transaction_amount":100.00,"transaction_amount_refunded":40,"#
                    + #""refund_id":5,"refund_amount":40,"refund_status":"approved","#
                    + #""refund_date_created":"2026-01-31T12:00:00Z","#))
        let whole = try event(.refunded(refund("60"), of: facts("refunded"), isWhole: true))
        #expect(whole.type == "payment.refunded")
        let blind = try event(.refunded(refund("60"), of: nil, isWhole: true))
        #expect(blind.type == "payment.refunded" && blind.body.contains(#""payment_id":77,"refund_id":5,"#))
    }

    @Test("cancelled, captured, and refused by the payment's state")
    func others() throws {
        #expect(try event(.cancelled(facts("cancelled"))).type == "payment.cancelled")
        #expect(try event(.captured(facts("approved"))).type == "payment.captured")
        let refusal = GatewayRefusal(
            httpStatus: 400, codes: ["2063"], message: "not refundable", reason: .stateDoesNotAllow)
        let failed = try event(.failed(refusal, payment: facts("rejected")))
        #expect(failed.type == "payment.operation-failed")
        #expect(
            failed.body.contains(
                #""status":"rejected","transaction_amount":100.00,"#
                    + #""error":{"reason":"state-does-not-allow","http_status":400,"codes":["2063"],"#
                    + #""message":"not refundable"},"#))
        let blind = try event(.failed(GatewayRefusal(codes: ["x"], message: "y"), payment: nil))
        #expect(
            blind.body.contains(#""payment_id":77,"error":{"reason":"unknown","codes":["x"],"message":"y"},"#)
        )
    }
}

@Suite("Events that come later") struct LaterEventTests {
    private let encoder = EventEncoder(source: "/cobrador")
    private let trail = Trail(attempts: 1, submittedAt: nil, startedAt: 0, finishedAt: 1)
    private let account = AccountName.standard

    private func charge() throws -> ChargeSavedCard { try decodeCharge(Sample.message(Sample.charge)) }

    private func body(_ message: OutboundMessage) throws -> JSON {
        try JSON(parsing: try #require(message.value))
    }

    @Test("charge.expired says what wasn't done")
    func expired() throws {
        var job = try charge()
        job.expiresAt = Moment("2026-01-31T12:00:00Z")
        let message = encoder.message(
            for: .charge(.expired), of: .charge(job), key: nil, provenance: Provenance(), trail: trail)
        #expect(message.headers.text("ce_type") == "charge.expired")
        let body = try body(message)
        #expect(body["payment_id"] == nil && body["transaction_amount"] == .number(JSONNumber("100.50")!))
        #expect(body["expires_at"] == "2026-01-31T12:00:00.000Z")
    }

    @Test("the final event of a followed charge has an id of its own, whatever it says")
    func followed() throws {
        let job = try charge()
        func message(_ status: String, isFollowed: Bool) -> OutboundMessage {
            encoder.message(
                for: .charge(.payment(PaymentFacts(id: 1, status: PaymentStatus(rawValue: status)))),
                of: .charge(job), key: nil, provenance: Provenance(), trail: trail, isFollowed: isFollowed)
        }
        let final = message("approved", isFollowed: true)
        #expect(try body(final)["followed"] == true)
        #expect(final.headers.text("ce_type") == "charge.approved")
        #expect(final.headers.text("ce_id") == message("rejected", isFollowed: true).headers.text("ce_id"))
        #expect(final.headers.text("ce_id") != message("approved", isFollowed: false).headers.text("ce_id"))
    }

    @Test("charge.pending-too-long is neither the result nor the final word")
    func overdue() throws {
        let facts = PaymentFacts(id: 1, status: PaymentStatus(rawValue: "in_process"))
        let message = encoder.overdueMessage(
            for: facts, of: try charge(), key: [7], provenance: Provenance(), trail: trail)
        #expect(message.headers.text("ce_type") == "charge.pending-too-long")
        #expect(message.key == [7] && message.destination == .events(.charges))
        let id = try #require(JobID("job-1"))
        #expect(
            message.headers.text("ce_id")
                == AnswerID(account: account, job: id, word: .overdue).description)
        let ids = [AnswerID.Word.result, .final, .overdue].map {
            AnswerID(account: account, job: id, word: $0).description
        }
        #expect(Set(ids).count == 3)
    }

    @Test("payment.updated is recognisable by what changed")
    func updated() throws {
        var facts = PaymentFacts(id: 1, status: PaymentStatus(rawValue: "charged_back"))
        facts.dateLastUpdated = "2026-01-31T12:00:00.000-04:00"
        func message() -> OutboundMessage {
            encoder.updateMessage(for: facts, account: account, jobID: JobID("job-1"), key: nil, at: 5)
        }
        let first = message()
        #expect(first.headers.text("ce_type") == "payment.updated")
        #expect(first.headers.text("ce_subject") == "job-1")
        #expect(first.headers.text("ce_id") == message().headers.text("ce_id"))
        facts.dateLastUpdated = "2026-01-31T12:00:01.000-04:00"
        #expect(first.headers.text("ce_id") != message().headers.text("ce_id"))
        let nameless = encoder.updateMessage(for: facts, account: account, jobID: nil, key: nil, at: 5)
        #expect(nameless.headers.text("ce_subject") == "1")
        #expect(try body(nameless)["job_id"] == nil)
    }

    @Test("a registration tells whether the card became the default")
    func defaultCard() throws {
        let job = try decodeRegister(Sample.message(Sample.register, kind: .registerCard))
        for isDefault in [nil, true, false] as [Bool?] {
            let saved = RegisteredCard(
                CardFacts(id: "9"), customer: .fallback, wasAlreadyRegistered: false, isDefault: isDefault)
            let message = encoder.message(
                for: .card(.registered(saved)), of: .register(job), key: nil, provenance: Provenance(),
                trail: trail)
            #expect(try body(message)["is_default"]?.bool == isDefault)
        }
    }
}
