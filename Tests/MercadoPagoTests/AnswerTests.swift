import ExactJSON
import PaymentJobs
import Pipeline
import Testing

@testable import MercadoPago

@Suite("Whatever the gateway answers is told apart")
struct AnswerTests {
    private func failure(
        _ reply: String, _ change: (inout MercadoPagoConfiguration) -> Void = { _ in }
    ) async throws -> MercadoPagoError {
        try await ScriptedServer.run(.onRequest { _ in [.send(reply)] }) { server in
            try await withClient(port: server.port, change) { try await $0.failedPayment() }
        }
    }

    @Test("a payment with its status and request id")
    func success() async throws {
        let reply = response(
            "200 OK", Sample.payment, headers: "X-Request-Id: bb56a2f1-6aae-46ac-982e-9dcd3581d08e\r\n")
        try await answering(reply) { client, _ in
            let job = Sample.job()
            let answer = try await client.createPayment(PaymentRequest(job), key: Sample.key(job))
            #expect(answer.httpStatus == 200)
            #expect(answer.requestID == "bb56a2f1-6aae-46ac-982e-9dcd3581d08e")
            #expect(answer.value.id == 17_014_025_134)
        }
    }

    @Test("a body in chunks is one body")
    func chunked() async throws {
        var reply = "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n"
        for character in Sample.payment { reply += "1\r\n\(character)\r\n" }
        try await answering(reply + "0\r\n\r\n") { client, _ in
            let job = Sample.job()
            let answer = try await client.createPayment(PaymentRequest(job), key: Sample.key(job))
            #expect(answer.value.transactionAmount?.description == "100.50")
        }
    }

    @Test(
        "an error of the gateway's own may have been done",
        arguments: [
            "500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout",
        ])
    func serverError(status: String) async throws {
        let error = try await failure(response(status, "<html><body>nginx</body></html>"))
        guard case .answered(let answer) = error else { throw error }
        #expect("\(answer.status)" == status.prefix(3) && answer.codes.isEmpty)
        #expect(error.mayHaveBeenDone)
        #expect(error.description == "HTTP \(answer.status), HTTP status \(answer.status)")
    }

    @Test(
        "a success that can't be read may have been done",
        arguments: ["", "<html>", "[]", "{}", #"{"id":1}"#])
    func unreadable(body: String) async throws {
        let error = try await failure(response("201 Created", body))
        guard case .unreadable(let answer) = error else { throw error }
        #expect(answer.httpStatus == 201 && error.mayHaveBeenDone)
    }

    @Test("an answer over the limit is not read, announced or not")
    func tooLarge() async throws {
        let body = String(repeating: " ", count: 3000)
        let announced = response("201 Created", body)
        let inChunks = "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\nbb8\r\n\(body)\r\n0\r\n\r\n"
        for reply in [announced, inChunks] {
            let error = try await failure(reply) { $0.responseSizeMax = 2999 }
            guard case .unreadable(let answer) = error else { throw error }
            #expect(answer.httpStatus == 201 && answer.why == "more than 2999 bytes" && error.mayHaveBeenDone)
        }
    }

    @Test("an empty success, and a change of protocol, may have been done")
    func neither() async throws {
        let empty = try await failure("HTTP/1.1 204 No Content\r\n\r\n")
        guard case .unreadable(let answer) = empty else { throw empty }
        #expect(answer.httpStatus == 204 && empty.mayHaveBeenDone)
        let upgrade = "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"
        let switched = try await failure(upgrade) { $0.readTimeout = .milliseconds(150) }
        #expect(switched.mayHaveBeenDone, "\(switched)")
    }

    @Test("an early hint before the answer is passed over")
    func earlyHint() async throws {
        let reply = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + response("201 Created", Sample.payment)
        try await answering(reply) { client, _ in
            let answer = try await client.payment(17_014_025_134)
            #expect(answer.value.id == 17_014_025_134)
        }
    }

    @Test("a redirect is not followed")
    func redirect() async throws {
        let reply = response("307 Temporary Redirect", "", headers: "location: /v1/elsewhere\r\n")
        try await answering(reply) { client, server in
            let error = try await client.failedPayment()
            guard case .answered(let answer) = error else { throw error }
            #expect(answer.status == 307 && error.mayHaveBeenDone)
            #expect(server.requests.count == 1)
        }
    }

    @Test("a compressed answer isn't unpacked")
    func compressed() async throws {
        let error = try await failure(
            response("201 Created", Sample.payment + "\u{1f}", headers: "content-encoding: gzip\r\n"))
        guard case .unreadable = error else { throw error }
    }

    @Test("Retry-After, the gateway's codes and its request id reach the pipeline")
    func throttled() async throws {
        let body =
            #"{"message":"too many","error":"too_many_requests","status":429,"cause":[{"code":429001}]}"#
        let reply = response(
            "429 Too Many Requests", body, headers: "Retry-After: 7\r\nX-Request-ID: r-1\r\n")
        try await answering(reply) { client, _ in
            let job = Sample.job()
            let fault = GatewayFault(
                httpStatus: 429, codes: ["429001"], message: "too many", requestID: "r-1")
            await #expect(throws: GatewayError.throttled(fault, retryAfter: .seconds(7))) {
                try await MercadoPagoGateway(client).createPayment(for: job, key: Sample.key(job))
            }
        }
    }
}
