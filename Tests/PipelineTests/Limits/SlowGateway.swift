import TestSupport

@testable import Pipeline

/// Jobs of one call each, with an endless backlog, at a gateway that works on so many calls at a time.
struct SlowGateway {
    typealias Instant = ContinuousClock.Instant

    /// What a second of it looked like.
    struct Second {
        var answered = 0
        /// The most calls that were in flight.
        var inFlight = 0
        var limit = 0
    }

    /// Calls that the gateway works on at a time; others wait there.
    var servers = 48
    /// How long one takes.
    var time = Duration.milliseconds(50)
    /// One in so many takes twenty times as long; none where it is 0.
    var slowEvery = 0
    private(set) var seconds: [Second] = []
    private var limit: ConcurrencyLimit
    private var flights: [(kind: CallKind, began: Instant, ends: Instant)] = []
    private var free: [Instant] = []
    private let start: Instant
    private var now: Instant
    private var chance: SeededGenerator

    init(maximum: Int, _ chance: SeededGenerator, at start: Instant) {
        limit = ConcurrencyLimit(maximum: maximum, isAdaptive: true, at: start)
        self.start = start
        now = start
        self.chance = chance
    }

    /// In steps of two milliseconds.
    mutating func run(for duration: Duration) {
        let end = now + duration
        while now < end {
            let second = Int((now - start).inSeconds)
            while seconds.count <= second { seconds.append(Second()) }
            for index in flights.indices.reversed() where flights[index].ends <= now {
                let flight = flights.remove(at: index)
                limit.ended(
                    flight.kind, isAnswered: true, after: now - flight.began, running: flights.count + 1,
                    at: now)
                seconds[second].answered += 1
            }
            while flights.count < limit.current { begin() }
            seconds[second].inFlight = max(seconds[second].inFlight, flights.count)
            seconds[second].limit = limit.current
            now += .milliseconds(2)
        }
    }

    /// The mean of the last `count` seconds.
    func last(_ count: Int) -> (answered: Double, inFlight: Double) {
        let part = seconds.suffix(count)
        return (
            Double(part.reduce(0) { $0 + $1.answered }) / Double(count),
            Double(part.reduce(0) { $0 + $1.inFlight }) / Double(count)
        )
    }

    private mutating func begin() {
        // A search takes a third of a payment's time.
        let kind = Bool.random(using: &chance) ? CallKind.createPayment : .searchPayments
        var length = time * Double.random(in: 0.7..<1.3, using: &chance) * (kind == .createPayment ? 1 : 0.33)
        if slowEvery > 0, Int.random(in: 0..<slowEvery, using: &chance) == 0 { length *= 20 }
        free.removeAll { $0 <= now }
        let begins = free.count < servers ? now : free[free.count - servers]
        let end = begins + length
        free.insert(end, at: free.lastIndex { $0 <= end }.map { $0 + 1 } ?? 0)
        flights.append((kind, now, end))
    }
}
