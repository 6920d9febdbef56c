import PaymentJobs
import Testing

@testable import Pipeline

@Suite struct RegisterTests {
    let now: Int64 = 1_700_000_000_000
    let customer = CustomerID("123456789-jxOV430go9fx2e")!
    let card = GatewayCard(
        facts: CardFacts(
            id: "1490022319978", lastFourDigits: "0604", expirationMonth: 11, expirationYear: 2030),
        firstSixDigits: "503175")

    private func job(email: String? = nil) throws -> RegisterCard {
        guard case .register(let job) = try JobDecoder().decode(Sample.register(email: email)).job else {
            throw Unexpected()
        }
        return job
    }

    private struct Unexpected: Error {}

    private func answer(_ gateway: ScriptedGateway, _ job: RegisterCard) async throws -> CardOutcome? {
        var memory = AttemptMemory()
        return try await answer(gateway, job, memory: &memory)
    }

    private func answer(
        _ gateway: ScriptedGateway, _ job: RegisterCard, memory: inout AttemptMemory
    ) async throws -> CardOutcome? {
        let finding = try await Attempt(gateway: gateway, now: now).register(job, memory: &memory)
        guard case .answer(let outcome, _) = finding else { return nil }
        return outcome
    }

    @Test func aCardWhoseAnswerWasLostIsFoundAndWasNotThereBefore() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { $0.addResults = [.failure(.ambiguous(Sample.fault))] }
        var memory = AttemptMemory()
        let job = try job()
        let first = await #expect(throws: GatewayError.self) {
            _ = try await answer(gateway, job, memory: &memory)
        }
        #expect(first == .ambiguous(Sample.fault))
        await gateway.script { [card] in $0.saved = [card] }
        let outcome = try await answer(gateway, job, memory: &memory)
        #expect(
            outcome
                == .registered(RegisteredCard(card.facts, customer: customer, wasAlreadyRegistered: false)))
        let reads = await gateway.calls.count { $0 == .cardToken }
        #expect(reads == 1, "a used token may no longer be readable")
    }

    @Test func anExistingCustomersNewCardIsAdded() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card] in $0.addResults = [.success(card)] }
        let outcome = try await answer(gateway, job())
        #expect(
            outcome
                == .registered(RegisteredCard(card.facts, customer: customer, wasAlreadyRegistered: false)))
        #expect(await gateway.calls == [.cardToken, .cards(customer), .addCard(customer)])
    }

    @Test func aCardThatIsThereIsNotAddedAgain() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card] in $0.saved = [card] }
        let outcome = try await answer(gateway, job())
        #expect(
            outcome == .registered(RegisteredCard(card.facts, customer: customer, wasAlreadyRegistered: true))
        )
        #expect(await gateway.calls == [.cardToken, .cards(customer)])
    }

    @Test func aCardThatOnlyLooksAlikeIsNotTakenForIt() async throws {
        var other = card
        other.facts.expirationYear = 2031
        let gateway = ScriptedGateway()
        await gateway.script { [card, other] in
            $0.saved = [other]
            $0.addResults = [.success(card)]
        }
        let outcome = try await answer(gateway, job())
        #expect(
            outcome
                == .registered(RegisteredCard(card.facts, customer: customer, wasAlreadyRegistered: false)))
    }

    @Test func anUnknownPersonBecomesACustomer() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card, customer] in
            $0.created = customer
            $0.addResults = [.success(card)]
        }
        _ = try await answer(gateway, job(email: "buyer@example.com"))
        #expect(
            await gateway.calls == [
                .cardToken, .customers, .createCustomer, .cards(customer), .addCard(customer),
            ])
    }

    @Test func aKnownPersonIsFoundByEmail() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card, customer] in
            $0.found = [[customer]]
            $0.saved = [card]
        }
        _ = try await answer(gateway, job(email: "buyer@example.com"))
        #expect(await gateway.calls == [.cardToken, .customers, .cards(customer)])
    }

    @Test func whoeverWasCreatedMeanwhileIsFoundByASecondSearch() async throws {
        let gateway = ScriptedGateway()
        await gateway.script { [card, customer] in
            $0.found = [[], [customer]]
            $0.saved = [card]
        }
        _ = try await answer(gateway, job(email: "buyer@example.com"))
        #expect(
            await gateway.calls == [.cardToken, .customers, .createCustomer, .customers, .cards(customer)])
    }

    @Test func aSearchThatLagsBehindIsTriedAgainLater() async throws {
        let gateway = ScriptedGateway()
        let error = await #expect(throws: GatewayError.self) {
            _ = try await answer(gateway, job(email: "buyer@example.com"))
        }
        guard case .busy = error else {
            Issue.record("expected a retry, got \(String(describing: error))")
            return
        }
    }
}
