import TestSupport
import Testing

@testable import Pipeline

@Suite struct TokenBucketTests {
    let start = ContinuousClock.now

    @Test func theBurstGoesAtOnceAndTheRestEvenly() {
        var bucket = TokenBucket(rate: 10, burst: 3)
        let moments = (0..<6).map { _ in bucket.reserve(at: start) - start }
        #expect(moments == [.zero, .zero, .zero, .milliseconds(100), .milliseconds(200), .milliseconds(300)])
    }

    @Test func anIdleBucketRefillsToItsBurstAndNoFurther() {
        var bucket = TokenBucket(rate: 10, burst: 2)
        _ = bucket.reserve(at: start)
        let later = start + .seconds(60)
        let moments = (0..<3).map { _ in bucket.reserve(at: later) - later }
        #expect(moments == [.zero, .zero, .milliseconds(100)])
    }

    @Test func aHeldBucketStartsEmpty() {
        var bucket = TokenBucket(rate: 10, burst: 5)
        bucket.hold(until: start + .seconds(2))
        let moments = (0..<3).map { _ in bucket.reserve(at: start) - start }
        #expect(moments == [.seconds(2), .milliseconds(2100), .milliseconds(2200)])
    }

    @Test func aHoldFreesTheMomentsThatWereReservedBeyondIt() {
        var bucket = TokenBucket(rate: 1, burst: 1)
        for _ in 0..<60 { _ = bucket.reserve(at: start) }
        bucket.hold(until: start + .seconds(2))
        #expect(bucket.reserve(at: start + .seconds(2)) == start + .seconds(2))
    }

    /// The promise to the gateway, for any way of asking: no second holds more than rate + burst calls.
    @Test func noSecondHoldsMoreThanRateAndBurst() {
        var chance = SeededGenerator(20_261_123, for: #function)
        let seed = chance.seed
        for round in 0..<300 {
            let rate = Int.random(in: 1...50, using: &chance)
            let burst = Int.random(in: 1...20, using: &chance)
            var bucket = TokenBucket(rate: Double(rate), burst: burst)
            var now = start
            var moments: [ContinuousClock.Instant] = []
            for _ in 0..<400 {
                now += .milliseconds(Int.random(in: 0...40, using: &chance))
                moments.append(bucket.reserve(at: now))
            }
            #expect(moments == moments.sorted(), "seed \(seed), round \(round)")
            let worst = mostInOneSecond(moments)
            #expect(
                worst <= rate + burst, "seed \(seed), round \(round): \(worst) with \(rate)/s, burst \(burst)"
            )
        }
    }

    @Test func theCheckSeesABucketThatGivesTooMuch() {
        let moments = (0..<12).map { start + .milliseconds($0 * 90) }
        #expect(mostInOneSecond(moments) == 12)
    }

    /// The most moments in any half-open second.
    private func mostInOneSecond(_ moments: [ContinuousClock.Instant]) -> Int {
        var low = 0
        var worst = 0
        for high in moments.indices {
            while moments[high] - moments[low] >= .seconds(1) { low += 1 }
            worst = max(worst, high - low + 1)
        }
        return worst
    }
}
