import ExactJSON
import PaymentJobs
import Testing

/// Complete events, headers and body, as they go onto the topic.
@Suite("Events, word for word") struct EventGoldenTests {
    private let encoder = EventEncoder(source: "/cobrador/billing")
    private let trail = Trail(
        attempts: 2, submittedAt: 1_732_363_200_000, startedAt: 1_732_363_200_100,
        finishedAt: 1_732_363_200_423, requestID: "req-1")
    private let provenance = Provenance(eventID: "event-7", correlationID: "order-7", traceparent: "00-t")

    private static let timings =
        #""attempts":2,"request_id":"req-1","submitted_at":"2024-11-23T12:00:00.000Z","#
        + #""started_at":"2024-11-23T12:00:00.100Z","finished_at":"2024-11-23T12:00:00.423Z","#
        + #""duration_ms":323}"#

    private func headers(_ type: String, _ id: String, job: String) -> [String] {
        [
            "content-type: application/json", "ce_specversion: 1.0", "ce_id: \(id)",
            "ce_source: /cobrador/billing", "ce_type: \(type)", "ce_time: 2024-11-23T12:00:00.423Z",
            "ce_subject: \(job)", "ce_correlationid: order-7", "ce_causationid: event-7",
            "ce_traceparent: 00-t",
        ]
    }

    private func charge(_ outcome: ChargeOutcome) throws -> OutboundMessage {
        let inbound = Sample.message(Sample.charge)
        return encoder.message(
            for: .charge(outcome), of: .charge(try decodeCharge(inbound)), key: inbound.key,
            provenance: provenance, trail: trail)
    }

    private func card(_ outcome: CardOutcome, text: String = Sample.register) throws -> OutboundMessage {
        let inbound = Sample.message(text, kind: .registerCard)
        return encoder.message(
            for: .card(outcome), of: .register(try decodeRegister(inbound)), key: inbound.key,
            provenance: provenance, trail: trail)
    }

    private func check(
        _ message: OutboundMessage, _ stream: EventStream, _ headers: [String], body: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let value = try #require(message.value)
        #expect(message.destination == .events(stream), sourceLocation: sourceLocation)
        #expect(message.key == Array("key".utf8), sourceLocation: sourceLocation)
        #expect(message.headers.lines == headers, sourceLocation: sourceLocation)
        #expect(
            String(decoding: value, as: UTF8.self) == body + Self.timings, sourceLocation: sourceLocation)
    }

    /// `ce_id` of every answer to `job-1` of the default account, derived as in `IdentityTests`.
    private static let chargeID = "1a62ac81-7e12-8833-bcb1-356e462e90b9"
    /// The same of `reg-1`.
    private static let cardID = "95978c16-8046-8ac7-a85c-8c78aa3c0ab2"

    private static let start =
        #"{"job_id":"job-1","account":"default","customer_id":"123456789-jxOV430go9fx2e","#

    private func payment(_ status: String, _ detail: String?) -> PaymentFacts {
        var facts = PaymentFacts(id: 123_456_789_012, status: PaymentStatus(rawValue: status))
        facts.statusDetail = detail
        facts.transactionAmount = ExactDecimal("100.50")
        facts.currencyID = "BRL"
        facts.lastFourDigits = "6351"
        return facts
    }

    @Test("charge.approved with everything that a payment can tell")
    func approved() throws {
        var facts = payment("approved", "accredited")
        facts.installments = 3
        facts.paymentMethodID = "master"
        facts.paymentTypeID = "credit_card"
        facts.cardID = "9876543210"
        facts.authorizationCode = "301299"
        facts.externalReference = "order-7"
        facts.isCaptured = true
        facts.dateCreated = "2024-11-23T08:00:00.200-04:00"
        facts.dateApproved = "2024-11-23T08:00:00.300-04:00"
        try check(
            try charge(.payment(facts)), .charges, headers("charge.approved", Self.chargeID, job: "job-1"),
            body: Self.start + #"""
                "payment_id":123456789012,"status":"approved","status_detail":"accredited",\#
                "transaction_amount":100.50,"currency_id":"BRL","installments":3,\#
                "payment_method_id":"master","payment_type_id":"credit_card","last_four_digits":"6351",\#
                "card_id":"9876543210","authorization_code":"301299","external_reference":"order-7",\#
                "captured":true,"date_created":"2024-11-23T08:00:00.200-04:00",\#
                "date_approved":"2024-11-23T08:00:00.300-04:00",
                """#)
    }

    @Test(
        "charge.authorized and charge.pending carry no advice",
        arguments: [
            ("authorized", "pending_capture", "charge.authorized"),
            ("in_process", "pending_contingency", "charge.pending"),
        ])
    func undecided(status: String, detail: String, type: String) throws {
        try check(
            try charge(.payment(payment(status, detail))), .charges,
            headers(type, Self.chargeID, job: "job-1"),
            body: Self.start + #"""
                "payment_id":123456789012,"status":"\#(status)","status_detail":"\#(detail)",\#
                "transaction_amount":100.50,"currency_id":"BRL","last_four_digits":"6351",
                """#)
    }

    @Test("charge.rejected carries its detail and advice")
    func rejected() throws {
        try check(
            try charge(.payment(payment("rejected", "cc_rejected_call_for_authorize"))), .charges,
            headers("charge.rejected", Self.chargeID, job: "job-1"),
            body: Self.start + #"""
                "payment_id":123456789012,"status":"rejected",\#
                "status_detail":"cc_rejected_call_for_authorize","transaction_amount":100.50,\#
                "currency_id":"BRL","last_four_digits":"6351","advice":"call-issuer",\#
                "retry_same_card":true,
                """#)
    }

    @Test("a rejection for lack of funds says when the same card may be tried again")
    func later() throws {
        try check(
            try charge(.payment(payment("rejected", "cc_rejected_insufficient_amount"))), .charges,
            headers("charge.rejected", Self.chargeID, job: "job-1"),
            body: Self.start + #"""
                "payment_id":123456789012,"status":"rejected",\#
                "status_detail":"cc_rejected_insufficient_amount","transaction_amount":100.50,\#
                "currency_id":"BRL","last_four_digits":"6351","advice":"try-later",\#
                "retry_same_card":true,"retry_after_s":86400,
                """#)
    }

    @Test("charge.failed carries the gateway's error and the job's own amount")
    func failed() throws {
        let refusal = GatewayRefusal(
            httpStatus: 400, codes: ["2002"], message: "Customer not found: ana@example.com",
            reason: .customerNotFound)
        try check(
            try charge(.failed(refusal)), .charges, headers("charge.failed", Self.chargeID, job: "job-1"),
            body: Self.start + #"""
                "error":{"reason":"customer-not-found","http_status":400,"codes":["2002"],\#
                "message":"Customer not found: ‹redacted›"},\#
                "transaction_amount":100.50,"external_reference":"job-1",
                """#)
    }

    @Test("card.registered says whether the card was there already", arguments: [true, false])
    func registered(already: Bool) throws {
        let facts = CardFacts(
            id: "9876543210", lastFourDigits: "6351", expirationMonth: 11, expirationYear: 2030,
            paymentMethodID: "master")
        let customer = try #require(CustomerID(Sample.customer))
        try check(
            try card(.registered(RegisteredCard(facts, customer: customer, wasAlreadyRegistered: already))),
            .cards,
            headers("card.registered", Self.cardID, job: "reg-1"),
            body: #"""
                {"job_id":"reg-1","account":"default","customer_id":"123456789-jxOV430go9fx2e",\#
                "card_id":"9876543210","last_four_digits":"6351","expiration_month":11,\#
                "expiration_year":2030,"payment_method_id":"master","already_registered":\#(already),
                """#)
    }

    @Test("card.registration-failed names the customer only by id")
    func registrationFailed() throws {
        let refusal = GatewayRefusal(
            httpStatus: 400, codes: ["card-120"], message: "Invalid token. ", reason: .cardTokenUnusable)
        let error =
            #""error":{"reason":"card-token-unusable","http_status":400,"codes":["card-120"],"message":"Invalid token. "},"#
        let headers = headers("card.registration-failed", Self.cardID, job: "reg-1")
        let start = #"{"job_id":"reg-1","account":"default","#
        try check(try card(.failed(refusal)), .cards, headers, body: start + error)
        let known = #"{"job_id":"reg-1","token":"t","customer_id":"c-1"}"#
        try check(
            try card(.failed(refusal), text: known), .cards, headers,
            body: start + #""customer_id":"c-1","# + error)
    }
}
