import PaymentJobs
import Testing

@testable import Pipeline

/// Jobs with conditions: expiry, a payment that has to be approved first, a default card.
@Suite struct ConditionTests {
    private static let noon: Int64 = 1_700_000_000_000
    private let card = GatewayCard(
        facts: CardFacts(
            id: "1490022319978", lastFourDigits: "0604", expirationMonth: 11, expirationYear: 2030),
        firstSixDigits: "503175")

    private func charge(expiresAt: Int64) throws -> ChargeSavedCard {
        guard case .charge(var job) = try JobDecoder().decode(Sample.charge()).job else {
            return try #require(nil, "no charge")
        }
        job.expiresAt = Moment(milliseconds: expiresAt)
        return job
    }

    private func registration(_ change: (inout RegisterCard) -> Void) throws -> RegisterCard {
        guard case .register(var job) = try JobDecoder().decode(Sample.register()).job else {
            return try #require(nil, "no registration")
        }
        change(&job)
        return job
    }

    private var maybeAttempted: AttemptMemory {
        var memory = AttemptMemory()
        memory.mayHaveBeenAttempted = true
        return memory
    }

    private func run(
        _ job: Job, _ gateway: ScriptedGateway, at now: Int64 = noon, memory: inout AttemptMemory
    ) async -> String {
        do {
            switch try await Attempt(gateway: gateway, now: now).run(job, memory: &memory) {
            case .answer(.card(.failed(let refusal)), _): return "failed \(refusal.codes.joined())"
            case .answer(.card(.registered(let saved)), _):
                return "registered, default \(saved.isDefault.map(\.description) ?? "not asked")"
            case .answer(let answer, _): return answer.eventType.rawValue
            case .suspicious(let reason, _): return reason.rawValue
            case .impossible(let detail): return detail
            case .lookAgain(let pause): return "look again after \(pause)"
            }
        } catch {
            return "\(error)".prefix { $0 != "(" }.description
        }
    }

    private func run(_ job: Job, _ gateway: ScriptedGateway, at now: Int64 = noon) async -> String {
        var memory = AttemptMemory()
        return await run(job, gateway, at: now, memory: &memory)
    }

    // MARK: Expiry of a charge

    @Test func aChargeInTimeIsMadeWithoutALook() async throws {
        let gateway = ScriptedGateway()
        #expect(await run(.charge(try charge(expiresAt: Self.noon + 1)), gateway) == "charge.approved")
        #expect(await gateway.calls.count == 1)
    }

    @Test func anExpiredChargeThatWasNeverBegunIsLookedForOnceForAnEarlierCopyOfIt() async throws {
        let gateway = ScriptedGateway()
        #expect(await run(.charge(try charge(expiresAt: Self.noon)), gateway) == "charge.expired")
        #expect(await gateway.calls == [.lookForPayments(job: "job-1")])
    }

    @Test func anExpiredChargeOfWhichACopyMayBeJustDoneIsLookedForAgain() async throws {
        let gateway = ScriptedGateway()
        var memory = AttemptMemory()
        memory.needsSettledLook = true
        let job = Job.charge(try charge(expiresAt: Self.noon))
        #expect(await run(job, gateway, memory: &memory) == "look again after 4.0 seconds")
    }

    @Test func aChargeThatExpiredLongAgoIsLookedForOnce() async throws {
        let gateway = ScriptedGateway()
        var memory = maybeAttempted
        let job = Job.charge(try charge(expiresAt: Self.noon - 300_001))
        #expect(await run(job, gateway, memory: &memory) == "charge.expired")
        #expect(await gateway.calls == [.lookForPayments(job: "job-1")])
    }

    @Test func aChargeThatExpiredJustNowIsLookedForUntilTheIndexHasHadItsTime() async throws {
        let gateway = ScriptedGateway()
        let job = Job.charge(try charge(expiresAt: Self.noon))
        var memory = maybeAttempted
        var said: [String] = []
        for look in 0..<4 {
            said.append(await run(job, gateway, at: Self.noon + Int64(look) * 4_000, memory: &memory))
        }
        let again = "look again after 4.0 seconds"
        #expect(said == [again, again, again, "charge.expired"])
        #expect(await gateway.calls.allSatisfy { $0 == .lookForPayments(job: "job-1") })
    }

    @Test func aChargeThatExpiredAfterACallWithoutAnAnswerIsNeverCalledExpired() async throws {
        let gateway = ScriptedGateway()
        let job = Job.charge(try charge(expiresAt: Self.noon - 300_001))
        var memory = AttemptMemory()
        memory.mayHaveBeenDone = true
        for _ in 0..<3 { #expect(await run(job, gateway, memory: &memory) == "look again after 4.0 seconds") }
        #expect(await run(job, gateway, at: Self.noon + 10_001, memory: &memory) == "outcome-unknown")
    }

    @Test func manyLooksWithinAMomentSettleNothing() {
        var looks = Looks()
        let policy = LookPolicy()
        let early = (0..<100).map { looks.foundNothing(at: Self.noon + $0 * 100, policy) }
        #expect(!early.contains(true))
        let late = looks.foundNothing(at: Self.noon + 10_001, policy)
        #expect(late)
    }

    @Test func aChargeThatWasMadeBeforeItExpiredIsAnsweredWithItsPayment() async throws {
        let gateway = ScriptedGateway()
        let job = try charge(expiresAt: Self.noon - 300_001)
        var (mine, other) = (Sample.payment(1), Sample.payment(2))
        mine.jobID = "job-1"
        mine.digest = job.digest
        other.jobID = "job-2"
        await gateway.script { [mine, other] in $0.referenced = .success([other, mine]) }
        var memory = maybeAttempted
        #expect(await run(.charge(job), gateway, memory: &memory) == "charge.approved")
        mine.digest = "other"
        await gateway.script { [mine, other] in $0.referenced = .success([other, mine]) }
        memory = maybeAttempted
        #expect(await run(.charge(job), gateway, memory: &memory) == "conflict")
    }

    @Test func aRefusedLookSaysNothingOfAnExpiredCharge() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { $0.referenced = .failure(.refused(Sample.fault)) }
        var memory = maybeAttempted
        let job = Job.charge(try charge(expiresAt: Self.noon - 300_001))
        #expect(await run(job, gateway, memory: &memory) == "lookRefused")
    }

    @Test func aNamelessPaymentWithTheJobsReferenceIsSuspect() async throws {
        let gateway = ScriptedGateway()
        let job = try charge(expiresAt: Self.noon - 300_001)
        var nameless = Sample.payment(1)
        nameless.facts.externalReference = "job-1"
        nameless.facts.transactionAmount = job.transactionAmount
        nameless.createdAt = Self.noon
        await gateway.script { [nameless] in $0.referenced = .success([nameless]) }
        var memory = maybeAttempted
        #expect(await run(.charge(job), gateway, memory: &memory) == "outcome-unknown")
        memory = maybeAttempted
        let late = Attempt(gateway: gateway, now: Self.noon, submittedAt: Self.noon + 60_001)
        guard case .answer(.expired, _) = try await late.charge(job, memory: &memory) else {
            Issue.record("a payment from before the job is another's")
            return
        }
    }

    @Test func afterAnAmbiguousCallOneLookIsNotEnough() async throws {
        let gateway = ScriptedGateway()
        var memory = AttemptMemory()
        memory.mayHaveBeenDone = true
        let job = Job.charge(try charge(expiresAt: Self.noon - 300_001))
        #expect(await run(job, gateway, memory: &memory) == "look again after 4.0 seconds")
    }

    @Test func aChargeByCardIDMakesNoCall() async throws {
        let gateway = ScriptedGateway()
        var job = try charge(expiresAt: Self.noon + 1)
        job.source = .card(try #require(CardID("1490022319978")))
        #expect(await run(.charge(job), gateway).hasPrefix("card_id: the account isn't enabled"))
        #expect(await gateway.calls.isEmpty)
    }

    // MARK: Conditions of a registration

    @Test func anExpiredRegistrationAddsNothing() async throws {
        let gateway = ScriptedGateway()
        let job = try registration { $0.expiresAt = Moment(milliseconds: Self.noon) }
        #expect(await run(.register(job), gateway) == "failed expired")
        let changed = await gateway.calls.contains { if case .addCard = $0 { true } else { false } }
        #expect(!changed)
    }

    @Test func anExpiredRegistrationMakesNoCustomer() async throws {
        let gateway = ScriptedGateway()
        let job = try registration {
            $0.owner = .person(CustomerDetails(email: Secret("ana@example.com")))
            $0.expiresAt = Moment(milliseconds: Self.noon)
        }
        #expect(await run(.register(job), gateway) == "failed expired")
        #expect(await gateway.calls == [.cardToken, .customers])
    }

    @Test func whatAnEarlierRunSavedInTimeIsRegisteredAndNothingElseIsChanged() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card] in $0.saved = [card] }
        let job = try registration {
            $0.expiresAt = Moment(milliseconds: Self.noon)
            $0.makeDefault = true
        }
        #expect(await run(.register(job), gateway) == "registered, default false")
        #expect(
            await gateway.calls == [.cardToken, .cards(try #require(CustomerID("123456789-jxOV430go9fx2e")))])
    }

    @Test func aRefusedCardThatMayHaveBeenAddedIsUnknown() async throws {
        let gateway = ScriptedGateway()
        let refusal = GatewayError.tokenUnusable(Sample.fault)
        await gateway.script {
            $0.addResults =
                [.failure(.ambiguous(Sample.fault))] + Array(repeating: .failure(refusal), count: 4)
        }
        let job = Job.register(try registration { _ in })
        var memory = AttemptMemory()
        var said: [String] = []
        for look in 0..<5 {
            said.append(await run(job, gateway, at: Self.noon + Int64(look) * 4_000, memory: &memory))
        }
        let again = "look again after 4.0 seconds"
        #expect(said == ["ambiguous", again, again, again, "outcome-unknown"])
    }

    @Test(
        arguments: [
            ("approved", "registered, default not asked"), ("authorized", "registered, default not asked"),
            ("rejected", "failed payment-not-approved"), ("cancelled", "failed payment-not-approved"),
            ("refunded", "failed payment-not-approved"), ("charged_back", "failed payment-not-approved"),
            ("in_process", "busy"), ("pending", "busy"), ("hovering", "busy"),
        ] as [(String, String)])
    func theCardWaitsForItsPayment(status: String, result: String) async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card] in
            $0.seen = [.success(Sample.payment(7, status))]
            $0.saved = [card]
        }
        let job = try registration { $0.afterPaymentID = PaymentID(rawValue: 7) }
        #expect(await run(.register(job), gateway) == result)
        let isSaved = result.hasPrefix("registered")
        #expect(await gateway.calls.contains(.cardToken) == isSaved)
    }

    @Test func anApprovedPaymentIsReadOnce() async throws {
        let gateway = ScriptedGateway()
        await gateway.script {
            $0.seen = [.success(Sample.payment(7))]
            $0.addResults = [.failure(.ambiguous(Sample.fault)), .failure(.ambiguous(Sample.fault))]
        }
        let job = try registration { $0.afterPaymentID = PaymentID(rawValue: 7) }
        var memory = AttemptMemory()
        for _ in 0..<2 { #expect(await run(.register(job), gateway, memory: &memory) == "ambiguous") }
        let reads = await gateway.calls.count { $0 == .payment(7) }
        #expect(reads == 1)
    }

    @Test func theSavedCardBecomesTheDefault() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card] in $0.addResults = [.success(card)] }
        let job = try registration { $0.makeDefault = true }
        #expect(await run(.register(job), gateway) == "registered, default true")
        #expect(await gateway.calls.last == .makeDefault(try #require(CardID("1490022319978"))))
    }

    @Test func aRefusedDefaultLeavesTheCardSaved() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card] in
            $0.saved = [card]
            $0.defaultResult = .failure(.refused(Sample.fault))
        }
        let job = try registration { $0.makeDefault = true }
        #expect(await run(.register(job), gateway) == "registered, default false")
    }

    @Test func anUnansweredDefaultIsTriedAgainAndTheCardWasNotThereBefore() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card] in
            $0.addResults = [.success(card)]
            $0.defaultResult = .failure(.ambiguous(Sample.fault))
        }
        let job = try registration { $0.makeDefault = true }
        var memory = AttemptMemory()
        #expect(await run(.register(job), gateway, memory: &memory) == "ambiguous")
        await gateway.script { [card] in
            $0.saved = [card]
            $0.defaultResult = .success(())
        }
        let finding = try await Attempt(gateway: gateway, now: Self.noon)
            .register(job, memory: &memory)
        guard case .answer(.registered(let saved), _) = finding else {
            Issue.record("expected the card")
            return
        }
        #expect(saved.isDefault == true && !saved.wasAlreadyRegistered)
    }
}
