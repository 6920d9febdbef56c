import MetricsTestKit
import PaymentJobs
import Testing

@testable import Pipeline

@Suite struct AccountGateTests {
    typealias Instant = ContinuousClock.Instant

    let start = ContinuousClock.now
    let fault = GatewayFault(httpStatus: 401, message: "invalid access token")

    private func gate(
        rate: Double? = nil, burst: Int = 1, concurrency: Int = 4, share: Double = 1,
        metrics: TestMetrics = TestMetrics()
    ) -> AccountGate {
        let limit = rate.flatMap { RateLimit(callsPerSecond: $0, burst: burst) }
        let limits = AccountLimits(rate: limit, concurrencyMax: concurrency)
        let gate = AccountGate(
            .standard, limits, share: { _ in share }, at: start - .seconds(60), metrics: metrics)
        // Who never asked has nothing saved up.
        if limit != nil { _ = gate.start(at: start - .seconds(60), isCrowded: false) }
        return gate
    }

    private func after(_ seconds: Double) -> Instant { start + .seconds(seconds) }

    /// One job of one call.
    private func job(_ gate: AccountGate, _ outcome: CallOutcome, at now: Instant) throws -> [AccountChange] {
        guard case .go(var visit) = gate.start(at: now, isCrowded: false) else {
            Issue.record("it could not start: \(gate.status(at: now))")
            return []
        }
        defer { gate.leave(visit, at: now) }
        let turn = gate.reserve(&visit, at: now)
        #expect(gate.moment(of: turn, at: now) == nil)
        return gate.ended(gate.began(turn, .createPayment, at: now), outcome, at: now)
    }

    private func visit(_ gate: AccountGate, at now: Instant) throws -> AccountGate.Visit {
        guard case .go(let visit) = gate.start(at: now, isCrowded: false) else {
            throw NotStarted(status: gate.status(at: now))
        }
        return visit
    }

    private func fail(_ why: String, at place: SourceLocation = #_sourceLocation) {
        Issue.record("\(why)", sourceLocation: place)
    }

    private struct NotStarted: Error { var status: AccountStatus }

    @Test func withoutALimitJobsStartUntilEveryPlaceIsTaken() throws {
        let gate = self.gate(concurrency: 2)
        let first = try visit(gate, at: start)
        _ = try visit(gate, at: start)
        #expect(gate.start(at: start, isCrowded: false) == .full)
        #expect(gate.status(at: start).running == 2)
        gate.leave(first, at: start)
        _ = try visit(gate, at: start)
    }

    @Test func aPaidCallThatIsNotMadeIsGivenBack() throws {
        let gate = self.gate(rate: 1)
        gate.leave(try visit(gate, at: start), at: start)
        var visit = try visit(gate, at: start)
        let paid = gate.reserve(&visit, at: start)
        #expect(gate.moment(of: paid, at: start) == nil)
        gate.giveBack(paid, at: start)
        _ = try self.visit(gate, at: start)
        #expect(gate.start(at: start, isCrowded: false) != .full)
    }

    @Test func theFurtherCallsOfAJobComeBeforeNewJobs() throws {
        let gate = self.gate(rate: 10)
        var visit = try visit(gate, at: start)
        _ = gate.began(gate.reserve(&visit, at: start), .searchPayments, at: start)
        let turn = gate.reserve(&visit, at: start)
        let moment = try #require(gate.moment(of: turn, at: start))
        #expect(abs((moment - after(0.1)).inSeconds) < 0.001)
        guard case .wait(let until) = gate.start(at: start, isCrowded: false) else {
            return fail("a new job overtook a running one's call")
        }
        #expect(abs((until - after(0.2)).inSeconds) < 0.001)
        #expect(gate.moment(of: turn, at: moment) == nil)
    }

    @Test func turnsThatAJobLeavesBehindAreFreed() throws {
        let gate = self.gate(rate: 10)
        var visit = try visit(gate, at: start)
        _ = gate.reserve(&visit, at: start)
        for _ in 0..<5 { _ = gate.reserve(&visit, at: start) }
        gate.leave(visit, at: start)
        _ = try self.visit(gate, at: start)
    }

    @Test func aWorkerWithoutAShareCallsNothing() {
        let gate = self.gate(rate: 10, share: 0)
        #expect(gate.start(at: start, isCrowded: false) == .wait(until: after(1)))
    }

    @Test func aPauseHoldsAlsoWhatWasPaidFor() throws {
        let gate = self.gate(rate: 10, burst: 5)
        var (paid, calling) = (try visit(gate, at: start), try visit(gate, at: start))
        let turn = gate.reserve(&paid, at: start)
        let call = gate.began(gate.reserve(&calling, at: start), .createPayment, at: start)
        let changes = gate.ended(call, .throttled(retryAfter: .seconds(3)), at: start)
        guard case .slowedDown(let rate)? = changes.first else { return fail("\(changes)") }
        #expect(rate < 10)
        #expect(gate.status(at: start).state == .throttled(until: after(3)))
        #expect(try #require(gate.moment(of: turn, at: start)) > after(3))
        guard case .wait(let until) = gate.start(at: start, isCrowded: false) else {
            return fail("a job started in the pause")
        }
        #expect(until > after(3))
    }

    @Test func aRetryAfterIsBelievedUpToItsBound() throws {
        let gate = self.gate()
        _ = try job(gate, .throttled(retryAfter: .seconds(86_400)), at: start)
        #expect(gate.status(at: start).state == .throttled(until: after(300)))
    }

    @Test func aFailingGatewayIsLeftAloneAndProbed() throws {
        let gate = self.gate(concurrency: 8)
        var changes: [AccountChange] = []
        for _ in 0..<20 { changes += try job(gate, .unanswered, at: start) }
        guard case .breakerOpened(let until, _)? = changes.first else { return fail("\(changes)") }
        #expect(gate.start(at: start, isCrowded: false) == .wait(until: until))
        #expect(gate.status(at: start).state == .broken(until: until))
        let probes = try (0..<3).map { _ in try visit(gate, at: until) }
        guard case .wait = gate.start(at: until, isCrowded: false) else {
            return fail("a fourth probe")
        }
        #expect(gate.status(at: until).state == .probing)
        for probe in probes { gate.leave(probe, at: until) }
        for number in 0..<3 {
            #expect(try job(gate, .answered, at: until) == (number == 2 ? [.breakerClosed] : []))
        }
        #expect(gate.status(at: until).state == .working)
    }

    @Test func anAccountWithRefusedCredentialsWaitsAndIsGivenUpInTheEnd() throws {
        let gate = self.gate()
        #expect(try job(gate, .credentialsRefused(fault), at: start) == [.credentialsRefused(fault)])
        #expect(gate.start(at: after(1), isCrowded: false) == .wait(until: after(5)))
        #expect(gate.start(at: after(1), isCrowded: true) == .wait(until: after(5)), "a grace of its own")
        #expect(gate.status(at: after(1)).state == .credentialsRefused(since: start, fault: fault))
        #expect(try job(gate, .credentialsRefused(fault), at: after(15)) == [])
        #expect(gate.start(at: after(16), isCrowded: false) == .wait(until: after(20)))
        #expect(gate.start(at: after(16), isCrowded: true) == .giveUp(fault, until: after(20)))
        #expect(try job(gate, .credentialsRefused(fault), at: after(300)) == [])
        #expect(gate.start(at: after(301), isCrowded: false) == .giveUp(fault, until: after(305)))
        gate.credentialsChanged(at: after(302))
        #expect(try job(gate, .answered, at: after(302)) == [.credentialsAccepted])
        #expect(gate.status(at: after(302)).state == .working)
    }

    @Test(arguments: [
        (CallOutcome.answered, true), (.forbidden, true), (.unanswered, false), (.notSent, false),
        (.cancelled, false),
        (.throttled(retryAfter: nil), false),
        (.credentialsRefused(GatewayFault(httpStatus: 401, message: "no")), true),
    ]) func onlyAnAnswerAboutTheJobIsOne(_ outcome: CallOutcome, counts: Bool) throws {
        let gate = self.gate()
        _ = try job(gate, outcome, at: start)
        #expect(gate.answers.last() == (counts ? start : nil))
        #expect(gate.answers.last(.createPayment) == gate.answers.last())
        #expect(gate.answers.last(.readPayment) == nil)
        #expect(gate.answers.lastAccepted(.createPayment) == (outcome == .answered ? start : nil))
    }

    /// Payments of others are refused with good credentials, and with bad ones.
    @Test func aRefusalOfOnePaymentSaysNothingOfTheCredentials() throws {
        let gate = self.gate()
        #expect(try job(gate, .credentialsRefused(fault), at: start) == [.credentialsRefused(fault)])
        #expect(try job(gate, .forbidden, at: after(5)) == [])
        guard case .credentialsRefused = gate.status(at: after(5)).state else { return fail("still refused") }
        #expect(try job(gate, .answered, at: after(10)) == [.credentialsAccepted])
    }

    @Test func whatACallTookBeyondOneRequestIsPaidAfterwards() throws {
        let gate = self.gate(rate: 10, burst: 1)
        #expect(try job(gate, .answered, at: after(1)) == [])
        gate.charge(20, at: after(1))
        guard case .wait = gate.start(at: after(3), isCrowded: false) else { return fail("20 calls, 2 s") }
        guard case .go = gate.start(at: after(3.2), isCrowded: false) else { return fail("all are paid") }
    }

    @Test func everyErrorSaysSomethingOfTheGateway() {
        let fault = fault
        let table: [(GatewayError, CallOutcome)] = [
            (.notSent(fault), .notSent), (.unleased(fault), .cancelled),
            (.throttled(fault, retryAfter: .seconds(2)), .throttled(retryAfter: .seconds(2))),
            (.busy(fault), .answered), (.conflict(fault), .answered), (.ambiguous(fault), .unanswered),
            (.tokenUnusable(fault), .answered), (.refused(fault), .answered),
            (.lookRefused(fault), .answered),
            (.misconfigured(fault), .credentialsRefused(fault)),
        ]
        let forbidden = GatewayFault(httpStatus: 403, message: "not yours")
        for error in [GatewayError.refused(forbidden), .lookRefused(forbidden)] {
            #expect(CallOutcome(error) == .forbidden)
        }
        for (error, outcome) in table { #expect(CallOutcome(error) == outcome, "\(error)") }
    }

    @Test func whatChangesIsShownAsMetricsAndNothingElse() throws {
        let metrics = TestMetrics()
        let gate = self.gate(rate: 100, burst: 50, concurrency: 8, metrics: metrics)
        let label = [("account", "default")]
        func gauge(_ name: String) throws -> [Double] { try metrics.expectRecorder(name, label).values }
        func counter(_ name: String) throws -> Int64 { try metrics.expectCounter(name, label).totalValue }
        for _ in 0..<10 { _ = try job(gate, .answered, at: start) }
        #expect(try gauge("cobrador_breaker_state") == [0])
        #expect(try gauge("cobrador_account_credentials_refused") == [0])
        #expect(try gauge("cobrador_limiter_rate") == [100])
        #expect(try gauge("cobrador_concurrency_limit") == [8])
        for _ in 0..<30 where gate.status(at: start).state == .working {
            _ = try job(gate, .unanswered, at: start)
        }
        #expect(try gauge("cobrador_breaker_state") == [0, 2])
        #expect(try counter("cobrador_breaker_opened_total") == 1)
        _ = try job(gate, .credentialsRefused(fault), at: after(10))
        _ = try job(gate, .answered, at: after(20))
        #expect(try gauge("cobrador_account_credentials_refused") == [0, 1, 0])
        _ = try job(gate, .throttled(retryAfter: .seconds(1)), at: after(20))
        #expect(try counter("cobrador_gateway_throttled_total") == 1)
        #expect(try #require(gauge("cobrador_limiter_rate").last) < 100)
    }

    @Test func theCostOfOneCallIsPrinted() throws {
        let gate = self.gate(concurrency: 64)
        let clock = ContinuousClock()
        let count = 20_000
        let time = try clock.measure { for _ in 0..<count { _ = try job(gate, .answered, at: clock.now) } }
        print("one job of one call at the gate: \(time / count)")
        #expect(gate.status(at: clock.now).running == 0)
    }
}
