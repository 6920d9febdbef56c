import PaymentJobs
import Testing

@testable import Pipeline

/// What is looked up before it is an answer to a charge.
@Suite struct ChargeDoubtTests {
    private let now: Int64 = 1_700_000_000_000
    private let again = ["again", "again", "again"]

    private var job: ChargeSavedCard {
        get throws {
            guard case .charge(let job) = try JobDecoder().decode(Sample.charge()).job else {
                return try #require(nil, "no charge")
            }
            return job
        }
    }

    /// A payment of the job, as the index shows it.
    private func made(
        _ id: Int64, _ status: String = "approved", _ detail: String = "accredited", digest: String? = nil
    ) throws -> GatewayPayment {
        var payment = Sample.payment(id, status, detail)
        (payment.jobID, payment.digest) = ("job-1", try digest ?? job.digest)
        return payment
    }

    private func refusing(_ error: GatewayError) -> ScriptedGateway {
        ScriptedGateway { (_, _) throws(GatewayError) in throw error }
    }

    /// What each of `count` runs says, four seconds apart.
    private func say(
        _ count: Int, _ gateway: ScriptedGateway, _ change: (inout AttemptMemory) -> Void = { _ in }
    ) async throws -> [String] {
        var memory = AttemptMemory()
        change(&memory)
        var said: [String] = []
        for run in 0..<Int64(count) {
            let attempt = Attempt(gateway: gateway, now: now + run * 4_000, submittedAt: now)
            do {
                switch try await attempt.charge(job, memory: &memory) {
                case .answer(.payment(let facts), _): said.append("\(facts.status.rawValue) \(facts.id)")
                case .answer(.failed, _): said.append("failed")
                case .answer(.expired, _): said.append("expired")
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

    @Test(
        arguments: [.tokenUnusable(Sample.fault), .conflict(Sample.fault)] as [GatewayError])
    func whatIsFoundIsTheAnswerAndOtherContentAConflict(error: GatewayError) async throws {
        let gateway = refusing(error)
        let payment = try made(3)
        await gateway.script { $0.referenced = .success([payment]) }
        #expect(try await say(1, gateway) == ["approved 3"])
        let other = try made(3, digest: "other")
        await gateway.script { $0.referenced = .success([other]) }
        #expect(try await say(1, gateway) == ["conflict"])
        #expect(await gateway.calls.map(\.changes) == [true, false, true, false])
    }

    @Test func aConflictOfKeysWithNothingFoundIsUnknown() async throws {
        let gateway = refusing(.conflict(Sample.fault))
        #expect(try await say(4, gateway) == again + ["outcome-unknown"])
        #expect(await gateway.calls.count { $0.changes } == 1, "no further call is made")
    }

    @Test func aBurntTokenWithNothingFoundIsARefusalOnlyOfAFreshJob() async throws {
        let error = GatewayError.tokenUnusable(Sample.fault)
        #expect(try await say(4, refusing(error)) == again + ["failed"])
        let inherited = try await say(5, refusing(error)) { $0.mayHaveBeenAttempted = true }
        #expect(inherited.last == "outcome-unknown")
        let own = try await say(4, refusing(error)) { $0.mayHaveBeenDone = true }
        #expect(own == again + ["outcome-unknown"])
    }

    @Test func aPlainRefusalIsLookedIntoOnlyWhereAnEarlierCallMayExplainIt() async throws {
        let error = GatewayError.refused(Sample.fault)
        #expect(try await say(1, refusing(error)) == ["refused"])
        let inherited = try await say(4, refusing(error)) { $0.mayHaveBeenAttempted = true }
        #expect(inherited == again + ["failed"])
        let own = try await say(4, refusing(error)) { $0.mayHaveBeenDone = true }
        #expect(own == again + ["outcome-unknown"])
    }

    @Test func theOtherPaymentOfASupposedDuplicateIsTheAnswer() async throws {
        let detail = "cc_rejected_duplicated_payment"
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in
            Sample.payment(4, "rejected", detail)
        }
        let (duplicate, first) = (try made(4, "rejected", detail), try made(3))
        await gateway.script { $0.referenced = .success([duplicate, first]) }
        #expect(try await say(1, gateway) == ["approved 3"])
        await gateway.script { $0.referenced = .success([duplicate]) }
        #expect(try await say(4, gateway) == again + ["rejected 4"])
        let own = try await say(4, gateway) { $0.mayHaveBeenDone = true }
        #expect(own == again + ["outcome-unknown"])
    }

    @Test func ofSeveralPaymentsTheOneThatMovedMoneyIsTheAnswer() async throws {
        let gateway = refusing(.tokenUnusable(Sample.fault))
        let all = [try made(1, "rejected"), try made(2), try made(3, "in_process")]
        await gateway.script { $0.referenced = .success(all) }
        #expect(try await say(1, gateway) == ["approved 2"])
    }

    @Test func aNamelessPaymentThatMayBeTheJobsLeavesTheOutcomeUnknown() async throws {
        let gateway = refusing(.tokenUnusable(Sample.fault))
        var nameless = Sample.payment(1)
        nameless.facts.externalReference = "job-1"
        nameless.facts.transactionAmount = try job.transactionAmount
        nameless.createdAt = now
        await gateway.script { [nameless] in $0.referenced = .success([nameless]) }
        #expect(try await say(1, gateway) == ["outcome-unknown"])
    }

    @Test func whatAnEarlierTenurePaidIsAnsweredWithoutACall() async throws {
        let gateway = ScriptedGateway()
        let payment = try made(3)
        await gateway.script { $0.referenced = .success([payment]) }
        #expect(try await say(1, gateway) { $0.mayHaveBeenAttempted = true } == ["approved 3"])
        #expect(await gateway.calls == [.lookForPayments(job: "job-1")])
    }

    @Test func aLookThatFailsComesAgainBeforeTheCall() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { $0.referenced = .failure(.refused(Sample.fault)) }
        let said = try await say(2, gateway) { $0.mayHaveBeenAttempted = true }
        #expect(said == ["lookRefused", "lookRefused"])
        #expect(await gateway.calls.allSatisfy { !$0.changes })
    }
}
