import TestSupport
import Testing

@testable import Pipeline

/// What a worker makes of 429s; figures come from simulations with every kind of limit.
@Suite struct RateGovernorTests {
    let start = ContinuousClock.now

    struct Case: CustomTestStringConvertible {
        var kind: HiddenLimit.Kind
        var callsPerSecond: Double
        var retryAfter: Duration?
        var workers: Int

        var testDescription: String {
            let pause = retryAfter.map { "Retry-After \($0)" } ?? "no Retry-After"
            return "\(kind) of \(callsPerSecond)/s, \(pause), \(workers) workers"
        }

        static var all: [Case] {
            var cases: [Case] = []
            for kind in HiddenLimit.Kind.allCases {
                for callsPerSecond in [5.0, 50, 500] {
                    for retryAfter in [Duration.seconds(1), nil] {
                        for workers in [1, 3] {
                            cases.append(
                                Case(
                                    kind: kind, callsPerSecond: callsPerSecond, retryAfter: retryAfter,
                                    workers: workers))
                        }
                    }
                }
            }
            return cases
        }
    }

    @Test(arguments: Case.all) func settlesJustUnderAHiddenLimit(_ example: Case) {
        let hidden = HiddenLimit(example.kind, callsPerSecond: example.callsPerSecond, at: start)
        var limits = AccountLimits(concurrencyMax: 64)
        limits.breaker = nil
        var workers = ThrottledWorkers(
            example.workers, hidden, limits: limits, retryAfter: example.retryAfter, at: start)
        let length = example.callsPerSecond > 100 ? 120 : example.callsPerSecond > 10 ? 300 : 600
        workers.run(for: .seconds(length))
        let (accepted, refused) = workers.mean(length / 3..<length)
        let used = accepted / example.callsPerSecond
        let percent = (used * 1000).rounded() / 10
        print("\(example.testDescription): \(percent) % used, \((refused * 10000).rounded() / 100) % refused")
        #expect(used >= 0.9)
        #expect(refused < 0.01)
    }

    @Test func aWorkerWithoutAShareLearnsNothing() {
        var governor = RateGovernor(at: start)
        func throttle(_ second: Double, configured: Double?) {
            let now = start + .seconds(second)
            for _ in 0..<40 { governor.began(at: now - .milliseconds(500)) }
            for _ in 0..<40 {
                governor.accepted(began: now - .milliseconds(500), at: now - .milliseconds(100))
            }
            _ = governor.throttled(
                began: now - .milliseconds(200), at: now, configured: configured, retryAfter: nil)
        }
        throttle(1, configured: 50)
        let learnt = governor.ceiling
        #expect((learnt ?? 0) > 10)
        #expect(!governor.grow(at: start + .seconds(30), configured: 0) && governor.ceiling == learnt)
        throttle(40, configured: 0)
        #expect((governor.ceiling ?? 0) > 10, "a refusal that comes late doesn't bring it to nothing")
    }

    /// A worker that had nothing to do at first, with late timers and a network whose answers overtake.
    @Test(arguments: HiddenLimit.Kind.allCases) func settlesSoonUnderNoisyConditions(
        _ kind: HiddenLimit.Kind
    ) {
        var limits = AccountLimits(concurrencyMax: 16)
        limits.breaker = nil
        let chance = SeededGenerator(20_261_128, for: #function)
        var workers = ThrottledWorkers(
            1, HiddenLimit(kind, callsPerSecond: 60, at: start), limits: limits, retryAfter: .seconds(1),
            conditions: .noisy, chance: chance, at: start)
        workers.run(for: .seconds(180))
        let (accepted, refused) = workers.mean(20..<180)
        let percent = (accepted / 60 * 1000).rounded() / 10
        print("\(kind): \(percent) % used, \((refused * 10000).rounded() / 100) % refused")
        #expect(accepted / 60 >= 0.93, "seed \(chance.seed)")
        #expect(refused < 0.005, "seed \(chance.seed)")
    }

    /// Refusals are answered before the calls that were let through with them.
    @Test func goesOnSoonAfterAColdStartThatWasRefused() throws {
        var limits = AccountLimits(concurrencyMax: 16)
        limits.breaker = nil
        let chance = SeededGenerator(20_261_129, for: #function)
        var workers = ThrottledWorkers(
            1, HiddenLimit(.bucket, callsPerSecond: 20, at: start), limits: limits, retryAfter: .seconds(3),
            conditions: .noisy, chance: chance, at: start)
        workers.run(for: .seconds(20))
        let made = workers.seconds.map(\.made)
        print("calls in each second: \(made)")
        #expect(made[4] == 16 && made[5] == 0 && made[6] == 0, "seed \(chance.seed)")
        #expect(made[7] > 0, "it goes on within a second of the pause's end")
        #expect(made[..<12].contains { $0 >= 15 }, "most of the limit is found within five seconds of it")
    }

    /// The calls of the second after the first refusal, and when a lifted limit is used.
    @Test(arguments: HiddenLimit.Kind.allCases) func slowsAtOnceAndRecoversWhenTheLimitIsLifted(
        _ kind: HiddenLimit.Kind
    ) throws {
        var limits = AccountLimits(rate: RateLimit(callsPerSecond: 200, burst: 20), concurrencyMax: 64)
        limits.breaker = nil
        let hidden = HiddenLimit(kind, callsPerSecond: 50, at: start)
        var workers = ThrottledWorkers(1, hidden, limits: limits, retryAfter: nil, at: start)
        workers.run(for: .seconds(120))
        let first = try #require(workers.firstRefusal)
        let after = workers.arrivals.count { $0 > first && $0 - first < .seconds(1) }
        workers.hidden.callsPerSecond = 1000
        workers.run(for: .seconds(300))
        let half = workers.seconds[120...].firstIndex { $0.made >= 100 }
        let whole = workers.seconds[120...].firstIndex { $0.made >= 195 }
        print(
            "\(kind): \(after) calls in the second after the first 429; lifted: twofold after",
            "\(half.map { $0 - 120 } ?? -1) s, all of it after \(whole.map { $0 - 120 } ?? -1) s")
        #expect(after == 0, "one call a second, or none, while 200 were allowed")
        #expect(try #require(whole) - 120 < 240)
        #expect(workers.workers[0].state.governor.ceiling == nil, "nothing of it is left")
    }

    @Test func oneCongestionEventIsAnsweredOnce() {
        var governor = RateGovernor(at: start)
        for call in 0..<100 { governor.accepted(began: start, at: start + .milliseconds(call * 10)) }
        let began = start + .milliseconds(900)
        let now = start + .seconds(1)
        _ = governor.throttled(began: began, at: now, configured: 100, retryAfter: nil)
        let ceiling = governor.ceiling
        for call in 1...20 {
            let moment = now + .milliseconds(call)
            _ = governor.throttled(began: began, at: moment, configured: 100, retryAfter: nil)
        }
        #expect(governor.ceiling == ceiling && ceiling.map { (30...100).contains($0) } ?? false)
    }
}
