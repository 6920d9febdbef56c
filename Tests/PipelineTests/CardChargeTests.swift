import PaymentJobs
import Testing

@testable import Pipeline

/// Charges by a saved card's id, call by call.
@Suite struct CardChargeTests {
    private let now: Int64 = 1_700_000_000_000
    private let again = ["again", "again", "again"]

    private var enabled: AccountRules {
        var rules = AccountRules()
        rules.permitsMissingSecurityCode = true
        return rules
    }

    private var card: CardID {
        get throws { try #require(CardID("1490022319978")) }
    }

    private var job: ChargeSavedCard {
        get throws {
            guard case .charge(var job) = try JobDecoder().decode(Sample.charge()).job else {
                return try #require(nil, "no charge")
            }
            job.source = .card(try card)
            return job
        }
    }

    private func looks(_ count: Int) -> [ScriptedGateway.Call] {
        Array(repeating: .lookForPayments(job: "job-1"), count: count)
    }

    private func payment(_ key: String) -> ScriptedGateway.Call { .createPayment(job: "job-1", key: key) }

    private var key: String {
        get throws { IdempotencyKey(account: .standard, job: try job.jobID).description }
    }

    /// What each of `count` runs says, four seconds apart.
    private func say(
        _ count: Int, _ gateway: ScriptedGateway, _ memory: inout AttemptMemory, rules: AccountRules? = nil
    ) async throws -> [String] {
        var said: [String] = []
        for run in 0..<Int64(count) {
            var attempt = Attempt(gateway: gateway, now: now + run * 4_000, submittedAt: now)
            attempt.rules = rules ?? enabled
            do {
                switch try await attempt.charge(job, memory: &memory) {
                case .answer(.payment(let facts), _): said.append(facts.status.rawValue)
                case .answer(.failed, _): said.append("failed")
                case .answer(.expired, _): said.append("expired")
                case .suspicious(let reason, _): said.append(reason.rawValue)
                case .lookAgain: said.append("again")
                case .impossible(let detail): said.append(detail)
                }
            } catch {
                said.append("\(error)".prefix { $0 != "(" }.description)
            }
        }
        return said
    }

    private func say(
        _ count: Int, _ gateway: ScriptedGateway, rules: AccountRules? = nil,
        _ change: (inout AttemptMemory) -> Void = { _ in }
    ) async throws -> [String] {
        var memory = AttemptMemory()
        change(&memory)
        return try await say(count, gateway, &memory, rules: rules)
    }

    @Test func aFreshChargeLooksOnceMakesATokenAndCharges() async throws {
        let gateway = ScriptedGateway()
        #expect(try await say(1, gateway) == ["approved"])
        #expect(await gateway.calls == looks(1) + [.createToken(try card), payment(try key)])
        #expect(await gateway.charged == [try #require(CardToken("made-2"))])
    }

    @Test(arguments: [true, false])
    func whereACopyMayHaveBeenDoneAMomentAgoItLooksUntilThatIsSettled(isAttempted: Bool) async throws {
        let gateway = ScriptedGateway()
        let said = try await say(4, gateway) {
            $0.mayHaveBeenAttempted = isAttempted
            $0.needsSettledLook = !isAttempted
        }
        #expect(said == again + ["approved"])
        #expect(await gateway.calls == looks(4) + [.createToken(try card), payment(try key)])
    }

    @Test func anAmbiguousCallIsRepeatedWithTheSameTokenAndKey() async throws {
        let gateway = ScriptedGateway { (_, call) throws(GatewayError) in
            if call < 3 { throw .ambiguous(Sample.fault) }
            return Sample.payment(1)
        }
        #expect(try await say(3, gateway) == ["ambiguous", "ambiguous", "approved"])
        let pay = payment(try key)
        #expect(await gateway.calls == looks(1) + [.createToken(try card), pay, pay, pay])
        #expect(Set(await gateway.charged).count == 1)
    }

    @Test func eachTenureMakesATokenOfItsOwn() async throws {
        let gateway = ScriptedGateway { (_, call) throws(GatewayError) in
            if call < 2 { throw .notSent(Sample.fault) }
            return Sample.payment(1)
        }
        _ = try await say(1, gateway)
        #expect(try await say(4, gateway) { $0.mayHaveBeenAttempted = true } == again + ["approved"])
        #expect(Set(await gateway.charged).count == 2)
    }

    @Test func aTokenThatCanNotBeMadeMovesNoMoney() async throws {
        let faults: [(GatewayError, String)] = [
            (.ambiguous(Sample.fault), "ambiguous"), (.busy(Sample.fault), "busy"),
            (.conflict(Sample.fault), "busy"), (.notSent(Sample.fault), "notSent"),
            (.misconfigured(Sample.fault), "misconfigured"), (.refused(Sample.fault), "refused"),
            (.tokenUnusable(Sample.fault), "refused"),
            (.throttled(Sample.fault, retryAfter: nil), "throttled"),
        ]
        for (error, said) in faults {
            let gateway = ScriptedGateway()
            await gateway.script { $0.createTokenErrors = [error] }
            var memory = AttemptMemory()
            #expect(try await say(1, gateway, &memory) == [said])
            #expect(memory.risk == .none && memory.token == nil)
            #expect(await gateway.charged.isEmpty)
        }
    }

    @Test func aTokenThatIsRefusedIsTheAnswerUnlessACallBeforeMayHaveCharged() async throws {
        for isDoubtful in [false, true] {
            let gateway = ScriptedGateway()
            await gateway.script { $0.createTokenErrors = [.refused(Sample.fault)] }
            let said = try await say(7, gateway) {
                $0.mayHaveBeenAttempted = true
                $0.mayHaveBeenDone = isDoubtful
            }
            // The looks after the refusal begin with the one that ends those before it.
            #expect(said == again + again + [isDoubtful ? "outcome-unknown" : "failed"])
            #expect(await gateway.charged.isEmpty)
        }
    }

    @Test func aRefusedTokenOfOursIsARefusalOfAFreshJob() async throws {
        let gateway = ScriptedGateway { (_, _) throws(GatewayError) in throw .tokenUnusable(Sample.fault) }
        #expect(try await say(4, gateway) == again + ["failed"])
    }

    @Test func withoutThePermissionAndInChileNoCallIsMade() async throws {
        let gateway = ScriptedGateway()
        let plain = "card_id: the account isn't enabled for charges without a security code; send a token"
        #expect(try await say(1, gateway, rules: AccountRules()) == [plain])
        var chile = enabled
        chile.site = .chile
        let there = "card_id: charges without a security code don't exist in Chile; send a token"
        #expect(try await say(1, gateway, rules: chile) == [there])
        #expect(await gateway.calls.isEmpty)
    }

    @Test func withoutThePermissionWhatAnEarlierRunDidIsStillTheAnswer() async throws {
        let gateway = ScriptedGateway()
        var made = Sample.payment(1)
        (made.jobID, made.digest) = ("job-1", try job.digest)
        await gateway.script { [made] in $0.referenced = .success([made]) }
        let found = try await say(1, gateway, rules: AccountRules()) { $0.mayHaveBeenAttempted = true }
        #expect(found == ["approved"])
        await gateway.script { $0.referenced = .success([]) }
        var memory = AttemptMemory()
        memory.mayHaveBeenAttempted = true
        let nothing = try await say(4, gateway, &memory, rules: AccountRules())
        #expect(nothing.prefix(3) == again[...] && nothing[3].hasPrefix("card_id: "))
        #expect(memory.risk == .none, "settled looks have shown that nothing was done")
        let doubtful = try await say(4, gateway, rules: AccountRules()) { $0.mayHaveBeenDone = true }
        #expect(doubtful == again + ["outcome-unknown"])
        #expect(await gateway.charged.isEmpty)
    }
}
