import NIOCore
import NIOPosix
import PaymentJobs
import Testing

@testable import MercadoPago

@Suite("A payment that was certainly not sent says so", .timeLimit(.minutes(1)))
struct NotSentTests {
    @Test("nobody listens on the port")
    func refused() async throws {
        let port = try await ScriptedServer.run(.onAccept([.close])) { $0.port }
        try await withClient(port: port) { client in
            try await client.expectFailure(.notSent(TransportFault(.connectionRefused)))
        }
    }

    @Test("the host has no address")
    func noAddress() async throws {
        try await withClient(port: 1) { configuration in
            configuration.baseURL = "http://no-such-host.invalid:1"
            configuration.permitsPlainHTTP = true
            configuration.connectTimeout = .milliseconds(800)
        } _: { client in
            // Where the resolver itself is out of reach, the connect timeout is first.
            let expected: [MercadoPagoError] = [
                .notSent(TransportFault(.nameNotResolved)), .notSent(TransportFault(.connectTimeout)),
            ]
            let error = try await client.failedPayment()
            #expect(expected.contains(error), "\(error)")
        }
    }

    @Test("the server speaks no TLS")
    func plainText() async throws {
        let reply = response("400 Bad Request", "")
        try await ScriptedServer.run(.onFirstBytes([.send(reply), .close])) { server in
            try await withClient(port: server.port, scheme: "https") { client in
                try await client.expectFailure(.notSent(TransportFault(.tls)))
            }
        }
    }

    @Test("the server never answers the TLS handshake")
    func silentHandshake() async throws {
        try await ScriptedServer.run(.onAccept([.hang])) { server in
            try await withClient(port: server.port, scheme: "https") {
                $0.connectTimeout = .milliseconds(150)
            } _: { client in
                let expected: [MercadoPagoError] = [
                    .notSent(TransportFault(.tls)), .notSent(TransportFault(.connectTimeout)),
                ]
                let error = try await client.failedPayment()
                #expect(expected.contains(error), "\(error)")
            }
        }
    }

    @Test("all connections stay busy")
    func poolTimeout() async throws {
        try await ScriptedServer.run(.onRequest { _ in [.hang] }) { server in
            try await withClient(port: server.port) {
                $0.connectionsMax = 1
                $0.connectTimeout = .milliseconds(700)
            } _: { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await client.failedPayment() }
                    for await _ in server.arrivals { break }
                    let error = try await client.failedPayment()
                    #expect(error == .notSent(TransportFault(.poolTimeout)))
                    group.cancelAll()
                }
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test("the call's time is over while it waits for a connection")
    func deadlineInQueue() async throws {
        try await ScriptedServer.run(.onAccept([.hang])) { server in
            try await withClient(port: server.port, scheme: "https") {
                $0.callTimeout = .milliseconds(100)
                // Shutting down waits for the connection that is being made.
                $0.connectTimeout = .milliseconds(600)
            } _: { client in
                try await client.expectFailure(.notSent(TransportFault(.callTimeout)))
            }
        }
    }

    @Test("the caller gave up before, or the client was shut down")
    func before() async throws {
        try await answering(response("201 Created", Sample.payment)) { client, server in
            try await withThrowingTaskGroup(of: MercadoPagoError.self) { group in
                group.cancelAll()
                group.addTask { try await client.failedPayment() }
                let error = try await group.next()
                #expect(error == .notSent(TransportFault(.cancelled)))
            }
            await client.shutdown()
            try await client.expectFailure(.notSent(TransportFault(.shutDown)))
            #expect(server.requests.isEmpty)
        }
    }

    /// The claim that money depends on, put under load: deadlines that end anywhere in a call.
    @Test("no payment that is called not sent ever arrives", arguments: 0..<16)
    func neverArrives(round: Int) async throws {
        let answer = response("201 Created", Sample.payment)
        // Every third call gets no answer: it holds its connection until its deadline, others wait behind it.
        try await ScriptedServer.run(
            .onRequest { $0.body.utf8.count.isMultiple(of: 3) ? [.hang] : [.send(answer)] }
        ) { server in
            let denied = try await withClient(port: server.port) {
                $0.connectionsMax = 4
                $0.callTimeout = .microseconds(500 << (round / 2) + round * 37)
            } _: { client in
                await withTaskGroup(of: String?.self) { group in
                    for number in 0..<50 {
                        group.addTask {
                            await Self.keyIfNotSent(
                                Sample.job("\(round)-" + String(repeating: "x", count: number)), client)
                        }
                    }
                    return await group.reduce(into: Set<String>()) { if let key = $1 { $0.insert(key) } }
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
            let arrived = Set(server.requests.compactMap { $0.headers["x-idempotency-key"]?.first })
            #expect(denied.isDisjoint(with: arrived))
        }
    }

    private static func keyIfNotSent(_ job: ChargeSavedCard, _ client: MercadoPagoClient) async -> String? {
        do {
            _ = try await client.createPayment(PaymentRequest(job), key: Sample.key(job))
            return nil
        } catch .notSent {
            return Sample.key(job).description
        } catch {
            return nil
        }
    }
}
