import NIOCore
import PaymentJobs
import Testing

@testable import MercadoPago

@Suite("A payment that may have arrived is never called not sent", .timeLimit(.minutes(1)))
struct InterruptedTests {
    private static let half = "HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n{\"id\":17014025134,"

    private func failure(
        _ steps: [ScriptedServer.Step], _ change: (inout MercadoPagoConfiguration) -> Void = { _ in }
    ) async throws -> MercadoPagoError {
        try await ScriptedServer.run(.onRequest { _ in steps }) { server in
            let error = try await withClient(port: server.port, change) { try await $0.failedPayment() }
            #expect(server.requests.count == 1, "a payment is sent once")
            return error
        }
    }

    @Test("closed after the request")
    func closed() async throws {
        #expect(try await failure([.close]) == .interrupted(TransportFault(.connectionClosed)))
    }

    @Test("reset after the request")
    func reset() async throws {
        #expect(try await failure([.reset]) == .interrupted(TransportFault(.connectionReset)))
    }

    @Test("silent after the request")
    func silent() async throws {
        let error = try await failure([.hang]) { $0.readTimeout = .milliseconds(120) }
        #expect(error == .interrupted(TransportFault(.readTimeout)))
    }

    @Test("silent until the call's time is over")
    func deadline() async throws {
        let error = try await failure([.hang]) { $0.callTimeout = .milliseconds(800) }
        #expect(error == .interrupted(TransportFault(.callTimeout)))
    }

    @Test("half a head, then closed")
    func halfHead() async throws {
        let error = try await failure([.send("HTTP/1.1 201 Crea"), .close])
        #expect(error.isInterrupted)
    }

    @Test("half a body, then closed")
    func halfBody() async throws {
        let error = try await failure([.send(Self.half), .close])
        #expect(error.isInterrupted)
    }

    @Test("half a body, then silent")
    func halfBodySilent() async throws {
        let error = try await failure([.send(Self.half), .hang]) { $0.readTimeout = .milliseconds(120) }
        #expect(error == .interrupted(TransportFault(.readTimeout)))
    }

    @Test("a body that drips on and on ends with the call's time")
    func dripping() async throws {
        let error = try await failure([.send(Self.half), .trickle(every: .milliseconds(10))]) {
            $0.callTimeout = .milliseconds(800)
        }
        #expect(error == .interrupted(TransportFault(.callTimeout)))
    }

    @Test("not HTTP at all")
    func garbage() async throws {
        let error = try await failure([.send("SSH-2.0-OpenSSH_9.6\r\n\r\n"), .close])
        #expect(error == .interrupted(TransportFault(.notHTTP)))
    }

    @Test("the caller gives up after the request has arrived")
    func cancelled() async throws {
        try await ScriptedServer.run(.onRequest { _ in [.hang] }) { server in
            try await withClient(port: server.port) { client in
                let error = try await withThrowingTaskGroup(of: MercadoPagoError.self) { group in
                    group.addTask { try await client.failedPayment() }
                    for await _ in server.arrivals { break }
                    group.cancelAll()
                    return try await group.next()
                }
                #expect(error == .interrupted(TransportFault(.cancelled)))
            }
        }
    }

    @Test("the client is shut down after the request has arrived")
    func shutDown() async throws {
        try await ScriptedServer.run(.onRequest { _ in [.hang] }) { server in
            try await withClient(port: server.port) { client in
                let error = try await withThrowingTaskGroup(of: MercadoPagoError.self) { group in
                    group.addTask { try await client.failedPayment() }
                    for await _ in server.arrivals { break }
                    await client.shutdown()
                    return try await group.next()
                }
                #expect(error?.isInterrupted == true)
            }
        }
    }

    @Test("closed as soon as it is accepted: whichever side is first, no answer is invented")
    func closedOnAccept() async throws {
        try await ScriptedServer.run(.onAccept([.close])) { server in
            try await withClient(port: server.port) { client in
                switch try await client.failedPayment() {
                case .notSent, .interrupted: break
                case let other: Issue.record("\(other)")
                }
            }
        }
    }

    @Test("a kept connection that was closed meanwhile: sent at most once")
    func closedWhileKept() async throws {
        let good = response("201 Created", Sample.payment)
        try await ScriptedServer.run(
            .onRequest { $0.body.contains("second") ? [.close] : [.send(good)] }
        ) { server in
            try await withClient(port: server.port) { client in
                let first = Sample.job("first")
                let second = Sample.job("second")
                _ = try await client.createPayment(PaymentRequest(first), key: Sample.key(first))
                await #expect(throws: MercadoPagoError.interrupted(TransportFault(.connectionClosed))) {
                    try await client.createPayment(PaymentRequest(second), key: Sample.key(second))
                }
                _ = try await client.createPayment(PaymentRequest(first), key: Sample.key(first))
                #expect(server.requests.map(\.connection) == [1, 1, 2])
            }
        }
    }
}

extension MercadoPagoError {
    var isInterrupted: Bool {
        if case .interrupted = self { mayHaveBeenDone } else { false }
    }
}
