import ExactJSON
import Foundation
import PaymentJobs
import Testing

@testable import MercadoPago

/// The examples of the landing article, as code that has to compile and run.
private enum Examples {
    static func account(_ accessToken: String, at baseURL: String) async throws {
        var configuration = MercadoPagoConfiguration(accessToken: Secret(accessToken))
        configuration.callTimeout = .seconds(20)
        configuration.baseURL = baseURL
        let client = try MercadoPagoClient(configuration)
        let account = try await client.account().value
        print("\(account.siteID ?? "?"), test user: \(account.isTestUser ?? false)")
        await client.shutdown()
    }

    static func save(_ email: Secret<String>, _ token: CardToken, _ client: MercadoPagoClient) async throws {
        let known = try await client.customers(email: email).value.first
        let customer: Customer
        if let known {
            customer = known
        } else {
            customer = try await client.createCustomer(CustomerDetails(email: email)).value
        }
        let card = try await client.addCard(CardRequest(token: token), to: customer.id).value
        print("card \(card.id) ends in \(card.lastFourDigits ?? "?")")
    }

    static func charge(
        _ amount: ExactDecimal, _ token: CardToken, _ customer: CustomerID, _ key: IdempotencyKey,
        _ client: MercadoPagoClient
    ) async {
        let request = PaymentRequest(transactionAmount: amount, token: token, payer: .customer(customer))
        do {
            let payment = try await client.createPayment(request, key: key).value
            print("payment \(payment.id) is \(payment.status.rawValue): \(payment.statusDetail ?? "-")")
        } catch {
            print(error.mayHaveBeenDone ? "repeat with the same key: \(error)" : "not charged: \(error)")
        }
    }

    static func reserve(
        _ amount: ExactDecimal, _ token: CardToken, _ customer: CustomerID, _ key: IdempotencyKey,
        isShipped: Bool, _ client: MercadoPagoClient
    ) async throws {
        var reservation = PaymentRequest(transactionAmount: amount, token: token, payer: .customer(customer))
        reservation.capture = false
        let reserved = try await client.createPayment(reservation, key: key).value
        if isShipped {
            _ = try await client.capturePayment(reserved.id)
        } else {
            _ = try await client.cancelPayment(reserved.id)
        }
    }

    static func refund(
        _ payment: Int64, _ amount: ExactDecimal, _ key: IdempotencyKey, _ client: MercadoPagoClient
    ) async throws {
        let partial = RefundRequest(amount: amount, metadata: ["order": "1234"])
        let refund = try await client.refundPayment(payment, partial, key: key).value
        let all = try await client.refunds(of: payment).value
        print("\(refund.status ?? "-"), refund \(all.count) of this payment")
    }

    static func search(_ client: MercadoPagoClient) async throws {
        var search = PaymentSearch(status: PaymentStatus(rawValue: "approved"), sort: .created, limit: 50)
        search.range = .approved
        search.window = SearchWindow(begin: "NOW-7DAYS", end: "NOW")
        let page = try await client.searchPayments(search).value
        print("\(page.results.count) of \(page.total)")
    }
}

@Suite("The landing article is true")
struct DocumentationTests {
    private static let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()

    private func article() throws -> String {
        let folder = Self.here.deletingLastPathComponent()
        let path = "../../Sources/MercadoPago/Documentation.docc/MercadoPago.md"
        let file = folder.appendingPathComponent(path).standardizedFileURL
        return try String(contentsOf: file, encoding: .utf8)
    }

    private func trimmedLines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test("every line of its examples is compiled here")
    func examples() throws {
        let compiled = Set(trimmedLines(try String(contentsOf: Self.here, encoding: .utf8)))
        let blocks = try article().components(separatedBy: "```swift\n").dropFirst()
        #expect(blocks.count == 6)
        for block in blocks {
            let code = try #require(block.components(separatedBy: "\n```").first)
            for line in trimmedLines(code) { #expect(compiled.contains(line), "\(line)") }
        }
    }

    @Test("its table has each endpoint with its method and address", arguments: SampleCall.all)
    func table(call: SampleCall) throws {
        let cell = "``Endpoint/\(call.endpoint.rawValue)``"
        let row = try #require(try article().split(separator: "\n").first { $0.contains(cell) })
        #expect(row.contains("| `\(call.endpoint.method.rawValue)` |"))
        // The ids of the samples stand where the article has `{id}`.
        let ids = ["123456789-jxOV430go9fx2e", "9000000001", "123456789012", "1009000001", Canary.cardToken]
        let path = call.target.prefix { $0 != "?" }.split(separator: "/")
            .map { ids.contains(String($0)) ? "{id}" : String($0) }.joined(separator: "/")
        #expect(row.contains("`/\(path)`"))
    }

    @Test("its examples do what they say")
    func running() async throws {
        let empty = #"{"paging":{"total":0,"limit":50,"offset":0},"results":[]}"#
        try await ScriptedServer.run(
            .onRequest { request in
                let sample = SampleCall.all.first {
                    $0.target == request.target && $0.endpoint.method.rawValue == request.method
                }
                return [.send(response("200 OK", sample?.answer ?? empty))]
            }
        ) { server in
            try await withClient(port: server.port) { client in
                let amount = try #require(ExactDecimal("40.10"))
                let (token, customer, key) = (Sample.token, Sample.customer, SampleCall.key)
                try await Examples.account(Canary.accessToken, at: "http://127.0.0.1:\(server.port)")
                try await Examples.save(Secret("a@example.com"), token, client)
                await Examples.charge(amount, token, customer, key, client)
                try await Examples.reserve(amount, token, customer, key, isShipped: true, client)
                try await Examples.reserve(amount, token, customer, key, isShipped: false, client)
                try await Examples.refund(123_456_789_012, amount, key, client)
                try await Examples.search(client)
            }
            let calls = server.requests.map { "\($0.method) \($0.target.prefix { $0 != "?" })" }
            let payment = "/v1/payments/123456789012"
            let cards = "/v1/customers/\(Sample.customer)/cards"
            #expect(
                calls == [
                    "GET /users/me", "GET /v1/customers/search", "POST /v1/customers", "POST \(cards)",
                    "POST /v1/payments", "POST /v1/payments", "PUT \(payment)", "POST /v1/payments",
                    "PUT \(payment)", "POST \(payment)/refunds", "GET \(payment)/refunds",
                    "GET /v1/payments/search",
                ])
        }
    }
}
