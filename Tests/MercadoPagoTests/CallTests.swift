import ExactJSON
import PaymentJobs
import Testing

@testable import MercadoPago

@Suite("Every call of the client", .timeLimit(.minutes(1)))
struct CallTests {
    @Test("each endpoint has a sample")
    func complete() {
        #expect(Set(SampleCall.all.map(\.endpoint)) == Set(Endpoint.allCases))
    }

    @Test("sends these bytes", arguments: SampleCall.all)
    func golden(call: SampleCall) async throws {
        let request = try await answering(response("200 OK", call.answer)) { client, server in
            try await call.run(client)
            #expect(server.requests.count == 1)
            return try #require(server.requests.first)
        }
        #expect(request.method == call.endpoint.method.rawValue && request.target == call.target)
        #expect(request.body == call.body)
        #expect(request.headers["authorization"] == ["Bearer \(Canary.accessToken)"])
        #expect(request.headers["accept"] == ["application/json"])
        let hasBody = [.post, .put].contains(call.endpoint.method)
        #expect(request.headers["content-type"] == (hasBody ? ["application/json"] : nil))
        #expect(request.headers["content-length"] == (hasBody ? ["\(call.body.utf8.count)"] : nil))
        #expect(request.headers["transfer-encoding"] == nil)
        #expect(request.headers["x-idempotency-key"] == call.key.map { ["\($0)"] })
        let usual: Set = ["authorization", "accept", "accept-encoding", "user-agent", "host"]
        let body: Set = ["content-type", "content-length", "x-idempotency-key"]
        #expect(Set(request.headers.keys).subtracting(usual).isSubset(of: body))
    }

    /// Status, body, and what is read from it: codes, message.
    private static let envelopes: [(status: String, body: String, codes: [String], message: String)] = [
        ("400 Bad Request", #"{"message":"m","error":"e","status":400,"cause":[]}"#, [], "m"),
        ("400 Bad Request", #"{"message":"m","cause":null}"#, [], "m"),
        ("400 Bad Request", #"{"message":"m","cause":{"code":2063,"description":"d"}}"#, ["2063"], "m"),
        ("400 Bad Request", #"{"message":null,"cause":[{"code":"101","description":"d"}]}"#, ["101"], "d"),
        ("404 Not Found", #"{"message":"customer not found","cause":[[]]}"#, [], "customer not found"),
        ("400 Bad Request", #"{"message":"m","cause":[[{"code":"card-120"}]]}"#, ["card-120"], "m"),
        ("403 Forbidden", #"{"code":"unauthorized","message":"no"}"#, ["unauthorized"], "no"),
        ("405 Method Not Allowed", "", [], "HTTP status 405"),
        ("502 Bad Gateway", "<html><body>nginx</body></html>", [], "HTTP status 502"),
        ("500 Oops", #"{"message":null,"error":null,"status":500,"cause":[]}"#, [], "HTTP status 500"),
        ("423 Locked", #"{"message":"resource is locked"}"#, [], "resource is locked"),
    ]

    @Test("reads every envelope of an error", arguments: SampleCall.all)
    func envelopes(call: SampleCall) async throws {
        for (status, body, codes, message) in Self.envelopes {
            try await answering(response(status, body, headers: "x-request-id: r-1\r\n")) { client, _ in
                let error = try await call.failure(client)
                guard case .answered(let answer) = error else { throw error }
                #expect("\(answer.status)" == status.prefix(3) && answer.codes == codes)
                #expect(answer.message == message && error.requestID == "r-1")
                #expect(error.mayHaveBeenDone == ["500", "502", "423"].contains("\(answer.status)"))
            }
        }
    }

    @Test("doesn't take an answer that lacks what identifies its object", arguments: SampleCall.all)
    func unreadable(call: SampleCall) async throws {
        for body in ["", "<html>", "null", "{}", "[{}]", "[null]", #"{"id":null}"#, #"{"results":[]}"#] {
            try await answering(response("200 OK", body)) { client, _ in
                let error = try await call.failure(client)
                guard case .unreadable(let answer) = error else { throw error }
                #expect(answer.httpStatus == 200 && error.mayHaveBeenDone, "\(body)")
            }
        }
    }

    @Test("closed after the request leaves open if it was done", arguments: SampleCall.all)
    func interrupted(call: SampleCall) async throws {
        try await ScriptedServer.run(.onRequest { _ in [.close] }) { server in
            try await withClient(port: server.port) { client in
                let error = try await call.failure(client)
                #expect(error == .interrupted(TransportFault(.connectionClosed)))
                #expect(server.requests.count == 1, "a call is made once")
            }
        }
    }

    @Test("where nobody listens, nothing was sent", arguments: SampleCall.all)
    func refused(call: SampleCall) async throws {
        let port = try await ScriptedServer.run(.onAccept([.close])) { $0.port }
        try await withClient(port: port) { client in
            let error = try await call.failure(client)
            #expect(error == .notSent(TransportFault(.connectionRefused)))
        }
    }

    @Test(
        "a card id that would change the address is never sent",
        arguments: [
            "", ".", "..", "a/b", "../1", "1?x=1", "1#", "1%2F2", "a b", "é", "1\r\nx: y",
            String(repeating: "1", count: 65),
        ])
    func cardID(id: String) async throws {
        let expected = MercadoPagoError.notSent(TransportFault(.invalidAddress))
        try await answering(response("200 OK", OwnSample.card)) { client, server in
            await #expect(throws: expected) { try await client.card(id, of: Sample.customer) }
            await #expect(throws: expected) { try await client.deleteCard(id, of: Sample.customer) }
            await #expect(throws: expected) {
                try await client.updateCard(id, of: Sample.customer, CardChanges())
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test("which calls write, and which name a payment")
    func properties() {
        #expect(
            Set(Endpoint.allCases.filter(\.isWrite)) == [
                .createCustomer, .updateCustomer, .deleteCustomer, .addCard, .updateCard, .deleteCard,
                .createCardToken, .createPayment, .capturePayment, .cancelPayment, .refundPayment,
            ])
        for call in SampleCall.all {
            #expect(call.endpoint.namesPayment == call.target.hasPrefix("/v1/payments/1"))
        }
    }

    /// A deletion has no body to be witnessed by, so the claim is put under load: deadlines that end anywhere.
    @Test("no deletion that is called not sent ever arrives", arguments: 0..<16)
    func deletionNeverArrives(round: Int) async throws {
        let answer = response("200 OK", OwnSample.card)
        try await ScriptedServer.run(
            .onRequest { $0.target.utf8.count.isMultiple(of: 3) ? [.hang] : [.send(answer)] }
        ) { server in
            let denied = try await withClient(port: server.port) {
                $0.connectionsMax = 4
                $0.callTimeout = .microseconds(500 << (round / 2) + round * 37)
            } _: { client in
                await withTaskGroup(of: String?.self) { group in
                    for number in 1...50 {
                        let id = String(repeating: "7", count: number)
                        group.addTask { await Self.idIfNotSent(id, client) }
                    }
                    return await group.reduce(into: Set<String>()) { if let id = $1 { $0.insert(id) } }
                }
            }
            // The client is shut down, so every connection ends, after all of its bytes were read.
            if server.connections > 0 {
                var ended = 0
                for await _ in server.departures {
                    ended += 1
                    if ended == server.connections { break }
                }
            }
            let arrived = Set(server.requests.map { String($0.target.split(separator: "/").last ?? "") })
            #expect(denied.isDisjoint(with: arrived))
        }
    }

    private static func idIfNotSent(_ id: String, _ client: MercadoPagoClient) async -> String? {
        do {
            _ = try await client.deleteCard(id, of: Sample.customer)
            return nil
        } catch .notSent {
            return id
        } catch {
            return nil
        }
    }
}
