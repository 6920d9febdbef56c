import ExactJSON
import PaymentJobs
import Testing

@testable import Pipeline

/// Why a refund isn't made, by the account's rules, the gateway's codes and the payment's state.
extension RefundTests {
    /// What a run says: the refusal's reason, or what else it is.
    private func reason(
        _ job: PaymentOperation, _ gateway: ScriptedGateway, site: Site? = nil,
        memory: inout AttemptMemory, after milliseconds: Int64 = 0
    ) async throws -> String {
        var attempt = Attempt(gateway: gateway, now: now + milliseconds, submittedAt: now)
        attempt.rules.site = site
        return switch try await attempt.operate(job, memory: &memory) {
        case .answer(.failed(let refusal, _), _): refusal.reason.rawValue
        case .answer(let answer, _): answer.eventType.rawValue
        case .suspicious(let reason, _): reason.rawValue
        case .lookAgain: "again"
        case .impossible(let detail): detail
        }
    }

    private func reason(
        _ job: PaymentOperation, _ gateway: ScriptedGateway, site: Site? = nil
    ) async throws -> String {
        var memory = AttemptMemory()
        return try await reason(job, gateway, site: site, memory: &memory)
    }

    @Test func inPeruAPartIsRefusedWithoutACall() async throws {
        let gateway = ScriptedGateway()
        #expect(try await reason(job(ten), gateway, site: .peru) == "partial-refund-unsupported")
        #expect(await gateway.calls.isEmpty)
    }

    @Test func inPeruAPartThatAnEarlierRunGaveBackIsStillTheAnswer() async throws {
        let gateway = ScriptedGateway()
        let job = try job(ten)
        let made = refund(5, "10", of: job)
        await gateway.script { [part] in
            $0.listed = [.success([made])]
            $0.seen = [.success(part)]
        }
        var memory = AttemptMemory()
        memory.mayHaveBeenAttempted = true
        let found = try await reason(job, gateway, site: .peru, memory: &memory)
        #expect(found == "payment.partially-refunded")
        await gateway.script { $0.listed = [.success([])] }
        var said: [String] = []
        for run in 0..<Int64(4) {
            said.append(
                try await reason(job, gateway, site: .peru, memory: &memory, after: run * 4_000))
        }
        #expect(said == ["again", "again", "again", "partial-refund-unsupported"])
        #expect(await gateway.calls.allSatisfy { !$0.changes })
    }

    @Test func elsewhereAPartAndInPeruAllOfItIsAskedFor() async throws {
        for (site, amount) in [(Site.brazil, ten), (nil, ten), (.peru, nil)] as [(Site?, ExactDecimal?)] {
            let gateway = ScriptedGateway()
            let job = try job(amount)
            let made = refund(5, amount == nil ? "100" : "10", of: job)
            await gateway.script { [part] in
                $0.refundResults = [.success(made)]
                $0.seen = [.success(part)]
            }
            #expect(try await reason(job, gateway, site: site).hasPrefix("payment."))
        }
    }

    @Test func whatTheCodesLeaveOpenThePaymentTells() async throws {
        let day: Int64 = 86_400_000
        let rows: [(String, Int64, RefusalReason, String)] = [
            ("refunded", 1, .stateDoesNotAllow, "already-refunded"),
            ("refunded", 1, .balanceInsufficient, "balance-insufficient"),
            ("approved", 181, .stateDoesNotAllow, "refund-window-over"),
            ("approved", 181, .unknown, "refund-window-over"),
            ("approved", 179, .unknown, "unknown"),
            ("approved", 179, .stateDoesNotAllow, "state-does-not-allow"),
            ("rejected", 181, .stateDoesNotAllow, "state-does-not-allow"),
            ("approved", 1, .tooManyPartialRefunds, "too-many-partial-refunds"),
            ("approved", 181, .partialRefundUnsupported, "partial-refund-unsupported"),
        ]
        for (status, age, reason, word) in rows {
            let gateway = ScriptedGateway()
            var seen = Self.payment(status, age: age * day)
            seen.facts.dateApproved = Moment(milliseconds: now - age * day).description
            let fault = GatewayFault(httpStatus: 400, codes: ["x"], message: "no", reason: reason)
            await gateway.script { [seen] in
                $0.refundResults = [.failure(.refused(fault))]
                $0.seen = [.success(seen)]
            }
            #expect(try await self.reason(job(nil), gateway) == word, "\(status), \(age) days, \(reason)")
        }
    }

    @Test func aPaymentThatIsNotDecidedYetIsTriedAgainWhileItIsSecondsOld() async throws {
        for (age, said) in [(2_000, "again"), (20_000, "unknown")] as [(Int64, String)] {
            let gateway = ScriptedGateway()
            let (refusal, young) = (refused("2063"), Self.payment("in_process", age: age))
            await gateway.script {
                $0.refundResults = [.failure(refusal)]
                $0.seen = [.success(young)]
            }
            #expect(try await reason(job(nil), gateway) == said)
        }
    }

    @Test func aPartIsAskedForAgainOnlyAfterSettledLooks() async throws {
        let gateway = ScriptedGateway()
        let job = try job(ten)
        let made = refund(5, "10", of: job)
        await gateway.script { [part] in
            $0.refundResults = [.failure(.ambiguous(Sample.fault)), .success(made)]
            $0.seen = [.success(part)]
        }
        var memory = AttemptMemory()
        var said = [await run(job, gateway, memory: &memory)]
        for run in 0..<Int64(4) {
            said.append(await self.run(job, gateway, memory: &memory, after: run * 4_000))
        }
        #expect(said == ["ambiguous", "again", "again", "again", "refund 5, a part"])
        #expect(await gateway.calls.count { $0.changes } == 2)
    }
}
