import ExactJSON
import PaymentJobs
import Testing

@testable import MercadoPago

/// One call of the client, what it must send, and an answer that it can read.
struct SampleCall: Sendable, CustomTestStringConvertible {
    typealias Run = @Sendable (MercadoPagoClient) async throws -> Void

    let endpoint: Endpoint
    let target: String
    var body = ""
    var key: IdempotencyKey?
    let answer: String
    let run: Run

    init(
        _ endpoint: Endpoint, _ target: String, body: String = "", key: IdempotencyKey? = nil,
        answer: String, run: @escaping Run
    ) {
        self.endpoint = endpoint
        self.target = target
        self.body = body
        self.key = key
        self.answer = answer
        self.run = run
    }

    var testDescription: String { "\(endpoint.method.rawValue) \(target)" }
}

extension SampleCall {
    static let key = Sample.key(Sample.job())
    private static let customerPath = "/v1/customers/123456789-jxOV430go9fx2e"
    private static let approved = OwnSample.payment("approved", "accredited")

    /// At least one call of each endpoint.
    static let all = customers + cards + payments + refunds + others

    private static let customers: [SampleCall] = [
        SampleCall(
            .createCustomer, "/v1/customers", body: #"{"email":"a@example.com","first_name":"Ana"}"#,
            answer: OwnSample.customer
        ) {
            let details = CustomerDetails(
                email: Secret("a@example.com"), particulars: ["first_name": "Ana"])
            _ = try await $0.createCustomer(details)
        },
        SampleCall(.customer, customerPath, answer: OwnSample.customer) {
            _ = try await $0.customer(Sample.customer)
        },
        SampleCall(
            .updateCustomer, customerPath,
            body: """
                {"first_name":"Ana","last_name":"Prueba","phone":{"area_code":"11","number":"5550101"},\
                "identification":{"type":"DNI","number":"12345678"},"address":{"id":"77",\
                "zip_code":"1414","street_name":"Calle Falsa","street_number":"123",\
                "city":{"name":"CABA"}},"default_address":"77","default_card":"9000000001",\
                "date_registered":"2024-03-01","description":"Regular","metadata":{"a":1}}
                """, answer: OwnSample.customer
        ) { _ = try await $0.updateCustomer(Sample.customer, fullChanges) },
        SampleCall(
            .updateCustomer, customerPath, body: #"{"default_card":"9000000001"}"#,
            answer: OwnSample.customer
        ) {
            var changes = CustomerChanges()
            changes.defaultCard = "9000000001"
            _ = try await $0.updateCustomer(Sample.customer, changes)
        },
        SampleCall(.deleteCustomer, customerPath, answer: #"{"id":"123456789-jxOV430go9fx2e"}"#) {
            _ = try await $0.deleteCustomer(Sample.customer)
        },
        SampleCall(.searchCustomers, "/v1/customers/search", answer: OwnSample.customers) {
            _ = try await $0.searchCustomers()
        },
        SampleCall(
            .searchCustomers,
            "/v1/customers/search?email=Canary%2BBuyer%40example.com&identification.number=1%262"
                + "&first%20name=%C3%81na&limit=5&offset=10",
            answer: OwnSample.customers
        ) {
            let filters = [
                SearchFilter("identification.number", "1&2"), SearchFilter("first name", "Ána"),
            ]
            _ = try await $0.searchCustomers(
                CustomerSearch(email: Secret(Canary.email), filters: filters, limit: 5, offset: 10))
        },
    ]

    private static var fullChanges: CustomerChanges {
        var changes = CustomerChanges()
        changes.firstName = Secret("Ana")
        changes.lastName = Secret("Prueba")
        changes.phone = PhoneNumber(areaCode: Secret("11"), number: Secret("5550101"))
        changes.identification = Identification(type: "DNI", number: Secret("12345678"))
        changes.address = PostalAddress(
            id: "77", zipCode: Secret("1414"), streetName: Secret("Calle Falsa"),
            streetNumber: Secret("123"), cityName: Secret("CABA"))
        changes.defaultAddress = "77"
        changes.defaultCard = "9000000001"
        changes.dateRegistered = "2024-03-01"
        changes.customerDescription = "Regular"
        changes.metadata = ["a": 1]
        return changes
    }

    private static let cards: [SampleCall] = [
        SampleCall(
            .addCard, "\(customerPath)/cards", body: #"{"token":"\#(Canary.cardToken)"}"#,
            answer: OwnSample.card
        ) { _ = try await $0.addCard(CardRequest(token: Sample.token), to: Sample.customer) },
        SampleCall(.cards, "\(customerPath)/cards", answer: OwnSample.cards) {
            _ = try await $0.cards(of: Sample.customer)
        },
        SampleCall(.card, "\(customerPath)/cards/9000000001", answer: OwnSample.card) {
            _ = try await $0.card("9000000001", of: Sample.customer)
        },
        SampleCall(
            .updateCard, "\(customerPath)/cards/9000000001",
            body: """
                {"token":"\(Canary.cardToken)","expiration_month":11,"expiration_year":2031,\
                "cardholder":{"name":"APRO","identification":{"type":"DNI","number":"12345678"}}}
                """, answer: OwnSample.card
        ) {
            var changes = CardChanges()
            changes.token = Sample.token
            changes.expirationMonth = 11
            changes.expirationYear = 2031
            changes.cardholderName = Secret("APRO")
            changes.cardholderIdentification = Identification(type: "DNI", number: Secret("12345678"))
            _ = try await $0.updateCard("9000000001", of: Sample.customer, changes)
        },
        SampleCall(
            .updateCard, "\(customerPath)/cards/9000000001", body: "{}", answer: OwnSample.card
        ) { _ = try await $0.updateCard("9000000001", of: Sample.customer, CardChanges()) },
        SampleCall(.deleteCard, "\(customerPath)/cards/9000000001", answer: OwnSample.card) {
            _ = try await $0.deleteCard("9000000001", of: Sample.customer)
        },
        SampleCall(
            .createCardToken, "/v1/card_tokens",
            body: #"{"card_id":"9000000001","customer_id":"123456789-jxOV430go9fx2e"}"#,
            answer: OwnSample.token
        ) {
            _ = try await $0.createCardToken(
                CardTokenRequest(cardID: "9000000001", customerID: Sample.customer))
        },
        SampleCall(.cardToken, "/v1/card_tokens/\(Canary.cardToken)", answer: OwnSample.token) {
            _ = try await $0.cardToken(Sample.token)
        },
    ]

    private static let payments: [SampleCall] = [
        SampleCall(
            .createPayment, "/v1/payments",
            body: """
                {"transaction_amount":0,"token":"\(Canary.cardToken)","installments":1,\
                "payer":{"type":"customer","id":"123456789-jxOV430go9fx2e"},"capture":true}
                """, key: key, answer: approved
        ) {
            _ = try await $0.createPayment(
                PaymentRequest(
                    transactionAmount: .zero, token: Sample.token, payer: .customer(Sample.customer)),
                key: key)
        },
        SampleCall(.payment, "/v1/payments/123456789012", answer: approved) {
            _ = try await $0.payment(123_456_789_012)
        },
        SampleCall(
            .searchPayments, "/v1/payments/search",
            answer: #"{"paging":{"total":1,"limit":30,"offset":0},"results":[\#(approved)]}"#
        ) { _ = try await $0.searchPayments() },
        SampleCall(
            .searchPayments,
            "/v1/payments/search?status=approved&external_reference=a%2Bb&range=date_last_updated"
                + "&begin_date=NOW-30DAYS&end_date=NOW&sort=id&criteria=desc&store_id=7%2F8&limit=100&offset=200",
            answer: #"{"paging":{"total":0,"limit":100,"offset":200},"results":[]}"#
        ) {
            let search = PaymentSearch(
                status: PaymentStatus(rawValue: "approved"), externalReference: "a+b",
                range: .lastUpdated, window: SearchWindow(begin: "NOW-30DAYS", end: "NOW"), sort: .id,
                criteria: .descending, filters: [SearchFilter("store_id", "7/8")], limit: 100, offset: 200)
            _ = try await $0.searchPayments(search)
        },
        SampleCall(
            .capturePayment, "/v1/payments/123456789012", body: #"{"capture":true}"#, answer: approved
        ) { _ = try await $0.capturePayment(123_456_789_012) },
        SampleCall(
            .capturePayment, "/v1/payments/123456789012",
            body: #"{"capture":true,"transaction_amount":40.10}"#, key: key, answer: approved
        ) {
            _ = try await $0.capturePayment(123_456_789_012, amount: ExactDecimal("40.10"), key: key)
        },
        SampleCall(
            .cancelPayment, "/v1/payments/123456789012", body: #"{"status":"cancelled"}"#,
            answer: OwnSample.payment("cancelled", "by_collector")
        ) { _ = try await $0.cancelPayment(123_456_789_012) },
        SampleCall(
            .cancelPayment, "/v1/payments/123456789012", body: #"{"status":"cancelled"}"#, key: key,
            answer: OwnSample.payment("cancelled", "by_collector")
        ) { _ = try await $0.cancelPayment(123_456_789_012, key: key) },
    ]

    private static let refunds: [SampleCall] = [
        SampleCall(
            .refundPayment, "/v1/payments/123456789012/refunds", body: "{}", key: key,
            answer: OwnSample.refund
        ) { _ = try await $0.refundPayment(123_456_789_012, key: key) },
        SampleCall(
            .refundPayment, "/v1/payments/123456789012/refunds",
            body: #"{"amount":40.10,"metadata":{"cobrador_job_id":"job-2"}}"#, key: key,
            answer: OwnSample.refund
        ) {
            let request = RefundRequest(
                amount: ExactDecimal("40.10"), metadata: ["cobrador_job_id": "job-2"])
            _ = try await $0.refundPayment(123_456_789_012, request, key: key)
        },
        SampleCall(.refunds, "/v1/payments/123456789012/refunds", answer: OwnSample.refunds) {
            _ = try await $0.refunds(of: 123_456_789_012)
        },
        SampleCall(.refund, "/v1/payments/123456789012/refunds/1009000001", answer: OwnSample.refund) {
            _ = try await $0.refund(1_009_000_001, of: 123_456_789_012)
        },
    ]

    private static let others: [SampleCall] = [
        SampleCall(.account, "/users/me", answer: OwnSample.account) { _ = try await $0.account() },
        SampleCall(.paymentMethods, "/v1/payment_methods", answer: OwnSample.methods) {
            _ = try await $0.paymentMethods()
        },
        SampleCall(.identificationTypes, "/v1/identification_types", answer: OwnSample.identificationTypes) {
            _ = try await $0.identificationTypes()
        },
    ]
}

extension SampleCall {
    /// Runs the call, which must fail.
    func failure(_ client: MercadoPagoClient) async throws -> MercadoPagoError {
        do {
            try await run(client)
        } catch let error as MercadoPagoError {
            return error
        }
        throw UnexpectedSuccess()
    }
}

/// A call that had to fail was answered.
struct UnexpectedSuccess: Error {}
