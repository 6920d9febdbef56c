import ExactJSON
import PaymentJobs
import Pipeline
import Testing

@testable import MercadoPago

@Suite("The adapter answers in the pipeline's words")
struct GatewayTests {
    private static let header = "x-request-id: r-1\r\n"

    private func gateway<Result: Sendable>(
        _ status: String, _ body: String, _ call: (any PaymentGateway) async throws -> Result
    ) async throws -> Result {
        try await answering(response(status, body, headers: Self.header)) { client, _ in
            try await call(MercadoPagoGateway(client))
        }
    }

    @Test("a payment with all its facts")
    func payment() async throws {
        let body = """
            {"id":17014025134,"status":"approved","status_detail":"accredited","transaction_amount":12.34,\
            "currency_id":"BRL","installments":3,"payment_method_id":"master",\
            "payment_type_id":"credit_card",\
            "authorization_code":"301299","external_reference":"order","captured":true,\
            "date_created":"2022-01-10T10:10:10.000-00:00","date_approved":"2022-01-10T10:10:11.000-00:00",\
            "card":{"id":"9267060453","last_four_digits":"6351"},\
            "metadata":{"cobrador_job_id":"job-1","cobrador_digest":"d"}}
            """
        let job = Sample.job()
        let answer = try await gateway("201 Created", body) {
            try await $0.createPayment(for: job, token: Sample.token, key: Sample.key(job))
        }
        var facts = PaymentFacts(
            id: 17_014_025_134, status: PaymentStatus(rawValue: "approved"), statusDetail: "accredited")
        facts.transactionAmount = ExactDecimal("12.34")
        facts.currencyID = "BRL"
        facts.installments = 3
        facts.paymentMethodID = "master"
        facts.paymentTypeID = "credit_card"
        facts.lastFourDigits = "6351"
        facts.cardID = "9267060453"
        facts.authorizationCode = "301299"
        facts.externalReference = "order"
        facts.isCaptured = true
        facts.dateCreated = "2022-01-10T10:10:10.000-00:00"
        facts.dateApproved = "2022-01-10T10:10:11.000-00:00"
        let expected = GatewayPayment(
            facts: facts, jobID: "job-1", digest: "d", createdAt: 1_641_809_410_000)
        #expect(answer.value == expected)
        #expect(answer.requestID == "r-1")
    }

    @Test("a token, and that an unknown one is unusable")
    func token() async throws {
        let body = #"{"id":"a","first_six_digits":"503143","last_four_digits":"6351","expiration_month":11,"#
        let answer = try await gateway("200 OK", body + #""expiration_year":2030}"#) {
            try await $0.cardToken(Sample.token)
        }
        #expect(
            answer.value
                == GatewayToken(
                    firstSixDigits: "503143", lastFourDigits: "6351", expirationMonth: 11,
                    expirationYear: 2030))
        let fault = GatewayFault(
            httpStatus: 404, message: "not_found", requestID: "r-1", reason: .cardTokenUnusable)
        await #expect(throws: GatewayError.tokenUnusable(fault)) {
            try await gateway("404 Not Found", #"{"error":"not_found"}"#) {
                try await $0.cardToken(Sample.token)
            }
        }
    }

    @Test("a token that is made of a card, and a card that isn't there")
    func createToken() async throws {
        let card = try #require(CardID("9000000001"))
        let token = try await gateway("201 Created", #"{"id":"a","card_id":"9000000001"}"#) {
            try await $0.createToken(of: card, customer: Sample.customer)
        }
        #expect(token.value == CardToken("a") && token.requestID == "r-1")
        let fault = GatewayFault(
            httpStatus: 404, codes: ["2010"], message: "m", requestID: "r-1", reason: .cardNotFound)
        await #expect(throws: GatewayError.refused(fault)) {
            try await gateway("404 Not Found", #"{"message":"m","cause":[{"code":2010}]}"#) {
                try await $0.createToken(of: card, customer: Sample.customer)
            }
        }
    }

    @Test("a customer that is made, one that exists, and one that is refused")
    func createCustomer() async throws {
        let details = CustomerDetails(email: Secret(Canary.email))
        let made = try await gateway("201 Created", #"{"id":"1-a"}"#) { try await $0.createCustomer(details) }
        #expect(made.value?.description == "1-a" && made.requestID == "r-1")
        let cause = #"{"message":"m","cause":[{"code":"101","description":"the customer already exist"}]}"#
        let known = try await gateway("400 Bad Request", cause) { try await $0.createCustomer(details) }
        #expect(known.value == nil && known.requestID == "r-1")
        let fault = GatewayFault(
            httpStatus: 400, codes: ["106"], message: "m", requestID: "r-1", reason: .customerDataInvalid)
        await #expect(throws: GatewayError.refused(fault)) {
            try await gateway("400 Bad Request", #"{"message":"m","cause":[{"code":"106"}]}"#) {
                try await $0.createCustomer(details)
            }
        }
        await #expect(throws: GatewayError.self) {
            try await gateway("500 Internal Server Error", cause) { try await $0.createCustomer(details) }
        }
    }

    @Test("the cards of a customer, and of one that doesn't exist")
    func cards() async throws {
        let body = """
            [{"id":"1493990563105","first_six_digits":"503175","last_four_digits":"0604",\
            "expiration_month":12,"expiration_year":2030,"payment_method":{"id":"master"}},{"id":2}]
            """
        let answer = try await gateway("200 OK", body) { try await $0.cards(of: Sample.customer) }
        let facts = CardFacts(
            id: "1493990563105", lastFourDigits: "0604", expirationMonth: 12, expirationYear: 2030,
            paymentMethodID: "master")
        #expect(
            answer.value
                == [
                    GatewayCard(facts: facts, firstSixDigits: "503175"),
                    GatewayCard(facts: CardFacts(id: "2")),
                ])
        #expect(answer.requestID == "r-1")
        let fault = GatewayFault(
            httpStatus: 404, message: "customer not found", requestID: "r-1", reason: .customerNotFound)
        await #expect(throws: GatewayError.refused(fault)) {
            try await gateway("404 Not Found", #"{"message":"customer not found","cause":[[]]}"#) {
                try await $0.cards(of: Sample.customer)
            }
        }
        for unreadable in ["{}", "[1]", "[{}]"] {
            await #expect(throws: GatewayError.self) {
                try await gateway("200 OK", unreadable) { try await $0.cards(of: Sample.customer) }
            }
        }
    }

    @Test("a card that is saved, and a token that is of no use for it")
    func addCard() async throws {
        let job = RegisterCard(
            jobID: Sample.job().jobID, owner: .existing(Sample.customer), token: Sample.token)
        let answer = try await gateway("200 OK", #"{"id":"9"}"#) {
            try await $0.addCard(for: job, to: Sample.customer)
        }
        #expect(answer.value == GatewayCard(facts: CardFacts(id: "9")) && answer.requestID == "r-1")
        let body =
            #"{"message":"invalid parameters ","cause":[[{"code":"card-120","description":"Invalid."}]]}"#
        let fault = GatewayFault(
            httpStatus: 400, codes: ["card-120"], message: "invalid parameters ", requestID: "r-1",
            reason: .cardTokenUnusable)
        await #expect(throws: GatewayError.tokenUnusable(fault)) {
            try await gateway("400 Bad Request", body) { try await $0.addCard(for: job, to: Sample.customer) }
        }
    }

    @Test("a search that fails")
    func search() async throws {
        let fault = GatewayFault(
            httpStatus: 401, codes: ["unauthorized"], message: "m", requestID: "r-1", reason: .accountSetup)
        await #expect(throws: GatewayError.misconfigured(fault)) {
            try await gateway("401 Unauthorized", #"{"code":"unauthorized","message":"m"}"#) {
                try await $0.customers(email: Secret(Canary.email))
            }
        }
    }
}
