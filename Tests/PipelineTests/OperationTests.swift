import ExactJSON
import PaymentJobs
import Testing

@testable import Pipeline

/// Refunds, cancellations and captures, call by call.
@Suite struct OperationTests {
    private let now: Int64 = 1_700_000_000_000
    private let ten = ExactDecimal("10")

    private func job(_ action: PaymentOperation.Action) throws -> PaymentOperation {
        PaymentOperation(
            jobID: try #require(JobID("op-1")), paymentID: try #require(PaymentID(rawValue: 7)),
            action: action)
    }

    private func payment(
        _ status: String, amount: String = "100", captured: Bool? = nil, age: Int64 = 3_600_000
    ) -> GatewayPayment {
        var facts = PaymentFacts(id: 7, status: PaymentStatus(rawValue: status))
        facts.transactionAmount = ExactDecimal(amount)
        facts.isCaptured = captured
        return GatewayPayment(facts: facts, createdAt: now - age)
    }

    private func refused(_ code: String) -> GatewayError {
        .refused(GatewayFault(httpStatus: 400, codes: [code], message: "no"))
    }

    private func run(
        _ job: PaymentOperation, _ gateway: ScriptedGateway, submittedAt: Int64? = 1_700_000_000_000
    ) async throws -> Finding<OperationOutcome> {
        var memory = AttemptMemory()
        return try await Attempt(gateway: gateway, now: now, submittedAt: submittedAt)
            .operate(job, memory: &memory)
    }

    private func outcome(_ finding: Finding<OperationOutcome>) -> OperationOutcome? {
        if case .answer(let outcome, _) = finding { outcome } else { nil }
    }

    // MARK: Cancel

    @Test func aCancellationIsOneCall() async throws {
        let gateway = ScriptedGateway()
        let cancelled = payment("cancelled")
        await gateway.script { $0.changes = [.success(cancelled)] }
        let finding = try await run(job(.cancel), gateway)
        #expect(outcome(finding) == .cancelled(cancelled.facts))
        #expect(await gateway.calls == [.cancel(7)])
    }

    @Test func aRefusedCancellationOfACancelledPaymentIsDone() async throws {
        let gateway = ScriptedGateway()
        let cancelled = payment("cancelled")
        let refusal = refused("2018")
        await gateway.script {
            $0.changes = [.failure(refusal)]
            $0.seen = [.success(cancelled)]
        }
        #expect(outcome(try await run(job(.cancel), gateway)) == .cancelled(cancelled.facts))
        #expect(await gateway.calls == [.cancel(7), .payment(7)])
    }

    @Test(arguments: ["approved", "rejected", "refunded", "charged_back", "in_mediation"])
    func whatCanNotBeCancelledFails(status: String) async throws {
        let gateway = ScriptedGateway()
        let (seen, refusal) = (payment(status), refused("2018"))
        await gateway.script {
            $0.changes = [.failure(refusal)]
            $0.seen = [.success(seen)]
        }
        let expected = OperationOutcome.failed(refusal.fault.refusal, payment: seen.facts)
        #expect(outcome(try await run(job(.cancel), gateway)) == expected)
    }

    @Test func aPaymentOfAMomentAgoIsTriedAgainSomeTimes() async throws {
        let gateway = ScriptedGateway()
        let (young, refusal) = (payment("in_process", age: 2_000), refused("2018"))
        await gateway.script {
            $0.changes = Array(repeating: .failure(refusal), count: 7)
            $0.seen = [.success(young)]
        }
        var memory = AttemptMemory()
        let attempt = Attempt(gateway: gateway, now: now, submittedAt: now)
        for _ in 0..<6 {
            guard case .lookAgain = try await attempt.operate(job(.cancel), memory: &memory) else {
                Issue.record("expected another try")
                return
            }
        }
        let last = try await attempt.operate(job(.cancel), memory: &memory)
        #expect(outcome(last) == .failed(refusal.fault.refusal, payment: young.facts))
    }

    @Test func anotherRefusalOfAYoungPaymentIsTheAnswer() async throws {
        let gateway = ScriptedGateway()
        let (young, refusal) = (payment("authorized", age: 2_000), refused("2017"))
        await gateway.script {
            $0.changes = [.failure(refusal)]
            $0.seen = [.success(young)]
        }
        let expected = OperationOutcome.failed(refusal.fault.refusal, payment: young.facts)
        #expect(outcome(try await run(job(.capture(amount: ten)), gateway)) == expected)
    }

    @Test func anAcceptedCancellationThatChangesNothingIsTriedAgain() async throws {
        let gateway = ScriptedGateway()
        let still = payment("in_process")
        await gateway.script { $0.changes = [.success(still)] }
        let error = await #expect(throws: GatewayError.self) { try await run(job(.cancel), gateway) }
        guard case .busy = error else {
            Issue.record("expected another try, got \(String(describing: error))")
            return
        }
    }

    @Test func aPaymentThatIsNotThereIsRefusedAsTheGatewayDid() async throws {
        let gateway = ScriptedGateway()
        let missing = GatewayError.refused(GatewayFault(httpStatus: 404, codes: ["2000"], message: "no"))
        await gateway.script {
            $0.changes = [.failure(missing)]
            $0.seen = [.failure(missing)]
        }
        #expect(outcome(try await run(job(.cancel), gateway)) == .failed(missing.fault.refusal, payment: nil))
    }

    // MARK: Capture

    @Test func aCaptureOfAllOfIt() async throws {
        let gateway = ScriptedGateway()
        let taken = payment("approved", captured: true)
        await gateway.script { $0.changes = [.success(taken)] }
        #expect(outcome(try await run(job(.capture(amount: nil)), gateway)) == .captured(taken.facts))
        #expect(await gateway.calls == [.capture(7, amount: nil)])
    }

    @Test func aCaptureOfAnotherAmountIsUnknown() async throws {
        let whole = payment("approved", amount: "100", captured: true)
        let refusal = refused("2018")
        for change in [Result<GatewayPayment, GatewayError>.success(whole), .failure(refusal)] {
            let gateway = ScriptedGateway()
            await gateway.script {
                $0.changes = [change]
                $0.seen = [.success(whole)]
            }
            guard
                case .suspicious(.outcomeUnknown, let detail) = try await run(
                    job(.capture(amount: ten)), gateway)
            else {
                Issue.record("somebody took another amount, or the object keeps what was reserved")
                return
            }
            #expect(detail == "the payment is approved over 100")
        }
    }

    @Test(arguments: ["in_process", "hovering", "authorized"])
    func anAcceptedCaptureThatIsNotDoneYetIsAskedAgain(status: String) async throws {
        let gateway = ScriptedGateway()
        let still = payment(status)
        await gateway.script { $0.changes = [.success(still)] }
        let error = await #expect(throws: GatewayError.self) {
            try await run(job(.capture(amount: nil)), gateway)
        }
        guard case .busy = error else {
            Issue.record("expected another try, got \(String(describing: error))")
            return
        }
    }

    @Test func aRefusalAfterAnAmbiguousCaptureIsLookedIntoUntilItIsUnknown() async throws {
        let conflict = GatewayError.conflict(GatewayFault(httpStatus: 409, message: "in flight"))
        for refusal in [refused("2018"), conflict] {
            let gateway = ScriptedGateway()
            let held = payment("authorized")
            await gateway.script {
                $0.changes =
                    [.failure(.ambiguous(Sample.fault))] + Array(repeating: .failure(refusal), count: 4)
                $0.seen = [.success(held)]
            }
            var memory = AttemptMemory()
            var looks = 0
            await #expect(throws: GatewayError.self) {
                _ = try await Attempt(gateway: gateway, now: now).operate(
                    job(.capture(amount: nil)), memory: &memory)
            }
            for run in 0..<4 {
                let attempt = Attempt(gateway: gateway, now: now + Int64(run) * 4_000)
                switch try await attempt.operate(job(.capture(amount: nil)), memory: &memory) {
                case .lookAgain: looks += 1
                case .suspicious(let reason, _): #expect(reason == .outcomeUnknown && run == 3)
                case .answer, .impossible: Issue.record("a capture may be under way")
                }
            }
            #expect(looks == 3)
        }
    }

    @Test func aPaymentThatChangedAMomentAgoIsYoungToo() async throws {
        let gateway = ScriptedGateway()
        var held = payment("authorized")
        held.changedAt = now - 1_000
        let refusal = refused("2018")
        await gateway.script { [held] in
            $0.changes = [.failure(refusal)]
            $0.seen = [.success(held)]
        }
        guard case .lookAgain = try await run(job(.capture(amount: nil)), gateway) else {
            Issue.record("expected another try")
            return
        }
    }

    @Test func aRepeatedCaptureOfAPartIsDone() async throws {
        let gateway = ScriptedGateway()
        let (part, refusal) = (payment("approved", amount: "10.00", captured: true), refused("2018"))
        await gateway.script {
            $0.changes = [.failure(refusal)]
            $0.seen = [.success(part)]
        }
        #expect(outcome(try await run(job(.capture(amount: ten)), gateway)) == .captured(part.facts))
    }

    @Test func aLapsedHoldFails() async throws {
        let gateway = ScriptedGateway()
        let (lapsed, refusal) = (payment("cancelled", captured: false), refused("2018"))
        await gateway.script {
            $0.changes = [.failure(refusal)]
            $0.seen = [.success(lapsed)]
        }
        let expected = OperationOutcome.failed(refusal.fault.refusal, payment: lapsed.facts)
        #expect(outcome(try await run(job(.capture(amount: nil)), gateway)) == expected)
    }
}
