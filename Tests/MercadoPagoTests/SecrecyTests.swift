import ExactJSON
import NIOCore
import PaymentJobs
import Testing

@testable import MercadoPago

@Suite("No description, dump or error shows a secret")
struct SecrecyTests {
    private static let secrets = [
        Canary.accessToken, Canary.cardToken, Canary.email, "canary-name", "9990001",
    ]

    private func check(_ value: Any, _ comment: Comment? = nil) {
        var dumped = ""
        dump(value, to: &dumped)
        let shown = ["\(value)", String(reflecting: value), dumped].joined(separator: "\n").lowercased()
        for secret in Self.secrets { #expect(!shown.contains(secret.lowercased()), comment) }
    }

    @Test("client, configuration and requests")
    func ours() async throws {
        try await withClient(port: 1) { client in
            check(client)
            check(MercadoPagoGateway(client))
        }
        check(MercadoPagoConfiguration(accessToken: Secret(Canary.accessToken)))
        var request = PaymentRequest(Sample.job())
        request.additionalInfo = ["payer": ["first_name": "canary-name"]]
        check(request)
        check(
            PaymentRequest(
                transactionAmount: .zero, token: Sample.token, payer: .guest(email: Secret(Canary.email))))
        check(CardRequest(token: Sample.token))
        check(CardTokenRequest(cardID: "1", securityCode: Secret("9990001")))
        check(RefundRequest(amount: .zero, metadata: ["who": "canary-name"]))
        check(
            CustomerSearch(email: Secret(Canary.email), filters: [SearchFilter("first_name", "canary-name")]))
        check(PaymentSearch(filters: [SearchFilter("payer.email", Canary.email)]))
    }

    @Test("changes of a customer and of a card show the names of what changes")
    func changes() {
        var changes = CustomerChanges()
        changes.firstName = Secret("canary-name")
        changes.phone = PhoneNumber(areaCode: Secret("canary-name"), number: Secret("9990001"))
        changes.identification = Identification(type: "DNI", number: Secret("9990001"))
        changes.address = PostalAddress(streetName: Secret("canary-name"), streetNumber: Secret("9990001"))
        changes.metadata = ["who": "canary-name"]
        check(changes)
        check(changes.phone as Any)
        check(changes.identification as Any)
        check(changes.address as Any)
        #expect("\(changes)" == "changes of first_name, phone, identification, address, metadata")
        var card = CardChanges()
        card.cardholderName = Secret("canary-name")
        card.token = Sample.token
        check(card)
        #expect("\(card)" == "changes of token, cardholder")
    }

    @Test("every part of what the gateway returned")
    func parts() throws {
        let person: JSONObject = [
            "email": .string(Canary.email), "first_name": "canary-name", "last_name": "canary-name",
            "name": "canary-name", "identification": ["type": "DNI", "number": "9990001"],
            "phone": ["number": "9990001"], "address": ["street_name": "canary-name"],
            "addresses": [["zip_code": "9990001"]], "nickname": "canary-name",
        ]
        let payment = try #require(
            Payment(fields: [
                "id": 1, "status": "approved", "payer": .object(person),
                "card": ["cardholder": .object(person)],
                "refunds": [["id": 2, "source": .object(person), "metadata": .object(person)]],
            ]))
        check(payment)
        check(try #require(payment.payer))
        check(try #require(payment.card))
        check(payment.refunds)
        check(try #require(payment.refunds.first?.source))
        var fields = person
        fields["id"] = 1
        check(try #require(SellerAccount(fields: fields)))
        fields["id"] = "1-a"
        let customer = try #require(Customer(fields: fields))
        check(try #require(customer.phone))
        check(try #require(customer.identification))
        check(try #require(customer.address))
        check(try #require(customer.addresses.first))
    }

    @Test("objects that the gateway returned")
    func theirs() throws {
        let person: JSONObject = ["email": .string(Canary.email), "first_name": "canary-name"]
        check(try #require(Payment(fields: ["id": 1, "status": "approved", "payer": .object(person)])))
        var customer = person
        customer["id"] = "1-a"
        let known = try #require(Customer(fields: customer))
        check(known)
        check(MercadoPagoAnswer([known], httpStatus: 200, requestID: nil))
        check(known.email as Any)
        check(try #require(CardTokenInfo(fields: ["id": .string(Canary.cardToken), "status": "active"])))
        let page: JSON = ["paging": ["total": 1], "results": [.object(customer)]]
        check(try #require(Page<Customer>(page)))
        check(try #require(CustomerCard(fields: ["id": "1", "cardholder": ["name": "canary-name"]])))
    }

    @Test("errors whose texts quote what was sent")
    func errors() async throws {
        let quote = "\(Canary.accessToken) \(Canary.cardToken) \(Canary.email)"
        let bodies = [
            #"{"message":"\#(quote)","error":"\#(quote)","code":"\#(quote)"}"#,
            #"{"cause":[{"code":"\#(quote)","description":"\#(quote)","data":"a;\#(quote)"}]}"#,
        ]
        for body in bodies {
            for status in ["400 Bad Request", "500 Oops", "401 Unauthorized"] {
                try await answering(response(status, body, headers: "x-request-id: \(quote)\r\n")) {
                    client, _ in
                    let error = try await client.failedPayment()
                    check(error)
                    check(Classifier.gatewayError(error, at: .createPayment))
                }
            }
        }
        try await answering(response("200 OK", quote)) { client, _ in check(try await client.failedPayment())
        }
    }

    @Test("a token that no header can hold is refused before a library could quote it")
    func badToken() throws {
        for token in ["", "two words", "line\r\nbreak", "ü", String(repeating: "x", count: 513)] {
            var configuration = MercadoPagoConfiguration(accessToken: Secret(token))
            configuration.baseURL = "https://example.com"
            #expect(configuration.problems == ["accessToken: must be 1 to 512 visible ASCII characters"])
        }
    }
}
