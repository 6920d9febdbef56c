import ExactJSON
import PaymentJobs
import Pipeline
import Testing

@testable import MercadoPago

/// What must never be seen.
enum Canary {
    static let accessToken = "APP_USR-7434-canary-access-token"
    static let cardToken = "9b2d63e00d66a8c721607214cedaecda"
    static let securityCode = "123"
    static let email = "Canary+Buyer@example.com"
}

enum Sample {
    static let token = requireToken(Canary.cardToken)
    static let customer = requireCustomer("123456789-jxOV430go9fx2e")

    static func requireToken(_ text: String) -> CardToken {
        guard let token = CardToken(text) else { preconditionFailure("a sample token") }
        return token
    }

    static func requireCustomer(_ text: String) -> CustomerID {
        guard let customer = CustomerID(text) else { preconditionFailure("a sample customer") }
        return customer
    }

    static func job(_ id: String = "job-1", amount: String = "100.50") -> ChargeSavedCard {
        guard let id = JobID(id), let amount = ExactDecimal(amount) else {
            preconditionFailure("a sample job")
        }
        return ChargeSavedCard(jobID: id, customerID: customer, token: token, transactionAmount: amount)
    }

    static func key(_ job: ChargeSavedCard) -> IdempotencyKey {
        IdempotencyKey(account: job.account, job: job.jobID)
    }

    /// A payment of our own in the shape of the recordings.
    static let payment = """
        {"id":17014025134,"status":"approved","status_detail":"accredited","transaction_amount":100.50,\
        "currency_id":"BRL","installments":1,"metadata":{"cobrador_job_id":"job-1","cobrador_digest":"d"},\
        "card":{"id":"9267060453","last_four_digits":"6351"}}
        """
}

/// A complete response.
func response(_ status: String, _ body: String, headers: String = "") -> String {
    let length = "content-length: \(body.utf8.count)\r\n"
    return "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\n\(headers)\(length)\r\n\(body)"
}

/// A client of `server` with short limits, which is shut down afterwards.
func withClient<Result>(
    port: Int, scheme: String = "http", _ change: (inout MercadoPagoConfiguration) -> Void = { _ in },
    _ body: (MercadoPagoClient) async throws -> Result
) async throws -> Result {
    var configuration = MercadoPagoConfiguration(accessToken: Secret(Canary.accessToken))
    configuration.baseURL = "\(scheme)://127.0.0.1:\(port)"
    configuration.connectTimeout = .seconds(10)
    configuration.readTimeout = .seconds(10)
    configuration.callTimeout = .seconds(10)
    change(&configuration)
    let client = try MercadoPagoClient(configuration)
    do {
        let result = try await body(client)
        await client.shutdown()
        return result
    } catch {
        await client.shutdown()
        throw error
    }
}

/// What a server answers to one call of the client.
func answering<Result>(
    _ response: String, _ body: (MercadoPagoClient, ScriptedServer) async throws -> Result
) async throws -> Result {
    try await ScriptedServer.run(.onRequest { _ in [.send(response)] }) { server in
        try await withClient(port: server.port) { try await body($0, server) }
    }
}

extension MercadoPagoClient {
    /// Makes a payment and expects it to fail.
    func failedPayment() async throws -> MercadoPagoError {
        let job = Sample.job()
        do {
            let answer = try await createPayment(PaymentRequest(job), key: Sample.key(job))
            Issue.record("answered \(answer.value)")
            throw CancellationError()
        } catch let error as MercadoPagoError {
            return error
        }
    }

    /// Makes a payment and expects this failure.
    func expectFailure(
        _ expected: MercadoPagoError, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let error = try await failedPayment()
        #expect(error == expected, sourceLocation: sourceLocation)
    }
}

extension PaymentRequest {
    /// The payment that a charge by token asks for.
    init(_ job: ChargeSavedCard) { self.init(job, token: job.cardToken) }
}

extension MercadoPagoGateway {
    /// Makes the payment that a charge by token asks for.
    func createPayment(
        for job: ChargeSavedCard, key: IdempotencyKey
    ) async throws(GatewayError) -> GatewayAnswer<GatewayPayment> {
        try await createPayment(for: job, token: job.cardToken, key: key)
    }
}

extension ChargeSavedCard {
    var cardToken: CardToken {
        guard case .token(let token) = source else { preconditionFailure("these tests charge by token") }
        return token
    }
}
