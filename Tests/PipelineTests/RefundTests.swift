import ExactJSON
import PaymentJobs
import Testing

@testable import Pipeline

/// Refunds, call by call: a second one must never be possible.
@Suite struct RefundTests {
    let now: Int64 = 1_700_000_000_000
    let ten = ExactDecimal("10")
    let part = payment("approved")

    static func payment(_ status: String, age: Int64 = 3_600_000) -> GatewayPayment {
        var facts = PaymentFacts(id: 7, status: PaymentStatus(rawValue: status))
        facts.transactionAmount = ExactDecimal("100")
        return GatewayPayment(facts: facts, createdAt: 1_700_000_000_000 - age)
    }

    func job(_ amount: ExactDecimal?) throws -> PaymentOperation {
        PaymentOperation(
            jobID: try #require(JobID("op-1")), paymentID: try #require(PaymentID(rawValue: 7)),
            action: .refund(amount: amount))
    }

    func refund(
        _ id: Int64, _ amount: String, of job: PaymentOperation? = nil, digest: String? = nil,
        madeAt: Int64 = 1_700_000_000_000, status: String = "approved"
    ) -> GatewayRefund {
        GatewayRefund(
            facts: RefundFacts(id: id, amount: ExactDecimal(amount), status: status),
            jobID: job?.jobID.description, digest: digest ?? job?.digest, createdAt: madeAt)
    }

    func refused(_ code: String) -> GatewayError {
        .refused(GatewayFault(httpStatus: 400, codes: [code], message: "no"))
    }

    /// What a run says, in one line.
    func run(
        _ job: PaymentOperation, _ gateway: ScriptedGateway, memory: inout AttemptMemory,
        after milliseconds: Int64 = 0
    ) async -> String {
        do {
            let attempt = Attempt(gateway: gateway, now: now + milliseconds, submittedAt: now)
            switch try await attempt.operate(job, memory: &memory) {
            case .answer(.refunded(let refund, _, let isWhole), _):
                return "refund \(refund.id)\(isWhole ? "" : ", a part")"
            case .answer(.failed(let refusal, _), _): return "failed \(refusal.codes.joined())"
            case .answer(let other, _): return "\(other.eventType)"
            case .suspicious(let reason, _): return "\(reason)"
            case .lookAgain: return "again"
            case .impossible: return "?"
            }
        } catch {
            return "\(error)".prefix { $0 != "(" }.description
        }
    }

    func run(_ job: PaymentOperation, _ gateway: ScriptedGateway) async -> String {
        var memory = AttemptMemory()
        return await run(job, gateway, memory: &memory)
    }

    var key: String {
        get throws { IdempotencyKey(account: .standard, job: try #require(JobID("op-1"))).description }
    }

    @Test func aRefundOfAllOfItAsksFirstAndReadsThePayment() async throws {
        let gateway = ScriptedGateway()
        let (job, key) = (try job(nil), try key)
        let made = refund(5, "100", of: job)
        await gateway.script { [part] in
            $0.refundResults = [.success(made)]
            $0.seen = [.success(part)]
        }
        #expect(await run(job, gateway) == "refund 5")
        #expect(await gateway.calls == [.refund(7, amount: nil, key: key), .payment(7)])
    }

    @Test func aRefundOfAPartLooksBeforeItsFirstCall() async throws {
        let gateway = ScriptedGateway()
        let (job, key) = (try job(ten), try key)
        let made = refund(5, "10", of: job)
        await gateway.script { [part] in
            $0.refundResults = [.success(made)]
            $0.seen = [.success(part)]
        }
        #expect(await run(job, gateway) == "refund 5, a part")
        #expect(await gateway.calls == [.refunds(7), .refund(7, amount: ten, key: key), .payment(7)])
    }

    @Test func whatAnEarlierRunRefundedIsTheAnswer() async throws {
        let gateway = ScriptedGateway()
        let job = try job(ten)
        let (mine, other) = (refund(5, "10", of: job), refund(4, "10"))
        await gateway.script { [part] in
            $0.listed = [.success([other, mine])]
            $0.seen = [.success(part)]
        }
        #expect(await run(job, gateway) == "refund 5, a part")
        #expect(await gateway.calls == [.refunds(7), .payment(7)])
    }

    @Test func aRefundWithOurJobIDAndOtherContentIsAConflict() async throws {
        let gateway = ScriptedGateway()
        let job = try job(ten)
        let mine = refund(5, "10", of: job, digest: "other")
        await gateway.script { $0.listed = [.success([mine])] }
        #expect(await run(job, gateway) == "conflict")
    }

    @Test func anEqualRefundWithoutAJobIDThatIsYoungerThanTheJobIsUnknown() async throws {
        let gateway = ScriptedGateway()
        let nameless = refund(4, "10.00")
        await gateway.script { $0.listed = [.success([nameless])] }
        #expect(await run(try job(ten), gateway) == "outcomeUnknown")
        #expect(await gateway.calls == [.refunds(7)], "nothing is refunded")
    }

    @Test(arguments: [("10", -3_600_000), ("11", 0)] as [(String, Int64)])
    func anOlderOrAnotherRefundIsNotOurs(amount: String, offset: Int64) async throws {
        let gateway = ScriptedGateway()
        let job = try job(ten)
        let (other, made) = (refund(4, amount, madeAt: now + offset), refund(5, "10", of: job))
        await gateway.script { [part] in
            $0.listed = [.success([other])]
            $0.refundResults = [.success(made)]
            $0.seen = [.success(part)]
        }
        #expect(await run(job, gateway) == "refund 5, a part")
    }

    @Test func anAmbiguousRefundIsLookedForBeforeTheNextCall() async throws {
        let gateway = ScriptedGateway()
        let job = try job(nil)
        let mine = refund(5, "100", of: job)
        await gateway.script { [part] in
            $0.refundResults = [.failure(.ambiguous(Sample.fault))]
            $0.listed = [.success([mine])]
            $0.seen = [.success(part)]
        }
        var memory = AttemptMemory()
        #expect(await run(job, gateway, memory: &memory) == "ambiguous")
        #expect(await run(job, gateway, memory: &memory) == "refund 5")
        let asked = await gateway.calls.count { if case .refund = $0 { true } else { false } }
        #expect(asked == 1)
    }

    @Test func aRefusalThatAnEarlierProcessExplainsIsTheAnswer() async throws {
        let gateway = ScriptedGateway()
        let job = try job(nil)
        let (mine, refusal) = (refund(5, "100", of: job), refused("2063"))
        await gateway.script { [part] in
            $0.refundResults = [.failure(refusal)]
            $0.listed = [.success([mine])]
            $0.seen = [.success(part)]
        }
        #expect(await run(job, gateway) == "refund 5")
    }

    @Test func aRefusedRefundFailsWithThePaymentsState() async throws {
        let gateway = ScriptedGateway()
        let refusal = refused("2030")
        await gateway.script { [part] in
            $0.refundResults = [.failure(refusal)]
            $0.seen = [.success(part)]
        }
        #expect(await run(try job(nil), gateway) == "failed 2030")
    }

    @Test func aPaymentOfAMomentAgoIsTriedAgain() async throws {
        let gateway = ScriptedGateway()
        let (refusal, young) = (refused("2063"), Self.payment("approved", age: 2_000))
        await gateway.script {
            $0.refundResults = [.failure(refusal)]
            $0.seen = [.success(young)]
        }
        #expect(await run(try job(nil), gateway) == "again")
    }

    @Test func aRejectedPaymentOfAMomentAgoFailsAtOnce() async throws {
        let gateway = ScriptedGateway()
        let (refusal, young) = (refused("2063"), Self.payment("rejected", age: 2_000))
        await gateway.script {
            $0.refundResults = [.failure(refusal)]
            $0.seen = [.success(young)]
        }
        #expect(await run(try job(nil), gateway) == "failed 2063")
    }

    @Test(arguments: ["rejected", "cancelled"])
    func aRefundThatTheGatewayCallsOffFails(status: String) async throws {
        let gateway = ScriptedGateway()
        let job = try job(nil)
        let made = refund(5, "100", of: job, status: status)
        await gateway.script { [part] in
            $0.refundResults = [.success(made)]
            $0.seen = [.success(part)]
        }
        #expect(await run(job, gateway) == "failed refund-\(status)")
    }

    @Test func aRefundWhosePaymentCanNotBeReadIsNotAskedForAgain() async throws {
        let gateway = ScriptedGateway()
        let job = try job(nil)
        let made = refund(5, "100", of: job)
        await gateway.script { [part] in
            $0.refundResults = [.success(made)]
            $0.listed = [.success([made])]
            $0.seen = [.failure(.ambiguous(Sample.fault)), .success(part)]
        }
        var memory = AttemptMemory()
        #expect(await run(job, gateway, memory: &memory) == "ambiguous")
        #expect(await run(job, gateway, memory: &memory) == "refund 5")
        let asked = await gateway.calls.count { if case .refund = $0 { true } else { false } }
        #expect(asked == 1)
    }
}
