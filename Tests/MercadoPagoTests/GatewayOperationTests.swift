import ExactJSON
import PaymentJobs
import Pipeline
import Testing

@testable import MercadoPago

/// What the pipeline's port makes of the calls for payments that exist.
@Suite("The gateway's calls for payments that exist") struct GatewayOperationTests {
    private let id = PaymentID(rawValue: 77)!
    private let job = PaymentOperation(
        jobID: JobID("op-1")!, paymentID: PaymentID(rawValue: 77)!,
        action: .refund(amount: ExactDecimal("10.50")))
    private var key: IdempotencyKey { IdempotencyKey(account: job.account, job: job.jobID) }

    private static let payment =
        #"{"id":77,"status":"approved","transaction_amount":100,"transaction_amount_refunded":10.5}"#

    /// Makes a call, and returns what it gave with the request that the server saw.
    private func exchange<Value>(
        _ body: String, status: String = "200 OK",
        _ call: (MercadoPagoGateway) async throws -> GatewayAnswer<Value>
    ) async throws -> (value: Value, request: ScriptedServer.Request) {
        try await answering(response(status, body)) { client, server in
            let answer = try await call(MercadoPagoGateway(client))
            return (answer.value, try #require(server.requests.first))
        }
    }

    @Test("a payment is read with what of it was refunded")
    func read() async throws {
        let (value, request) = try await exchange(Self.payment) { try await $0.payment(id) }
        #expect(value.facts.refundedAmount == ExactDecimal("10.5"))
        #expect("\(request.method) \(request.target)" == "GET /v1/payments/77")
    }

    @Test("captures, cancellations and refunds carry the job's key")
    func keys() async throws {
        let capture = try await exchange(Self.payment) {
            try await $0.capturePayment(id, amount: ExactDecimal("10"), key: key)
        }
        #expect(capture.request.body == #"{"capture":true,"transaction_amount":10}"#)
        let cancel = try await exchange(Self.payment) { try await $0.cancelPayment(id, key: key) }
        #expect(cancel.request.body == #"{"status":"cancelled"}"#)
        for request in [capture.request, cancel.request] {
            #expect("\(request.method) \(request.target)" == "PUT /v1/payments/77")
            #expect(request.headers["x-idempotency-key"] == [key.description])
        }
    }

    @Test("a refund carries its job, and tells whose it is")
    func refund() async throws {
        let digest = job.digest
        let answer =
            #"{"id":5,"payment_id":77,"amount":10.5,"status":"approved","date_created":"#
            + #""2022-01-10T10:10:10.000-00:00","metadata":{"cobrador_job_id":"op-1","cobrador_digest":"d"}}"#
        let (value, request) = try await exchange(answer, status: "201 Created") {
            try await $0.refundPayment(for: job, amount: ExactDecimal("10.50"), key: key)
        }
        #expect("\(request.method) \(request.target)" == "POST /v1/payments/77/refunds")
        #expect(request.headers["x-idempotency-key"] == [key.description])
        #expect(
            request.body
                == #"{"amount":10.50,"metadata":{"cobrador_job_id":"op-1","cobrador_digest":"\#(digest)"}}"#)
        let facts = RefundFacts(
            id: 5, amount: ExactDecimal("10.5"), status: "approved",
            dateCreated: "2022-01-10T10:10:10.000-00:00")
        #expect(
            value
                == GatewayRefund(facts: facts, jobID: "op-1", digest: "d", createdAt: 1_641_809_410_000))
    }

    @Test("refunds are listed") func refunds() async throws {
        let (value, _) = try await exchange(#"[{"id":5,"amount":1},{"id":6,"amount":2}]"#) {
            try await $0.refunds(of: id)
        }
        #expect(value.map(\.facts.id) == [5, 6] && value.allSatisfy { $0.jobID == nil })
    }

    @Test("a default card is a change of its customer") func makeDefault() async throws {
        let customer = CustomerID("1-a")!
        let (_, request) = try await exchange(#"{"id":"1-a"}"#) {
            try await $0.makeDefault(CardID("1490022319978")!, of: customer)
        }
        #expect("\(request.method) \(request.target)" == "PUT /v1/customers/1-a")
        #expect(request.body == #"{"default_card":"1490022319978"}"#)
    }

    @Test(
        "an amount that is refused with 401 says nothing of the credentials", arguments: ["4040", "4041"])
    func amount(code: String) async throws {
        let body = #"{"message":"m","error":"e","status":401,"cause":[{"code":\#(code),"description":"d"}]}"#
        let error = await #expect(throws: GatewayError.self) {
            _ = try await exchange(body, status: "401 Unauthorized") {
                try await $0.refundPayment(for: job, amount: nil, key: key)
            }
        }
        guard case .refused = error else {
            Issue.record("expected a refusal, got \(String(describing: error))")
            return
        }
    }
}
