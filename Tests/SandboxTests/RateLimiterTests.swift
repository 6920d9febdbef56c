import ExactJSON
import Testing

@testable import Sandbox

/// The limiter alone, told the time in nanoseconds.
@Suite("Rate limiter") struct RateLimiterTests {
    private static let second: Int64 = 1_000_000_000
    private static let noon = Instant(milliseconds: 1_795_435_200_250)

    @Test("a bucket lets its burst through at once, then one call at a time, and refusals cost nothing")
    func bucket() {
        var limiter = RateLimiter(RateLimit(callsPerSecond: 50, kind: .bucket(burst: 3)))
        let start: Int64 = 7 * Self.second
        for _ in 0..<3 { #expect(limiter.refusal(at: start) == nil) }
        for _ in 0..<10 { #expect(limiter.refusal(at: start) == 20_000_000) }
        #expect(limiter.refusal(at: start + 19_999_999) == 1)
        #expect(limiter.refusal(at: start + 20_000_000) == nil)
        #expect(limiter.refusal(at: start + 20_000_000) == 20_000_000)
        // However long it was idle, it holds no more than the burst.
        let later = start + 3_600 * Self.second
        for _ in 0..<3 { #expect(limiter.refusal(at: later) == nil) }
        #expect(limiter.refusal(at: later) != nil)
    }

    @Test(
        "of more calls than it takes, a bucket takes its burst and its rate",
        arguments: [(1, 1), (7, 1), (50, 5), (333, 40), (1_000, 2)])
    func rate(_ rate: Int, _ burst: Int) {
        var limiter = RateLimiter(RateLimit(callsPerSecond: Double(rate), kind: .bucket(burst: burst)))
        let step = Self.second / 2_500
        let taken = (0..<25_000).count { limiter.refusal(at: Int64($0) * step) == nil }
        // What it doesn't take is what accrues between two of the calls that are offered.
        let all = burst + 10 * rate
        #expect((all - 2...all).contains(taken))
    }

    @Test(
        "a bucket holds the calls of a tenth of a second, where nobody says",
        arguments: [(0.5, 1), (19, 1), (50, 5), (1_000_000, 100_000)] as [(Double, Int)])
    func burst(_ rate: Double, _ burst: Int) {
        #expect(RateLimit(callsPerSecond: rate).kind == .bucket(burst: burst))
    }

    @Test("a limit may be less than a call a second")
    func slow() {
        var limiter = RateLimiter(RateLimit(callsPerSecond: 0.5))
        #expect(limiter.refusal(at: 0) == nil)
        #expect(limiter.refusal(at: 0) == 2 * Self.second)
        #expect(limiter.refusal(at: 2 * Self.second) == nil)
    }

    @Test("a window takes its calls at its end and again at the start of the next one")
    func window() {
        var limiter = RateLimiter(RateLimit(callsPerSecond: 5, kind: .window))
        let end = 3 * Self.second - 1
        for _ in 0..<5 { #expect(limiter.refusal(at: end) == nil) }
        #expect(limiter.refusal(at: end) == 1)
        for _ in 0..<5 { #expect(limiter.refusal(at: end + 1) == nil) }
        #expect(limiter.refusal(at: end + 1) == Self.second)
        // One that was overtaken by a call of the next second counts for that one.
        #expect(limiter.refusal(at: end) == Self.second + 1)
    }

    @Test(
        "the wait is told in whole seconds, never less than the true one",
        arguments: [(1, "1"), (1_000_000_000, "1"), (1_000_000_001, "2"), (2_500_000_000, "3")])
    func seconds(_ wait: Int64, _ told: String) {
        let reply = RateLimiter(RateLimit(callsPerSecond: 1)).reply(wait: wait, now: Self.noon)
        #expect(reply.status == 429)
        #expect(reply.headers.map { [$0.name, $0.value] } == [["Retry-After", told]])
    }

    @Test(
        "a date is never too early, and comes with the Date that it is to be read by",
        arguments: [
            (1, nil, "Mon, 23 Nov 2026 12:00:01 GMT"), (750_000_000, nil, "Mon, 23 Nov 2026 12:00:01 GMT"),
            (750_000_001, nil, "Mon, 23 Nov 2026 12:00:02 GMT"), (1, 2, "Mon, 23 Nov 2026 12:00:02 GMT"),
            (1, 0, "Mon, 23 Nov 2026 12:00:00 GMT"),
        ] as [(Int64, Int?, String)])
    func date(_ wait: Int64, _ told: Int?, _ date: String) {
        let limit = RateLimit(callsPerSecond: 1, retryAfter: .date, retryAfterWait: told)
        let reply = RateLimiter(limit).reply(wait: wait, now: Self.noon)
        #expect(
            reply.headers.map { [$0.name, $0.value] }
                == [["Retry-After", date], ["Date", "Mon, 23 Nov 2026 12:00:00 GMT"]])
    }

    @Test("a wait that was chosen is told as it is, and none isn't told at all")
    func chosen() {
        let seconds = RateLimit(callsPerSecond: 1, retryAfterWait: 9)
        #expect(RateLimiter(seconds).reply(wait: 1, now: Self.noon).headers[0].value == "9")
        let silent = RateLimit(callsPerSecond: 1, retryAfter: .none, retryAfterWait: 9)
        #expect(RateLimiter(silent).reply(wait: 1, now: Self.noon).headers.isEmpty)
    }

    @Test(
        "a limit that can't be enforced is a problem",
        arguments: [
            RateLimit(callsPerSecond: 0), RateLimit(callsPerSecond: -1), RateLimit(callsPerSecond: .nan),
            RateLimit(callsPerSecond: 1_000_001), RateLimit(callsPerSecond: 1, kind: .bucket(burst: 0)),
            RateLimit(callsPerSecond: 1.5, kind: .window), RateLimit(callsPerSecond: 1, retryAfterWait: -1),
        ])
    func problems(_ limit: RateLimit) {
        #expect(limit.problem != nil)
        #expect(RateLimit(callsPerSecond: 1.5).problem == nil)
    }
}
