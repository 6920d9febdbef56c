import TestSupport
import Testing

@testable import Pipeline

@Suite struct CircuitBreakerTests {
    typealias Instant = ContinuousClock.Instant

    let start = ContinuousClock.now

    /// A breaker on a clock that is turned by hand.
    private struct Desk {
        var breaker: CircuitBreaker
        var now: Instant

        init(_ policy: BreakerPolicy = BreakerPolicy(), at now: Instant) {
            breaker = CircuitBreaker(policy)
            self.now = now
        }

        /// One call from its begin to its end.
        mutating func call(
            isAnswered: Bool, after time: Duration = .milliseconds(100)
        ) -> CircuitBreaker.Change? {
            let pass = breaker.pass(at: now)
            now += time
            return breaker.ended(pass, isAnswered: isAnswered, after: time, at: now, jitter: { 0 })
        }

        /// Fails until it opens; how many calls that took.
        mutating func fail(after time: Duration = .milliseconds(100)) -> Int {
            var calls = 1
            while call(isAnswered: false, after: time) == nil { calls += 1 }
            return calls
        }

        var pause: Duration? {
            guard case .open(let until) = breaker.state(at: now) else { return nil }
            return until - now
        }
    }

    @Test func nothingIsJudgedBeforeThereAreEnoughCalls() {
        var desk = Desk(at: start)
        #expect(desk.fail() == BreakerPolicy().callsMin)
        #expect(desk.pause == .seconds(5))
        #expect(desk.breaker.moment(at: desk.now) == desk.now + .seconds(5))
    }

    @Test func itOpensAtHalfOfTheCallsFailedAndNotBelow() {
        var desk = Desk(at: start)
        for number in 0..<300 { #expect(desk.call(isAnswered: number % 2 == 0 || number % 20 > 17) == nil) }
        var mixed = Desk(at: start)
        let changes = (0..<20).compactMap { mixed.call(isAnswered: $0 % 2 == 0) }
        #expect(changes.count == 1, "ten of twenty")
    }

    @Test func itOpensForSlowAnswersAndSaysSo() throws {
        var desk = Desk(at: start)
        var policy = BreakerPolicy()
        policy.window = .seconds(3600)
        desk.breaker = CircuitBreaker(policy)
        let changes = (0..<20).compactMap { _ in desk.call(isAnswered: true, after: .seconds(10)) }
        guard case .opened(_, let why)? = changes.first else { return #expect(Bool(false), "never opened") }
        #expect(why.contains("20 of 20 calls took"))
        desk.now += .seconds(5)
        guard case .opened? = desk.call(isAnswered: true, after: .seconds(10)) else {
            return #expect(Bool(false), "a slow probe is no recovery from slowness")
        }
    }

    @Test func callsThatAreTooOldAreForgotten() {
        var desk = Desk(at: start)
        for _ in 0..<19 { #expect(desk.call(isAnswered: false) == nil) }
        desk.now += .seconds(61)
        for _ in 0..<19 { #expect(desk.call(isAnswered: false) == nil) }
    }

    @Test func thePauseDoublesUpToItsBoundAndStartsAnewAfterARecovery() {
        var desk = Desk(at: start)
        _ = desk.fail()
        var pauses: [Duration] = []
        for _ in 0..<6 {
            pauses.append(desk.pause ?? .zero)
            desk.now += desk.pause ?? .zero
            _ = desk.call(isAnswered: false)
        }
        #expect(pauses == [5, 10, 20, 40, 60, 60].map { .seconds($0) })
        desk.now += .seconds(60)
        #expect((0..<3).compactMap { _ in desk.call(isAnswered: true) } == [.closed])
        #expect(desk.fail() == 20, "the failures from before are forgotten")
        #expect(desk.pause == .seconds(5))
    }

    @Test(arguments: [0.0, 0.5, 1.0]) func jitterOnlyShortensThePause(_ jitter: Double) {
        var desk = Desk(at: start)
        for _ in 0..<20 {
            let pass = desk.breaker.pass(at: start)
            _ = desk.breaker.ended(pass, isAnswered: false, after: .zero, at: start, jitter: { jitter })
        }
        #expect(desk.pause == .seconds(5) * (1 - 0.25 * jitter))
    }

    @Test func lateAnswersToCallsFromBeforeTheOpeningDoNotCount() {
        var desk = Desk(at: start)
        let late = (0..<10).map { _ in desk.breaker.pass(at: start) }
        _ = desk.fail()
        desk.now += .seconds(5)
        for pass in late {
            #expect(!desk.breaker.isGood(pass))
            #expect(
                desk.breaker.ended(pass, isAnswered: true, after: .zero, at: desk.now, jitter: { 0 }) == nil)
        }
        #expect(desk.breaker.state(at: desk.now) == .halfOpen)
        #expect((0..<3).compactMap { _ in desk.call(isAnswered: true) } == [.closed])
    }

    @Test func aProbeThatIsGivenBackMakesRoomForAnother() {
        var desk = Desk(at: start)
        _ = desk.fail()
        desk.now += .seconds(5)
        let probes = (0..<3).map { _ in desk.breaker.pass(at: desk.now) }
        #expect(desk.breaker.moment(at: desk.now) != nil)
        desk.breaker.giveBack(probes[0])
        #expect(desk.breaker.moment(at: desk.now) == nil)
    }

    /// Any order of begins, ends, withdrawals and pauses keeps the rules.
    @Test func noHistoryBreaksTheRules() {
        var chance = SeededGenerator(20_261_124, for: #function)
        let seed = chance.seed
        var (openings, closings) = (0, 0)
        for round in 0..<400 {
            var history = BreakerHistory(&chance, at: start)
            for _ in 0..<400 where history.violations.isEmpty { history.step(&chance) }
            #expect(history.violations.isEmpty, "seed \(seed), round \(round): \(history.violations)")
            openings += history.openings
            closings += history.closings
        }
        print("breaker histories: \(openings) openings, \(closings) closings")
        #expect(openings > 1000 && closings > 100)
    }
}
