import ExactJSON
import Logging
import PaymentJobs
import Testing

@testable import Pipeline

@Suite struct LeaseTests {
    private let start = ContinuousClock.now

    @Test func aLeaseHoldsUntilItsEndAndIsNeverShortened() {
        let leases = Leases()
        #expect(!leases.holds(1, at: start))
        leases.extend([1, 2], until: start + .seconds(10), at: start)
        leases.extend([1], until: start + .seconds(5), at: start)
        #expect(leases.expiry(of: 1) == start + .seconds(10))
        #expect(leases.holds(1, at: start + .milliseconds(9999)))
        #expect(!leases.holds(1, at: start + .seconds(10)))
        leases.extend([1], until: start + .seconds(20), at: start)
        #expect(leases.holds(1, at: start + .seconds(10)) && !leases.holds(2, at: start + .seconds(10)))
    }

    @Test func aLateAcknowledgementDoesNotReviveAnEndedLease() {
        let leases = Leases()
        leases.extend([1], until: start + .seconds(10), at: start)
        leases.end([1])
        leases.extend([1], until: start + .seconds(20), at: start)
        #expect(!leases.holds(1, at: start) && leases.expiry(of: 1) == nil)
    }

    @Test func eachLossIsCountedOnceAndARenewalIsNone() {
        let leases = Leases()
        leases.extend([1, 2, 3], until: start + .seconds(10), at: start)
        leases.extend([1], until: start + .seconds(20), at: start + .seconds(5))
        #expect(leases.losses == 0)
        leases.end([1])
        leases.end([1])
        leases.suspend([2])
        #expect(leases.losses == 2)
        leases.extend([2], until: start + .seconds(20), at: start + .seconds(5))
        #expect(leases.losses == 2, "it was counted when it was taken away")
        leases.extend([3], until: start + .seconds(20), at: start + .seconds(10))
        #expect(leases.losses == 3, "it ran out in between")
    }

    @Test func unlimitedLeasesHoldForEver() {
        let leases = Leases.unlimited
        #expect(leases.holds(7, at: start + .seconds(1_000_000_000)))
    }

    // MARK: Calls

    private let payment = PaymentID(rawValue: 7)!
    private let customer = CustomerID("123456789-jxOV430go9fx2e")!

    private func gated(
        _ gateway: ScriptedGateway, _ leases: Leases, _ time: ManualTime, isOpen: Bool = true
    ) -> GatedGateway {
        let tenures = OpenTenures()
        if isOpen { tenures.open([1], at: time.now) }
        let account = JobAccount(
            alone: gateway, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        guard case .go(let visit) = account.gate.start(at: time.now, isCrowded: false) else {
            preconditionFailure("it has no limit")
        }
        return GatedGateway(
            account: account, visit: OpenVisit(visit), tenure: 1, expiresAt: nil, time: time,
            tenures: tenures, leases: leases, waits: CallWaits())
    }

    /// How each call that changes something fails, and how each look does.
    private func outcomes(_ gateway: GatedGateway) async throws -> (changes: [String], looks: [String]) {
        guard case .charge(let charge) = try JobDecoder().decode(Sample.charge()).job,
            case .token(let token) = charge.source,
            case .register(let card) = try JobDecoder().decode(Sample.register()).job
        else { return try #require(nil, "no jobs") }
        let key = IdempotencyKey(account: .standard, job: charge.jobID)
        let refund = PaymentOperation(
            jobID: charge.jobID, paymentID: payment, action: .refund(amount: nil))
        let person = CustomerDetails(email: Secret("ana@example.com"))
        let cardID = CardID("1490022319978")!
        typealias Call = () async throws -> Void
        let changes: [Call] = [
            { _ = try await gateway.createPayment(for: charge, token: token, key: key) },
            { _ = try await gateway.capturePayment(payment, amount: nil, key: key) },
            { _ = try await gateway.cancelPayment(payment, key: key) },
            { _ = try await gateway.refundPayment(for: refund, amount: nil, key: key) },
            { _ = try await gateway.createCustomer(person) },
            { _ = try await gateway.addCard(for: card, to: customer) },
            { _ = try await gateway.makeDefault(cardID, of: customer) },
        ]
        let looks: [Call] = [
            { _ = try await gateway.payments(referencedBy: charge) },
            { _ = try await gateway.payment(payment) }, { _ = try await gateway.refunds(of: payment) },
            { _ = try await gateway.cardToken(card.token) },
            { _ = try await gateway.customers(email: person.email) },
            { _ = try await gateway.cards(of: customer) },
        ]
        func all(_ calls: [Call]) async -> [String] {
            var said: [String] = []
            for call in calls {
                do {
                    try await call()
                    said.append("done")
                } catch {
                    said.append("\(error)".prefix { $0 != "(" }.description)
                }
            }
            return said
        }
        return (await all(changes), await all(looks))
    }

    private func scripted() async -> ScriptedGateway {
        let gateway = ScriptedGateway()
        await gateway.script {
            $0.changes = [.success(Sample.payment(7)), .success(Sample.payment(7))]
            $0.refundResults = [.success(GatewayRefund(facts: RefundFacts(id: 5)))]
            $0.addResults = [.success(GatewayCard(facts: CardFacts(id: "1")))]
            $0.seen = [.success(Sample.payment(7))]
        }
        return gateway
    }

    @Test func withoutALeaseNothingIsChangedAndEverythingCanBeLookedAt() async throws {
        let gateway = await scripted()
        let time = ManualTime()
        let leases = Leases()
        let said = try await outcomes(gated(gateway, leases, time))
        #expect(said.changes == Array(repeating: "unleased", count: 7))
        #expect(said.looks == Array(repeating: "done", count: 6))
        #expect(await gateway.calls.allSatisfy { !$0.changes })
        leases.extend([1], until: time.now + .seconds(1), at: time.now)
        let leased = try await outcomes(gated(gateway, leases, time))
        #expect(leased.changes == Array(repeating: "done", count: 7))
    }

    @Test func inAnEndedTenureNothingIsChanged() async throws {
        let gateway = await scripted()
        let said = try await outcomes(gated(gateway, .unlimited, ManualTime(), isOpen: false))
        #expect(said.changes == Array(repeating: "unleased", count: 7))
        #expect(said.looks == Array(repeating: "done", count: 6))
    }
}
