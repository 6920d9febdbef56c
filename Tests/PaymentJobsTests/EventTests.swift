import ExactJSON
import Testing

@testable import PaymentJobs

@Suite("Events") struct EventTests {
    private let encoder = EventEncoder(source: "/cobrador")

    private func event(
        status: String, detail: String? = nil, provenance: Provenance = Provenance(),
        trail: Trail = Trail(attempts: 1, submittedAt: nil, startedAt: 0, finishedAt: 1)
    ) throws -> (headers: [MessageHeader], body: JSON) {
        let facts = PaymentFacts(id: 1, status: PaymentStatus(rawValue: status), statusDetail: detail)
        let inbound = Sample.message(Sample.charge)
        let message = encoder.message(
            for: .charge(.payment(facts)), of: .charge(try decodeCharge(inbound)), key: inbound.key,
            provenance: provenance, trail: trail)
        return (message.headers, try JSON(parsing: try #require(message.value)))
    }

    @Test(
        "each status has its event, and an unknown one is pending",
        arguments: [
            ("approved", "charge.approved"), ("refunded", "charge.approved"),
            ("charged_back", "charge.approved"), ("in_mediation", "charge.approved"),
            ("authorized", "charge.authorized"), ("rejected", "charge.rejected"),
            ("cancelled", "charge.rejected"), ("pending", "charge.pending"), ("in_process", "charge.pending"),
            ("", "charge.pending"), ("Approved", "charge.pending"), ("canceled", "charge.pending"),
            ("hovering", "charge.pending"),
        ])
    func types(status: String, type: String) throws {
        let event = try event(status: status)
        #expect(event.headers.text("ce_type") == type)
        #expect(event.body["status"] == .string(status))
        #expect((event.body["advice"] != nil) == (type == "charge.rejected"))
    }

    @Test("without provenance the job id is the correlation, and there is no cause")
    func bare() throws {
        let names = try event(status: "approved").headers.map(\.name)
        #expect(
            names == [
                "content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject",
                "ce_correlationid",
            ])
        #expect(try event(status: "approved").headers.text("ce_correlationid") == "job-1")
    }

    @Test("the id is the job's, whatever the answer")
    func sameID() throws {
        let ids = try ["approved", "rejected", "pending"].map { try event(status: $0).headers.text("ce_id") }
        #expect(Set(ids).count == 1)
    }

    @Test("any record timestamp makes an event, and a clock set back makes no negative duration")
    func timings() throws {
        for submittedAt in [Int64.min, -62_167_219_200_001, -1, 0, Int64.max] {
            let trail = Trail(
                attempts: 1, submittedAt: submittedAt, startedAt: 5_000, finishedAt: 4_000,
                requestID: "r\n" + String(repeating: "x", count: 500))
            let body = try event(status: "approved", trail: trail).body
            #expect(body["duration_ms"]?.int64 == 0)
            #expect(body["submitted_at"]?.string?.count == 24)
            #expect(body["request_id"]?.string == "r" + String(repeating: "x", count: 126))
        }
    }

    @Test("a refusal's codes and words are scrubbed and bounded")
    func refusals() {
        let long = String(repeating: "word ", count: 1_000)
        let refusal = GatewayRefusal(
            httpStatus: 400, codes: ["2002", "a@b.c"] + Array(repeating: "1", count: 100), message: long)
        #expect(refusal.reason == .unknown)
        #expect(refusal.codes.count == 16 && refusal.codes.prefix(2) == ["2002", "‹redacted›"])
        #expect(refusal.message.unicodeScalars.count == 256 && refusal.message.hasSuffix("…"))
    }

    /// Every `status_detail` of the gateway's specification, its guides and the wild.
    static let advice: [(Advice, String)] = [
        (
            .fixCardData,
            """
            cc_rejected_bad_filled_card_number cc_rejected_bad_filled_date cc_rejected_bad_filled_other \
            cc_rejected_bad_filled_security_code cc_rejected_invalid_installments
            """
        ),
        (.callIssuer, "cc_rejected_call_for_authorize"),
        (
            .useAnotherCard,
            """
            cc_rejected_3ds_challenge cc_rejected_3ds_mandatory cc_rejected_card_disabled \
            cc_rejected_high_risk cc_rejected_max_attempts cc_rejected_other_reason bank_rejected \
            cc_rejected_card_type_not_allowed rejected_high_risk rejected_by_bank cc_rejected_news
            """
        ),
        (
            .tryLater,
            """
            cc_rejected_insufficient_amount cc_amount_rate_limit_exceeded cc_rejected_time_out \
            cc_rejected_card_error bank_error collector_unavailable pending_provider_response
            """
        ),
        (
            .doNotRetry,
            """
            cc_rejected_blacklist cc_rejected_duplicated_payment rejected_by_regulations payer_unavailable \
            by_collector by_payer by_admin expired
            """
        ),
    ]

    @Test("each detail of a rejection has its advice", arguments: advice)
    func advises(advice: Advice, details: String) throws {
        for detail in details.split(separator: " ").map(String.init) {
            let body = try event(status: "rejected", detail: detail).body
            #expect(body["advice"]?.string == advice.rawValue, "\(detail)")
            #expect((body["retry_after_s"] != nil) == (advice == .tryLater), "\(detail)")
            let sameCard = [.fixCardData, .callIssuer, .tryLater].contains(advice)
            #expect(body["retry_same_card"]?.bool == sameCard, "\(detail)")
            #expect(body["status_detail"]?.string == detail)
        }
    }

    /// Details of payments that are paid, reserved or undecided: they are no rejections.
    static let noRejections = """
        accredited partially_refunded partially_bpp_refunded partially_bpp_covered pending_capture \
        offline_process pending_contingency pending_review_manual pending_waiting_transfer \
        pending_waiting_for_remedy pending_waiting_payment pending_challenge in_process settled reimbursed \
        refunded bpp_refunded bpp_covered
        """

    @Test("every documented detail is in the table, or is no rejection")
    func complete() {
        let advised = Self.advice.flatMap { $0.1.split(separator: " ") }.map(String.init)
        #expect(Set(advised).subtracting(["cc_rejected_news"]) == Set(RejectionAdvice.table.keys))
        for detail in Self.noRejections.split(separator: " ").map(String.init) {
            #expect(RejectionAdvice.table[detail] == nil, "\(detail)")
        }
    }

    @Test("an hour after a failure of the gateway's, a day after a lack of funds")
    func pauses() {
        for (detail, seconds) in [
            ("cc_rejected_insufficient_amount", 86_400), ("cc_amount_rate_limit_exceeded", 86_400),
            ("cc_rejected_time_out", 3_600), ("bank_error", 3_600), ("collector_unavailable", 3_600),
        ] {
            #expect(RejectionAdvice(statusDetail: detail).retryAfter == .seconds(seconds))
        }
    }

    @Test("a rejection without a detail advises another card")
    func noDetail() { #expect(Advice(statusDetail: nil) == .useAnotherCard) }
}
