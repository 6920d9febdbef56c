import Testing

@testable import Worker

@Suite struct StallWatchTests {
    let start = ContinuousClock.now

    private func frontier(_ offset: Int64, tenure: Int = 1) -> StallWatch.Frontier {
        .init(tenure: tenure, offset: offset)
    }

    @Test func aFrontierIsNamedFromTheLimitOn() {
        var watch = StallWatch(limit: .seconds(10))
        for seconds in [0, 9] {
            #expect(watch.look(at: [frontier(5)], now: start + .seconds(seconds)).standing.isEmpty)
        }
        let found = watch.look(at: [frontier(5)], now: start + .seconds(10)).standing
        #expect(found == [.init(frontier: frontier(5), age: .seconds(10), isNews: true)])
    }

    @Test func itIsNewsAgainWheneverItIsTwiceAsOld() {
        var watch = StallWatch(limit: .seconds(10))
        let news = (0...100).filter { second in
            watch.look(at: [frontier(5)], now: start + .seconds(second)).standing.contains(where: \.isNews)
        }
        #expect(news == [10, 20, 40, 80])
    }

    @Test func aFrontierThatMovesBeginsAnew() {
        var watch = StallWatch(limit: .seconds(10))
        _ = watch.look(at: [frontier(5)], now: start)
        let early = watch.look(at: [frontier(6)], now: start + .seconds(9))
        #expect(early.moved.isEmpty, "nobody was told of it")
        #expect(watch.look(at: [frontier(6)], now: start + .seconds(18)).standing.isEmpty)
        #expect(watch.look(at: [frontier(6)], now: start + .seconds(19)).standing.count == 1)
        let later = watch.look(at: [frontier(9)], now: start + .seconds(20))
        #expect(later.moved == [frontier(6)])
        #expect(later.standing.isEmpty)
        #expect(watch.look(at: [frontier(9)], now: start + .seconds(21)).moved.isEmpty, "it is told once")
    }

    @Test func aTenureThatHasNoFrontierAnyMoreHasMoved() {
        var watch = StallWatch(limit: .seconds(10))
        _ = watch.look(at: [frontier(5), frontier(7, tenure: 2)], now: start)
        _ = watch.look(at: [frontier(5), frontier(7, tenure: 2)], now: start + .seconds(10))
        let found = watch.look(at: [frontier(7, tenure: 2)], now: start + .seconds(11))
        #expect(found.moved == [frontier(5)])
        #expect(found.standing.map(\.frontier) == [frontier(7, tenure: 2)])
        _ = watch.look(at: [frontier(5), frontier(7, tenure: 2)], now: start + .seconds(12))
        let again = watch.look(at: [frontier(5), frontier(7, tenure: 2)], now: start + .seconds(13))
        #expect(again.standing.map(\.frontier) == [frontier(7, tenure: 2)], "its time begins anew")
    }

    @Test func theOldestComesFirst() {
        var watch = StallWatch(limit: .seconds(1))
        _ = watch.look(at: [frontier(5, tenure: 2)], now: start)
        let both = [frontier(1), frontier(5, tenure: 2)]
        _ = watch.look(at: both, now: start + .seconds(1))
        let found = watch.look(at: both, now: start + .seconds(5)).standing
        #expect(found.map(\.frontier.tenure) == [2, 1])
    }
}
