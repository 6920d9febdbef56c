import ExactJSON
import Testing

@testable import Sandbox

@Suite("Calls at once") struct LoadTests {
    /// Asks until something is so, and lets others run meanwhile; it gives up after a minute.
    private static func until(_ isSo: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try await isSo() { return }
            await Task.yield()
        }
        Issue.record("it never came to that")
    }

    @Test("an arrival tells its seller, its microsecond and how many calls are under way")
    func arrivals() async throws {
        try await Bench.run({ $0.capacity = 1 }, callsAtOnce: true) { bench in
            let places = try #require(bench.admissions?.places[0])
            let start = bench.clock.uptime / 1_000
            try await places.enter()
            async let first = bench.get("/v1/payments/1")
            try await Self.until { places.waiting == 1 }
            bench.clock.move(milliseconds: 7)
            async let second = bench.get("/v1/payments/2")
            try await Self.until { places.waiting == 2 }
            // A stranger isn't anybody's call, and waits for nobody's place.
            #expect(try await bench.call("GET", "/v1/payments/3", token: "TEST-nobody").status == 401)
            var lines = try #require(try await bench.get("/_sandbox/requests").json["requests"]?.array)
            #expect(lines.map { $0["account"] } == [0, 0, .null])
            #expect(lines.map { $0["in_flight"] } == [1, 2, .null])
            #expect(lines.map { $0["at_us"] } == [start, start + 7_000, start + 7_000].map { JSON($0) })
            #expect(lines.map { $0["status"] } == [.null, .null, 401])
            #expect(lines.map { $0["took_us"] } == [.null, .null, 0])
            let busy = try await bench.get("/_sandbox/summary").json["accounts"]?[0]
            #expect(busy?["in_flight"] == 2 && busy?["in_flight_max"] == 2 && busy?["calls"] == 2)
            bench.clock.move(milliseconds: 2)
            places.leave()
            #expect(try await [first.status, second.status] == [404, 404])
            lines = try #require(try await bench.get("/_sandbox/requests").json["requests"]?.array)
            #expect(lines.map { $0["took_us"] } == [9_000, 2_000, 0])
            let idle = try await bench.get("/_sandbox/summary").json["accounts"]?[0]
            #expect(idle?["in_flight"] == 0 && idle?["in_flight_max"] == 2)
        }
    }

    @Test("a call that follows an answer on the same connection has a time and a count of its own")
    func sequence() async throws {
        try await Bench.run { bench in
            let start = bench.clock.uptime / 1_000
            for _ in 0..<3 {
                _ = try await bench.get("/v1/payments/1")
                bench.clock.move(milliseconds: 5)
            }
            let lines = try #require(try await bench.get("/_sandbox/requests").json["requests"]?.array)
            #expect(lines.map { $0["at_us"] } == [0, 5_000, 10_000].map { JSON(start + $0) })
            #expect(lines.map { $0["in_flight"] } == [1, 1, 1])
        }
    }

    @Test("a refused call is at once over, and takes no place")
    func refusedAtOnce() async throws {
        try await Bench.run(
            {
                $0.capacity = 1
                $0.latency = .seconds(3_600)
                $0.rateLimit = RateLimit(callsPerSecond: 1)
            }, callsAtOnce: true
        ) { bench in
            let places = try #require(bench.admissions?.places[0])
            _ = bench.admissions?.enter(0, at: bench.clock.uptime)
            try await places.enter()
            // The place is taken and every answer takes an hour, but this is none of them.
            #expect(try await bench.get("/v1/payments/1").status == 429)
            let line = try await bench.get("/_sandbox/requests").json["requests"]?[0]
            #expect(line?["in_flight"] == 2 && line?["took_us"] == 0)
        }
    }

    @Test("places are given in order, no more than there are")
    func order() async throws {
        let places = Places(limit: 2)
        let order = Order()
        for _ in 0..<2 { try await places.enter() }
        try await withThrowingTaskGroup { group in
            for number in 0..<4 {
                group.addTask {
                    try await places.enter()
                    await order.add(number)
                }
                try await Self.until { places.waiting == number + 1 }
            }
            #expect(await order.all.isEmpty)
            for number in 0..<2 {
                places.leave()
                try await Self.until { await order.all.count == number + 1 }
            }
            #expect(await order.all == [0, 1] && places.waiting == 2)
            places.change(limit: 1)
            // Three would be one more than is left of two.
            places.leave()
            #expect(places.waiting == 2)
            places.change(limit: nil)
            try await group.waitForAll()
        }
        #expect(await Set(order.all) == [0, 1, 2, 3] && places.waiting == 0)
    }

    @Test("who stops waiting takes no place")
    func cancellation() async throws {
        let places = Places(limit: 1)
        try await places.enter()
        let waiting = Task { try await places.enter() }
        try await Self.until { places.waiting == 1 }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        let late = Task {
            try await Self.until { Task.isCancelled }
            try await places.enter()
        }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(places.waiting == 0)
        places.leave()
        try await places.enter()
    }

    @Test("capacity and latency change while the sandbox runs, for one seller or all")
    func changes() async throws {
        let sellers = [SandboxAccount(), SandboxAccount(name: "b", accessToken: "TEST-b", publicKey: "pk-b")]
        try await Bench.run({
            $0.accounts = sellers
            $0.capacity = 9
            $0.latency = .milliseconds(1)
        }) { bench in
            func shown(_ name: String) async throws -> [JSON?]? {
                try await bench.get("/_sandbox/accounts").json["accounts"]?.array?.map { $0[name] }
            }
            #expect(try await shown("capacity") == [9, 9])
            _ = try await bench.post("/_sandbox/capacity", ["account": 1, "calls": 4])
            #expect(try await shown("capacity") == [9, 4])
            _ = try await bench.call("DELETE", "/_sandbox/capacity?account=0")
            #expect(try await shown("capacity") == [.null, 4])
            _ = try await bench.post("/_sandbox/latency", ["ms": 20])
            _ = try await bench.post("/_sandbox/latency?account=1", ["ms": 3])
            #expect(try await shown("latency_ms") == [20, 3])
            #expect(bench.admissions?.latency(0) == .milliseconds(21))
            #expect(bench.admissions?.latency(1) == .milliseconds(4))
            #expect(bench.admissions?.latency(nil) == .milliseconds(1))
            #expect(try await bench.get("/v1/payments/1").status == 404)
            for body in [["ms": -1], [:], ["ms": 1, "account": 2], ["s": 1]] as [JSON] {
                #expect(try await bench.post("/_sandbox/latency", body).status == 400)
            }
            for body in [["calls": 0], [:], ["calls": 1, "account": 2], ["places": 1]] as [JSON] {
                #expect(try await bench.post("/_sandbox/capacity", body).status == 400)
            }
            _ = try await bench.post("/_sandbox/reset", [:])
            #expect(try await shown("capacity") == [9, 9])
            #expect(try await shown("latency_ms") == [0, 0])
        }
    }

    private actor Order {
        private(set) var all: [Int] = []

        func add(_ number: Int) { all.append(number) }
    }
}
