import ExactJSON
import PaymentJobs
import Pipeline
import Testing

@testable import MercadoPago

@Suite("Every request's method, address, headers and body are these bytes")
struct GoldenRequestTests {
    private func request(
        answering body: String, _ call: (MercadoPagoClient) async throws -> Void
    ) async throws -> ScriptedServer.Request {
        try await answering(response("200 OK", body)) { client, server in
            try await call(client)
            let request = try #require(server.requests.first)
            #expect(server.requests.count == 1)
            #expect(request.headers["authorization"] == ["Bearer \(Canary.accessToken)"])
            #expect(request.headers["accept"] == ["application/json"])
            #expect(request.headers["accept-encoding"] == ["identity"])
            #expect(request.headers["user-agent"] == ["cobrador/0.1.0"])
            #expect(request.headers["host"] == ["127.0.0.1:\(server.port)"])
            #expect(!request.target.contains(Canary.accessToken))
            return request
        }
    }

    private func names(_ request: ScriptedServer.Request) -> Set<String> {
        Set(request.headers.keys).subtracting([
            "authorization", "accept", "accept-encoding", "user-agent", "host",
        ])
    }

    @Test("a charge with every field")
    func fullCharge() async throws {
        var job = Sample.job(amount: "100.50")
        job.currency = .real
        job.installments = 3
        job.paymentMethodID = "master"
        job.issuerID = "24"
        job.paymentDescription = "Pedido nº 1"
        job.externalReference = "order 1"
        job.statementDescriptor = "LOJA"
        job.capture = false
        job.binaryMode = true
        job.notificationURL = "https://example.com/n?a=1"
        job.metadata = ["order_number": "1", "cobrador_job_id": "forged"]
        job.additionalInfo = [
            "items": [["quantity": 1, "unit_price": .number(try #require(JSONNumber("1.10")))]]
        ]
        job.pointOfInteraction = ["type": "SUBSCRIPTIONS"]
        job.applicationFee = ExactDecimal("0.10")
        let asked = job
        let request = try await request(answering: Sample.payment) { client in
            let gateway = MercadoPagoGateway(client)
            _ = try await gateway.createPayment(for: asked, key: Sample.key(asked))
        }
        #expect(request.method == "POST" && request.target == "/v1/payments")
        #expect(names(request) == ["content-type", "content-length", "x-idempotency-key"])
        #expect(request.headers["content-type"] == ["application/json"])
        #expect(request.headers["x-idempotency-key"] == [Sample.key(job).description])
        #expect(
            request.body == """
                {"transaction_amount":100.50,"token":"9b2d63e00d66a8c721607214cedaecda","installments":3,\
                "payment_method_id":"master","issuer_id":"24",\
                "payer":{"type":"customer","id":"123456789-jxOV430go9fx2e"},"description":"Pedido nº 1",\
                "external_reference":"order 1","statement_descriptor":"LOJA","capture":false,\
                "binary_mode":true,"notification_url":"https://example.com/n?a=1",\
                "metadata":{"order_number":"1","cobrador_job_id":"job-1","cobrador_digest":"\(job.digest)"},\
                "additional_info":{"items":[{"quantity":1,"unit_price":1.10}]},\
                "point_of_interaction":{"type":"SUBSCRIPTIONS"},"application_fee":0.10}
                """)
    }

    @Test("the smallest charge, twice: the same bytes")
    func smallestCharge() async throws {
        let job = Sample.job(amount: "100")
        var bodies: [String] = []
        for _ in 0..<2 {
            let request = try await request(answering: Sample.payment) { client in
                _ = try await MercadoPagoGateway(client).createPayment(for: job, key: Sample.key(job))
            }
            bodies.append(request.body)
        }
        let expected = """
            {"transaction_amount":100,"token":"9b2d63e00d66a8c721607214cedaecda","installments":1,\
            "payer":{"type":"customer","id":"123456789-jxOV430go9fx2e"},"external_reference":"job-1",\
            "capture":true,"metadata":{"cobrador_job_id":"job-1","cobrador_digest":"\(job.digest)"}}
            """
        #expect(bodies == [expected, expected])
    }

    @Test("a payment by a guest")
    func guest() async throws {
        let request = try await request(answering: Sample.payment) { client in
            let asked = PaymentRequest(
                transactionAmount: .zero, token: Sample.token, payer: .guest(email: Secret("a@example.com")))
            _ = try await client.createPayment(asked, key: Sample.key(Sample.job()))
        }
        #expect(request.body.contains(#""payer":{"type":"guest","email":"a@example.com"}"#))
        #expect(request.body.contains(#""transaction_amount":0,"#))
    }

    @Test("customers, cards and tokens that are made")
    func writes() async throws {
        let customer = #"{"id":"123456789-jxOV430go9fx2e"}"#
        var request = try await request(answering: customer) { client in
            let details = CustomerDetails(email: Secret(Canary.email), particulars: ["first_name": "Ana"])
            _ = try await MercadoPagoGateway(client).createCustomer(details)
        }
        #expect(request.method == "POST" && request.target == "/v1/customers")
        #expect(names(request) == ["content-type", "content-length"])
        #expect(request.body == #"{"email":"Canary+Buyer@example.com","first_name":"Ana"}"#)

        request = try await self.request(answering: #"{"id":"1493990563105"}"#) { client in
            var job = RegisterCard(
                jobID: Sample.job().jobID, owner: .existing(Sample.customer), token: Sample.token)
            job.paymentMethodID = "master"
            job.issuerID = "3"
            _ = try await MercadoPagoGateway(client).addCard(for: job, to: Sample.customer)
        }
        #expect(request.method == "POST" && request.target == "/v1/customers/123456789-jxOV430go9fx2e/cards")
        #expect(
            request.body == """
                {"token":"9b2d63e00d66a8c721607214cedaecda","payment_method_id":"master","issuer_id":"3"}
                """)

        for (code, expected) in [
            (nil, #"{"card_id":"1493990563105"}"#),
            (Secret(Canary.securityCode), #"{"card_id":"1493990563105","security_code":"123"}"#),
        ] {
            request = try await self.request(answering: #"{"id":"abc"}"#) { client in
                _ = try await client.createCardToken(
                    CardTokenRequest(cardID: "1493990563105", securityCode: code))
            }
            #expect(
                request.method == "POST" && request.target == "/v1/card_tokens" && request.body == expected)
        }
    }

    @Test("reads have no body and no key")
    func reads() async throws {
        func check(
            _ target: String, _ answer: String, _ call: (MercadoPagoClient) async throws -> Void
        ) async throws {
            let request = try await request(answering: answer, call)
            #expect(request.method == "GET" && request.target == target && request.body.isEmpty)
            #expect(names(request) == [])
        }
        try await check("/v1/customers/123456789-jxOV430go9fx2e/cards", "[]") {
            _ = try await $0.cards(of: Sample.customer)
        }
        try await check("/v1/customers/123456789-jxOV430go9fx2e", #"{"id":"1-a"}"#) {
            _ = try await $0.customer(Sample.customer)
        }
        try await check("/v1/card_tokens/9b2d63e00d66a8c721607214cedaecda", #"{"id":"a"}"#) {
            _ = try await $0.cardToken(Sample.token)
        }
        try await check("/v1/payments/17014025134", Sample.payment) {
            _ = try await $0.payment(17_014_025_134)
        }
        let empty = #"{"paging":{"total":0,"limit":50,"offset":0},"results":[]}"#
        try await check("/v1/customers/search?email=Canary%2BBuyer%40example.com&limit=50&offset=0", empty) {
            _ = try await $0.customers(email: Secret(Canary.email))
        }
        let window = SearchWindow(begin: 1_700_827_200_123, end: 1_732_366_800_000)
        try await check(
            """
            /v1/payments/search?external_reference=order%201%2F%C3%A1%26b&range=date_created\
            &begin_date=2023-11-24T12%3A00%3A00.123Z&end_date=2024-11-23T13%3A00%3A00.000Z\
            &sort=date_created&criteria=asc&limit=50&offset=0
            """, empty
        ) { _ = try await $0.payments(externalReference: "order 1/á&b", window: window) }
    }
}
