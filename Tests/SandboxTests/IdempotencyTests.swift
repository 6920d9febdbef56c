import ExactJSON
import Testing

@testable import Sandbox

@Suite("Idempotency keys") struct IdempotencyTests {
    @Test("a repeat answers 200 with the payment that there is, although its token is spent")
    func replay() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed(1, holder: "FUND")[0]
            let first = try await bench.post("/v1/payments", Bench.charge(ana), key: "k")
            #expect(first.status == 201)
            var reordered = JSONObject()
            for member in try #require(Bench.charge(ana).object).members.reversed() {
                reordered[member.name] = member.value
            }
            for body in [Bench.charge(ana), .object(reordered)] {
                let again = try await bench.post("/v1/payments", body, key: "k")
                #expect(again.status == 200 && again.json == first.json)
                #expect(again.header("X-Response-Status") == "rejected/cc_rejected_insufficient_amount")
            }
            #expect(try await bench.get("/_sandbox/payments").json["payments"]?[0]?["posts"] == 3)
        }
    }

    @Test("another body under the same key is a conflict, even a wrong one")
    func conflict() async throws {
        try await Bench.run { bench in
            let ana = try await bench.seed()[0]
            _ = try await bench.post("/v1/payments", Bench.charge(ana), key: "k")
            let other = Bench.charge(ana, ["transaction_amount": "wrong"])
            #expect(try await bench.post("/v1/payments", other, key: "k").status == 409)
            #expect(try await bench.get("/_sandbox/payments").json["total"] == 1)
        }
    }

    @Test("a key is locked while its payment is being made")
    func locked() async throws {
        // Long enough that the second call comes while the first is under way, on any machine.
        try await Bench.run({ $0.processing = .seconds(2) }, callsAtOnce: true) { bench in
            let ana = try await bench.seed()[0]
            async let one = bench.post("/v1/payments", Bench.charge(ana), key: "k").status
            async let two = bench.post("/v1/payments", Bench.charge(ana), key: "k").status
            #expect(try await [one, two].sorted() == [201, 423])
            #expect(try await bench.post("/v1/payments", Bench.charge(ana), key: "k").status == 200)
            #expect(try await bench.get("/_sandbox/payments").json["total"] == 1)
        }
    }

    @Test("the book tells fresh, locked, conflict and replay apart")
    func book() {
        var book = IdempotencyBook(keysMax: 10)
        #expect(book.begin("k", body: [1]) == .fresh)
        #expect(book.begin("k", body: [1]) == .locked)
        #expect(book.begin("k", body: [2]) == .conflict)
        book.release("k")
        #expect(book.begin("k", body: [2]) == .fresh)
        book.complete("k", id: 7)
        #expect(book.begin("k", body: [2]) == .replay(id: 7))
        #expect(book.begin("k", body: [1]) == .conflict)
        #expect(book.begin("other", body: [1]) == .fresh)
        #expect(book.posts("k") == 6 && book.posts("other") == 1 && book.posts("nobody's") == 0)
    }

    @Test("a key whose retention is over makes another payment, and one in use stays locked")
    func retention() async throws {
        try await Bench.run { bench in
            let people = try await bench.seed(2)
            #expect(try await bench.post("/v1/payments", Bench.charge(people[0]), key: "k").status == 201)
            #expect(try await bench.post("/_sandbox/forget-keys", [:]).json == ["forgotten": 1])
            #expect(try await bench.post("/v1/payments", Bench.charge(people[0]), key: "k").code == 3_003)
            #expect(try await bench.post("/v1/payments", Bench.charge(people[1]), key: "k").status == 201)
            #expect(try await bench.post("/v1/payments", Bench.charge(people[1]), key: "k").status == 200)
            #expect(try await bench.get("/_sandbox/payments").json["total"] == 2)
            let id = try await bench.pay()
            #expect(try await bench.refund(id, ["amount": 10], key: "r").status == 201)
            #expect(try await bench.refund(id, ["amount": 10], key: "r").status == 200)
            #expect(try await bench.post("/_sandbox/forget-keys", [:]).json == ["forgotten": 3])
            #expect(try await bench.refund(id, ["amount": 10], key: "r").status == 201)
            #expect(try await bench.get("/v1/payments/\(id)/refunds").json.array?.count == 2)
        }
        var book = IdempotencyBook(keysMax: 10)
        _ = book.begin("k", body: [1])
        #expect(book.forgetAll() == 0 && book.begin("k", body: [1]) == .locked)
    }

    @Test("a forgotten payment frees its own key alone")
    func forgottenPayment() {
        var book = IdempotencyBook(keysMax: 10)
        _ = book.begin("k", body: [1])
        book.complete("k", id: 7)
        #expect(book.forgetAll() == 1)
        _ = book.begin("k", body: [1])
        book.complete("k", id: 8)
        book.forget("k", id: 7)
        #expect(book.begin("k", body: [1]) == .replay(id: 8))
        book.forget("k", id: 8)
        #expect(book.begin("k", body: [1]) == .fresh)
    }

    @Test("a forgotten payment frees its key, and the ledger says how many were forgotten")
    func eviction() async throws {
        try await Bench.run({ $0.paymentsMax = 2 }) { bench in
            let people = try await bench.seed(3)
            for (index, person) in people.enumerated() {
                let body = Bench.charge(person, ["external_reference": "r"])
                #expect(try await bench.post("/v1/payments", body, key: "k\(index)").status == 201)
            }
            let ledger = try await bench.get("/_sandbox/payments").json
            #expect(ledger["total"] == 2 && ledger["evicted"] == 1)
            let found = try await bench.get("/v1/payments/search?external_reference=r")
            #expect(found.json["paging"]?["total"] == 2)
            let body = Bench.charge(people[0], ["external_reference": "r"])
            #expect(try await bench.post("/v1/payments", body, key: "k0").code == 3_003)
        }
    }
}
