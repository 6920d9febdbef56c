import TestSupport
import Testing

@testable import Pipeline

/// How many jobs run at once at a gateway whose speed changes; in-flight figures come from a simulation.
@Suite struct ConcurrencyLimitTests {
    let start = ContinuousClock.now

    private func gateway(_ maximum: Int = 40, seed: UInt64 = 7, for test: String = #function) -> SlowGateway {
        SlowGateway(maximum: maximum, SeededGenerator(seed, for: test), at: start)
    }

    @Test(arguments: [10, 40]) func aTenfoldSlowerGatewayIsNotPiledUponAndARecoveredOneIsUsed(
        _ maximum: Int
    ) throws {
        var gateway = self.gateway(maximum)
        gateway.servers = maximum
        gateway.run(for: .seconds(60))
        let before = gateway.last(10)
        gateway.time = .milliseconds(500)
        gateway.run(for: .seconds(60))
        let during = gateway.last(20)
        let halved = gateway.seconds[60...].firstIndex { Double($0.limit) <= before.inFlight / 2 }
        gateway.time = .milliseconds(50)
        gateway.run(for: .seconds(90))
        let after = gateway.last(10)
        let recovered = gateway.seconds[120...].firstIndex { Double($0.limit) >= 0.9 * before.inFlight }
        print(
            """
            at most \(maximum): in flight \(before.inFlight) before, \(during.inFlight) during, \(after.inFlight) after; \
            answered a second \(before.answered), \(during.answered), \(after.answered); \
            halved after \(halved.map { $0 - 60 } ?? -1) s, recovered after \(recovered.map { $0 - 120 } ?? -1) s
            """)
        #expect(before.inFlight == Double(maximum), "it begins with all of it, and has no cause to leave it")
        #expect(during.inFlight <= max(3, 0.15 * before.inFlight))
        #expect(try #require(halved) - 60 <= 10)
        #expect(try #require(recovered) - 120 <= 60)
        #expect(after.inFlight >= 0.9 * before.inFlight)
    }

    @Test func aFewCallsThatAreAlwaysSlowDoNotLowerIt() {
        for seed: UInt64 in 1...2 {
            var gateway = self.gateway(seed: seed)
            gateway.slowEvery = 10
            gateway.servers = 100
            gateway.run(for: .seconds(60))
            let lowest = gateway.seconds.map(\.limit).min() ?? 0
            print("a tenth twenty times slower: the limit is \(lowest) or more")
            #expect(lowest >= 36)
        }
    }

    @Test func aSlowSpellIsNotLearntAsNormalWithinMinutes() {
        var gateway = self.gateway()
        gateway.run(for: .seconds(60))
        gateway.time = .milliseconds(500)
        gateway.run(for: .seconds(180))
        let during = gateway.last(30)
        print("after three slow minutes: \(during.inFlight) in flight")
        #expect(during.inFlight <= 8)
    }

    @Test func callsWithoutAnswerLowerItOnceASecond() {
        var limit = ConcurrencyLimit(maximum: 100, isAdaptive: true, at: start)
        var limits: [Int] = []
        for second in 1...4 {
            for call in 0..<50 {
                let moment = start + .seconds(second) + .milliseconds(call)
                limit.ended(.createPayment, isAnswered: false, after: .seconds(1), running: 100, at: moment)
            }
            limits.append(limit.current)
        }
        #expect(limits == [80, 64, 51, 40])
    }

    @Test func itStaysWithinItsBoundsAndAFixedOneStays() {
        var limit = ConcurrencyLimit(maximum: 3, isAdaptive: true, at: start)
        var fixed = ConcurrencyLimit(maximum: 3, isAdaptive: false, at: start)
        for second in 1...60 {
            let moment = start + .seconds(second)
            limit.ended(.readPayment, isAnswered: false, after: .seconds(1), running: 3, at: moment)
            fixed.ended(.readPayment, isAnswered: false, after: .seconds(1), running: 3, at: moment)
        }
        #expect(limit.current == 1 && fixed.current == 3)
        for second in 61...600 {
            for call in 0..<20 {
                let moment = start + .seconds(second) + .milliseconds(call)
                limit.ended(.readPayment, isAnswered: true, after: .milliseconds(9), running: 3, at: moment)
            }
        }
        #expect(limit.current == 3)
    }

    @Test func aLimitThatIsNotUsedDoesNotGrow() {
        var limit = ConcurrencyLimit(maximum: 100, isAdaptive: true, at: start)
        for second in 1...10 {
            let moment = start + .seconds(second)
            limit.ended(.readPayment, isAnswered: false, after: .seconds(1), running: 100, at: moment)
        }
        let low = limit.current
        for second in 11...60 {
            for call in 0..<20 {
                let moment = start + .seconds(second) + .milliseconds(call)
                limit.ended(.readPayment, isAnswered: true, after: .milliseconds(9), running: 1, at: moment)
            }
        }
        #expect(limit.current == low && low < 20)
    }
}
