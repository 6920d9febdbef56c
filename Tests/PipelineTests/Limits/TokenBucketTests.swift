import TestSupport
import Testing

@testable import Pipeline

@Suite struct TokenBucketTests {
    let start = ContinuousClock.now

    /// A bucket that has had time to fill, with a line of its own numbers.
    private struct Desk {
        var bucket: TokenBucket
        var allowance: Allowance
        var nextID: UInt64 = 0

        init(rate: Double?, capacity: Double, since: ContinuousClock.Instant) {
            bucket = TokenBucket(at: since)
            allowance = Allowance(rate: rate, capacity: capacity)
            bucket.refill(at: since, allowance)
        }

        /// Lets `count` calls come at `now` and wait; the moments at which they are made.
        mutating func moments(
            _ count: Int, at now: ContinuousClock.Instant
        ) -> [ContinuousClock.Instant] {
            let first = nextID + 1
            nextID += UInt64(count)
            for id in first...nextID { bucket.join(id) }
            return (first...nextID).map { id in
                var moment = now
                while let next = bucket.take(id, at: moment, allowance) { moment = next }
                return moment
            }
        }
    }

    private func milliseconds(_ moments: [ContinuousClock.Instant]) -> [Int] {
        moments.map { Int((($0 - start).inSeconds * 1000).rounded()) }
    }

    @Test func theBurstGoesAtOnceAndTheRestEvenly() {
        var desk = Desk(rate: 10, capacity: 3, since: start - .seconds(1))
        #expect(milliseconds(desk.moments(6, at: start)) == [0, 0, 0, 100, 200, 300])
    }

    @Test func aNewBucketIsEmpty() {
        var desk = Desk(rate: 10, capacity: 3, since: start)
        #expect(milliseconds(desk.moments(3, at: start)) == [100, 200, 300])
    }

    @Test func anIdleBucketRefillsToItsBurstAndNoFurther() {
        var desk = Desk(rate: 10, capacity: 2, since: start - .seconds(60))
        #expect(milliseconds(desk.moments(3, at: start)) == [0, 0, 100])
    }

    @Test func aHeldBucketStartsEmpty() {
        var desk = Desk(rate: 10, capacity: 5, since: start - .seconds(60))
        desk.bucket.hold(until: start + .seconds(2))
        #expect(milliseconds(desk.moments(3, at: start)) == [2100, 2200, 2300])
    }

    @Test func aGrowingShareBringsNoTokensAndAShrinkingOneLosesItsPart() {
        var desk = Desk(rate: 5, capacity: 2, since: start - .seconds(60))
        desk.allowance = Allowance(rate: 50, capacity: 20)
        #expect(milliseconds(desk.moments(4, at: start)) == [0, 0, 20, 40])
        desk = Desk(rate: 50, capacity: 20, since: start - .seconds(60))
        desk.allowance = Allowance(rate: 5, capacity: 2)
        #expect(milliseconds(desk.moments(4, at: start)) == [0, 0, 200, 400])
    }

    @Test func withoutALimitAHoldStillHoldsAndItsEndIsSpread() {
        var desk = Desk(rate: nil, capacity: .infinity, since: start)
        #expect(milliseconds(desk.moments(100, at: start)) == Array(repeating: 0, count: 100))
        desk.bucket.hold(until: start + .seconds(2))
        let moments = milliseconds(desk.moments(100, at: start))
        #expect(moments.allSatisfy { $0 >= 2000 })
        #expect(Dictionary(grouping: moments) { $0 / 100 }.values.allSatisfy { $0.count <= 30 }, "\(moments)")
    }

    @Test func whoLeavesTheLineLetsOnlyThoseBehindMoveUp() {
        var desk = Desk(rate: 1, capacity: 1, since: start)
        let allowance = desk.allowance
        for id: UInt64 in 1...3 { desk.bucket.join(id) }
        let moments = (1...3).map { id in desk.bucket.take(UInt64(id), at: start, allowance) }
        #expect(milliseconds(moments.compactMap(\.self)) == [1000, 2000, 3000])
        desk.bucket.leave(2)
        let again = [1, 3].map { id in desk.bucket.take(UInt64(id), at: start, allowance) }
        #expect(milliseconds(again.compactMap(\.self)) == [1000, 2000])
    }

    @Test func whoComesNewWaitsBehindTheLine() {
        var desk = Desk(rate: 10, capacity: 5, since: start - .seconds(60))
        let allowance = desk.allowance
        for id: UInt64 in 1...5 { desk.bucket.join(id) }
        let moment = desk.bucket.take(at: start, allowance)
        #expect(milliseconds([moment].compactMap(\.self)) == [100])
    }

    @Test func whoIsLateFindsWhatWasGrantedMeanwhileUpToABound() {
        var desk = Desk(rate: 1000, capacity: 1, since: start)
        let allowance = desk.allowance
        let due = desk.bucket.take(at: start, allowance)
        #expect(due != nil)
        var made = 0
        while desk.bucket.take(at: start + .milliseconds(10), allowance) == nil { made += 1 }
        #expect((9...11).contains(made), "\(made)")
    }
}
