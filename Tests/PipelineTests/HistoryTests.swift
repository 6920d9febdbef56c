import ExactJSON
import PaymentJobs
import Testing

@testable import Pipeline

/// Operations and registrations that somebody else may have begun, run by run.
@Suite struct HistoryTests {
    private let now: Int64 = 1_700_000_000_000
    private let customer = CustomerID("123456789-jxOV430go9fx2e")!
    private let card = GatewayCard(
        facts: CardFacts(
            id: "1490022319978", lastFourDigits: "0604", expirationMonth: 11, expirationYear: 2030),
        firstSixDigits: "503175")

    private var maybeAttempted: AttemptMemory {
        var memory = AttemptMemory()
        memory.mayHaveBeenAttempted = true
        memory.needsSettledLook = true
        return memory
    }

    private func operation(_ action: PaymentOperation.Action) -> Job {
        .operation(
            PaymentOperation(
                jobID: JobID("op-1")!, paymentID: PaymentID(rawValue: 7)!, action: action))
    }

    private func registration() throws -> Job { try JobDecoder().decode(Sample.register()).job }

    /// What each of `count` runs says, four seconds apart.
    private func say(
        _ count: Int, _ job: Job, _ gateway: ScriptedGateway, _ memory: AttemptMemory
    ) async -> [String] {
        var memory = memory
        var said: [String] = []
        for run in 0..<Int64(count) {
            let attempt = Attempt(gateway: gateway, now: now + run * 4_000, submittedAt: now)
            do {
                switch try await attempt.run(job, memory: &memory) {
                case .answer(let answer, _): said.append(answer.eventType.rawValue)
                case .suspicious(let reason, _): said.append(reason.rawValue)
                case .lookAgain: said.append("again")
                case .impossible: said.append("?")
                }
            } catch {
                said.append("\(error)".prefix { $0 != "(" }.description)
            }
        }
        return said
    }

    private let again = ["again", "again", "again"]
    private let refusal = GatewayError.refused(GatewayFault(httpStatus: 400, codes: ["2040"], message: "no"))

    @Test func aRefundOfAPartIsOnlyMadeAfterASettledLook() async throws {
        let gateway = ScriptedGateway()
        await gateway.script {
            $0.refundResults = [.success(GatewayRefund(facts: RefundFacts(id: 5)))]
            $0.seen = [.success(Sample.payment(7))]
        }
        let job = operation(.refund(amount: ExactDecimal("10")))
        #expect(await say(4, job, gateway, maybeAttempted) == again + ["payment.partially-refunded"])
        #expect(await gateway.calls.map(\.changes) == [false, false, false, false, true, false])
    }

    @Test func aRefundOfAllOfItIsLookedForOnce() async throws {
        let gateway = ScriptedGateway()
        await gateway.script {
            $0.refundResults = [.success(GatewayRefund(facts: RefundFacts(id: 5)))]
            $0.seen = [.success(Sample.payment(7))]
        }
        #expect(
            await say(1, operation(.refund(amount: nil)), gateway, maybeAttempted) == ["payment.refunded"])
        #expect(await gateway.calls.map(\.changes) == [false, true, false])
    }

    @Test func aPaymentThatAnEarlierTenureCancelledIsNotCancelledAgain() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { $0.seen = [.success(Sample.payment(7, "cancelled"))] }
        #expect(await say(1, operation(.cancel), gateway, maybeAttempted) == ["payment.cancelled"])
        #expect(await gateway.calls == [.payment(7)])
    }

    @Test func aCaptureIsLookedForOnceAndThenMade() async throws {
        let gateway = ScriptedGateway()
        await gateway.script {
            $0.seen = [.success(Sample.payment(7, "authorized"))]
            $0.changes = [.success(Sample.payment(7, "approved"))]
        }
        #expect(
            await say(1, operation(.capture(amount: nil)), gateway, maybeAttempted) == ["payment.captured"])
        #expect(await gateway.calls == [.payment(7), .capture(7, amount: nil)])
    }

    /// With an earlier tenure alone a refusal is the answer once looks have settled that nothing was done;
    /// with a call whose answer was lost it isn't.
    @Test func aRefusalIsTheAnswerAfterSettledLooksUnlessACallIsKnown() async throws {
        for (isKnown, last) in [(false, "payment.operation-failed"), (true, "outcome-unknown")] {
            let gateway = ScriptedGateway()
            let refusal = refusal
            await gateway.script {
                $0.seen = [.success(Sample.payment(7, "in_process"))]
                $0.changes = Array(repeating: .failure(refusal), count: 4)
            }
            var memory = maybeAttempted
            memory.mayHaveBeenDone = isKnown
            #expect(await say(4, operation(.cancel), gateway, memory) == again + [last])
        }
    }

    @Test func anOperationThatStaysUnansweredIsLookedForUntilItIsSettled() async throws {
        let gateway = ScriptedGateway()
        await gateway.script {
            $0.seen = [
                .success(Sample.payment(7, "in_process")), .success(Sample.payment(7, "cancelled")),
            ]
        }
        var memory = AttemptMemory()
        memory.note(.ambiguous(Sample.fault))
        memory.lookInto(.silence(Sample.fault))
        #expect(await say(2, operation(.cancel), gateway, memory) == ["again", "payment.cancelled"])
        await gateway.script { $0.seen = [.success(Sample.payment(7, "in_process"))] }
        #expect(await say(4, operation(.cancel), gateway, memory) == again + ["outcome-unknown"])
        #expect(await say(4, operation(.refund(amount: nil)), gateway, memory) == again + ["outcome-unknown"])
        #expect(await gateway.calls.allSatisfy { !$0.changes })
    }

    @Test func aKeyThatTheGatewayKnowsIsNoPlainRefusal() async throws {
        let gateway = ScriptedGateway()
        await gateway.script {
            $0.seen = [.success(Sample.payment(7, "in_process"))]
            $0.changes = Array(repeating: .failure(.conflict(Sample.fault)), count: 4)
        }
        #expect(await say(4, operation(.cancel), gateway, AttemptMemory()) == again + ["outcome-unknown"])
    }

    // MARK: Registrations

    @Test func aBurntTokenAfterAnEarlierTenureIsNotCalledAFailure() async throws {
        let gateway = ScriptedGateway()
        await gateway.script {
            $0.addResults = Array(repeating: .failure(.tokenUnusable(Sample.fault)), count: 4)
        }
        #expect(await say(4, try registration(), gateway, maybeAttempted) == again + ["outcome-unknown"])
    }

    @Test func aCardThatTheListShowsInTheEndIsRegistered() async throws {
        let gateway = ScriptedGateway()
        await gateway.script {
            $0.addResults = [.failure(.tokenUnusable(Sample.fault))]
        }
        var memory = maybeAttempted
        let job = try registration()
        guard case .lookAgain = try await Attempt(gateway: gateway, now: now).run(job, memory: &memory) else {
            Issue.record("the list may lag")
            return
        }
        await gateway.script { [card] in $0.saved = [card] }
        #expect(await say(1, job, gateway, memory) == ["card.registered"])
    }

    @Test func aTokenThatCanNotBeReadAnyMoreLeavesOpenWhichCardItWas() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card] in
            $0.tokenError = .tokenUnusable(Sample.fault)
            $0.saved = [card]
        }
        #expect(await say(1, try registration(), gateway, maybeAttempted) == ["outcome-unknown"])
        #expect(await say(1, try registration(), gateway, AttemptMemory()) == ["tokenUnusable"])
        await gateway.script { $0.saved = [] }
        #expect(
            await say(4, try registration(), gateway, maybeAttempted) == again + ["card.registration-failed"])
        #expect(await gateway.calls.allSatisfy { !$0.changes })
    }
}
