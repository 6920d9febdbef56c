import ExactJSON
import Sandbox
import Testing

@Suite("Faults that need no socket") struct FaultTests {
    private static let payments: JSON = ["method": "POST", "path": "/v1/payments"]

    @Test(
        "a 5xx before does nothing, a 5xx after has charged",
        arguments: [("5xx-before", 0), ("5xx-after", 1)])
    func serverErrors(_ kind: String, _ made: Int) async throws {
        try await Bench.run { bench in
            for status in [500, 502, 503, 504] {
                _ = try await bench.post("/_sandbox/reset", [:])
                let ana = try await bench.seed()[0]
                let fault: JSON = [
                    "match": Self.payments, "kind": .string(kind), "status": JSON(status), "times": 1,
                ]
                #expect(try await bench.post("/_sandbox/faults", fault).status == 201)
                let answer = try await bench.post("/v1/payments", Bench.charge(ana), key: "k")
                #expect(answer.status == status && (answer.json == "not JSON") == (status == 502))
                #expect(try await bench.get("/_sandbox/payments").json["total"] == JSON(made))
                let again = try await bench.post("/v1/payments", Bench.charge(ana), key: "k")
                #expect(again.status == (made == 1 ? 200 : 201))
                #expect(try await bench.get("/_sandbox/payments").json["total"] == 1)
            }
        }
    }

    @Test("429 says when to come back; a status is whatever was asked for")
    func answers() async throws {
        try await Bench.run { bench in
            _ = try await bench.post("/_sandbox/faults", ["kind": "429", "retry_after": 7, "times": 1])
            let throttled = try await bench.get("/v1/payments/1")
            #expect(throttled.status == 429 && throttled.header("Retry-After") == "7")
            #expect(throttled.header("X-Request-Id") != nil)
            let teapot: JSON = ["kind": "status", "status": 424, "body": ["message": "tea"], "times": 1]
            _ = try await bench.post("/_sandbox/faults", teapot)
            let answer = try await bench.get("/v1/payments/1")
            #expect(answer.status == 424 && answer.json == ["message": "tea"])
            #expect(try await bench.get("/v1/payments/1").status == 404)
        }
    }

    @Test("a fault strikes the calls it is for, as often as it says")
    func matching() async throws {
        try await Bench.run { bench in
            let (ana, bob) = (
                try await bench.seed(1, tokens: 3)[0], try await bench.seed(1, holder: "BOB")[0]
            )
            let fault: JSON = [
                "match": [
                    "method": "post", "path": "/v1/payments", "holder": "APRO", "external_reference": "r",
                ],
                "kind": "status", "status": 500, "times": 2,
            ]
            _ = try await bench.post("/_sandbox/faults", fault)
            func pay(_ who: SeededCustomer, _ token: Int, _ reference: String) async throws -> Int {
                let body = Bench.charge(
                    who, ["token": .string(who.tokens[token]), "external_reference": .string(reference)])
                return try await bench.post("/v1/payments", body, key: "\(who.id) \(token) \(reference)")
                    .status
            }
            #expect(try await pay(bob, 0, "r") == 201)
            #expect(try await pay(ana, 0, "other") == 201)
            #expect(try await pay(ana, 1, "r") == 500)
            #expect(try await pay(ana, 1, "r") == 500)
            #expect(try await pay(ana, 1, "r") == 201)
            #expect(try await bench.get("/v1/payments/search?external_reference=r").status == 200)
            let listed = try await bench.get("/_sandbox/faults").json["faults"]?[0]
            #expect(listed?["applied"] == 2 && listed?["remaining"] == 0)
            #expect(try await bench.call("DELETE", "/_sandbox/faults").status == 200)
            #expect(try await bench.get("/_sandbox/faults").json == ["faults": []])
        }
    }

    @Test("a path may be a template or the path itself")
    func paths() async throws {
        try await Bench.run { bench in
            let fault: JSON = [
                "match": ["path": "/v1/payments/{id}"], "kind": "status", "status": 500, "times": 1,
            ]
            _ = try await bench.post("/_sandbox/faults", fault)
            #expect(try await bench.get("/v1/payments/search").status == 200)
            #expect(try await bench.get("/v1/payments/2").status == 500)
            let exact: JSON = ["match": ["path": "/v1/payments/2"], "kind": "status", "status": 500]
            _ = try await bench.post("/_sandbox/faults", exact)
            #expect(try await bench.get("/v1/payments/3").status == 404)
            #expect(try await bench.get("/v1/payments/2").status == 500)
        }
    }

    @Test("a probable fault strikes as often as its seed says, every time")
    func probability() async throws {
        func struck() async throws -> [Int] {
            let statuses = Statuses()
            try await Bench.run { bench in
                let share = JSONNumber("0.25").map(JSON.number) ?? nil
                let fault: JSON = ["kind": "status", "status": 500, "probability": share, "seed": 42]
                _ = try await bench.post("/_sandbox/faults", fault)
                for _ in 0..<400 { await statuses.add(try await bench.get("/v1/payments/1").status) }
            }
            return await statuses.all
        }
        let first = try await struck()
        let count = first.count { $0 == 500 }
        #expect((60...140).contains(count))
        #expect(try await struck() == first)
    }

    private actor Statuses {
        private(set) var all: [Int] = []

        func add(_ status: Int) { all.append(status) }
    }

    @Test("latency holds an answer back, and nothing is done before")
    func latency() async throws {
        try await Bench.run { bench in
            let fault: JSON = ["kind": "latency", "milliseconds": 300, "times": 1]
            _ = try await bench.post("/_sandbox/faults", fault)
            let time = try await ContinuousClock().measure { _ = try await bench.get("/v1/payments/1") }
            #expect(time >= .milliseconds(300))
        }
        try await Bench.run({ $0.latency = .milliseconds(200) }) { bench in
            let time = try await ContinuousClock().measure { _ = try await bench.get("/v1/payments/1") }
            #expect(time >= .milliseconds(200))
        }
    }

    @Test(
        "a fault that can't be understood is refused",
        arguments: [
            ["kind": "reset"], ["knd": "hang"], [:], ["kind": "latency"], ["kind": "status"],
            ["kind": "hang", "milliseconds": -1], ["kind": "hang", "times": 0],
            ["kind": "hang", "probability": 2],
            ["kind": "5xx-after", "status": 404], ["kind": "hang", "match": ["card": "x"]],
            ["kind": "hang", "match": 1],
            ["kind": "429", "retry_after": "soon"], [],
        ] as [JSON])
    func refusals(_ body: JSON) async throws {
        try await Bench.run { bench in
            let answer = try await bench.post("/_sandbox/faults", body)
            #expect(answer.status == 400 && answer.json["error"]?.string?.isEmpty == false)
            #expect(try await bench.get("/_sandbox/faults").json == ["faults": []])
        }
    }

    @Test("only so many faults are armed at once; exhausted ones make room")
    func limit() async throws {
        try await Bench.run({ $0.faultsMax = 2 }) { bench in
            let once: JSON = ["kind": "status", "status": 500, "times": 1]
            let first = try await bench.post("/_sandbox/faults", once)
            #expect(first.status == 201)
            #expect(try await bench.post("/_sandbox/faults", once).status == 201)
            #expect(try await bench.post("/_sandbox/faults", once).status == 400)
            #expect(try await bench.get("/v1/payments/1").status == 500)
            #expect(try await bench.post("/_sandbox/faults", once).status == 201)
        }
    }
}
