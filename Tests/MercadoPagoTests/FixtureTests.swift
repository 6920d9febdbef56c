import ExactJSON
import NIOCore
import PaymentJobs
import Testing

@testable import MercadoPago

@Suite(
    "Recorded responses are read, field by field",
    .enabled(if: Fixtures.areHere, "no ../shared/fixtures here"))
struct FixtureTests {
    /// id, status, detail, amount, currency, captured, brand, last four digits, approved.
    private static let recorded: [String: [String?]] = [
        "failed_authorize": [
            "4261953", "rejected", "cc_rejected_other_reason", "BRL", "false", "visa", "2220", "-",
        ],
        "failed_purchase": [
            "4142297", "rejected", "cc_rejected_other_reason", "MXN", "true", "visa", "2220", "-",
        ],
        "successful_authorize": [
            "4261941", "authorized", "pending_capture", "BRL", "false", "visa", "3704", "-",
        ],
        "successful_authorize_with_cabal": [
            "20729288", "authorized", "pending_capture", "ARS", "false", "cabal", "7021", "-",
        ],
        "successful_authorize_with_capture_option": [
            "4261941", "authorized", "accredited", "BRL", "false", "visa", "3704", "-",
        ],
        "successful_authorize_with_elo": [
            "18044850", "authorized", "pending_capture", "BRL", "false", "elo", "7446", "-",
        ],
        "successful_authorize_with_naranja": [
            "20729288", "authorized", "pending_capture", "ARS", "false", "naranja", "7021", "-",
        ],
        "successful_capture": [
            "4261941", "approved", "accredited", "BRL", "true", "visa", "3704",
            "2017-07-13T14:24:47.000-04:00",
        ],
        "successful_capture_with_cabal": [
            "20729288", "approved", "accredited", "ARS", "true", "cabal", "7021",
            "2019-08-06T15:57:49.000-04:00",
        ],
        "successful_capture_with_elo": [
            "18044850", "approved", "accredited", "BRL", "true", "elo", "7446",
            "2019-03-04T09:44:41.000-04:00",
        ],
        "successful_capture_with_naranja": [
            "20729288", "approved", "accredited", "ARS", "true", "naranja", "7021",
            "2019-08-06T15:57:49.000-04:00",
        ],
        "successful_purchase": [
            "4141491", "approved", "accredited", "MXN", "true", "visa", "3704",
            "2017-07-06T09:49:35.000-04:00",
        ],
        "successful_purchase_with_cabal": [
            "20728968", "approved", "accredited", "ARS", "true", "cabal", "7021",
            "2019-08-06T15:38:12.000-04:00",
        ],
        "successful_purchase_with_elo": [
            "18044843", "approved", "accredited", "BRL", "true", "elo", "7446",
            "2019-03-04T09:39:22.000-04:00",
        ],
        "successful_purchase_with_metadata": [
            "4141491", "approved", "accredited", "MXN", "true", "visa", "3704",
            "2017-07-06T09:49:35.000-04:00",
        ],
        "successful_purchase_with_naranja": [
            "20728968", "approved", "accredited", "ARS", "true", "naranja", "7021",
            "2019-08-06T15:38:12.000-04:00",
        ],
        "successful_void": ["4261966", "cancelled", "by_collector", "BRL", "false", "visa", "3704", "-"],
    ]

    @Test("every payment of active_merchant")
    func activeMerchant() throws {
        var seen: Set<String> = []
        for name in try Fixtures.names("active_merchant") {
            let fields = try Fixtures.json("active_merchant/\(name)").object
            guard let fields, fields["status_detail"] != nil else { continue }
            let payment = try #require(Payment(fields: fields), "\(name)")
            let key = String(name.dropLast("_response.json".count))
            let card = try #require(payment.card)
            let told: [String?] = [
                "\(payment.id)", payment.status.rawValue, payment.statusDetail, payment.currencyID,
                payment.isCaptured.map(String.init), payment.paymentMethodID, card.lastFourDigits,
                payment.dateApproved ?? "-",
            ]
            #expect(told == Self.recorded[key], "\(name)")
            #expect(payment.transactionAmount?.description == "5" && payment.installments == 1, "\(name)")
            #expect(
                payment.paymentTypeID == "credit_card" && payment.isLive == false && card.id == nil, "\(name)"
            )
            #expect(payment.dateCreated.flatMap(GatewayDate.milliseconds) != nil, "\(name)")
            #expect(
                payment.feeDetails.isEmpty == (payment.status.rawValue == "rejected") || !payment.isPaid,
                "\(name)")
            seen.insert(key)
        }
        #expect(seen == Set(Self.recorded.keys))
    }

    @Test("errors of active_merchant")
    func errors() throws {
        func error(_ name: String) throws -> APIError {
            let json = try Fixtures.json("active_merchant/\(name)")
            let status = try #require(json["status"]?.int64)
            return APIError(
                RawAnswer(status: Int(status), body: ByteBuffer(bytes: json.serialized())), now: 0)
        }
        for name in ["failed_capture_response.json", "failed_void_response.json"] {
            let error = try error(name)
            #expect(
                error.status == 405 && error.codes == ["Method not allowed"]
                    && error.kind == "method_not_allowed")
        }
        let refund = try error("failed_refund_response.json")
        #expect(refund.status == 404 && refund.codes == [] && refund.kind == "not_found")
        #expect(refund.message == "Resource /payments/refunds/ not found.")
    }

    @Test("a payment of sdk-php")
    func payment() throws {
        let payment = try #require(Payment(fields: try Fixtures.object("sdk-php/Payment/payment_base.json")))
        #expect(
            payment.id == 17_014_025_134 && payment.status.meaning == .paid
                && payment.statusDetail == "accredited")
        #expect(payment.transactionAmount?.description == "12.34" && payment.currencyID == "BRL")
        #expect(payment.transactionAmountRefunded == .zero && payment.installments == 1)
        #expect(
            payment.paymentMethodID == "master" && payment.paymentTypeID == "credit_card"
                && payment.issuerID == "24")
        #expect(payment.authorizationCode == "301299" && payment.externalReference == "1631894348")
        #expect(payment.isCaptured == false && payment.isBinary == false && payment.isLive == true)
        #expect(payment.paymentDescription == "PEDIDO NOVO - VIDEOGAME" && payment.collectorID == 810_882_223)
        #expect(payment.statementDescriptor == "Mercadopago*fake")
        #expect(payment.metadata["order_number"]?.string == "order_1631894348")
        #expect(
            payment.dateCreated == "2022-01-10T10:10:10.000-00:00"
                && payment.dateApproved == payment.dateCreated)
        #expect(payment.dateLastUpdated == payment.dateCreated)
        let details = try #require(payment.transactionDetails)
        #expect(
            details.netReceivedAmount?.description == "11.72"
                && details.totalPaidAmount?.description == "12.34")
        #expect(details.installmentAmount?.description == "12.34")
        let fee = try #require(payment.feeDetails.first)
        #expect(payment.feeDetails.count == 1 && fee.type == "mercadopago_fee" && fee.payer == "collector")
        #expect(fee.amount?.description == "0.62")
        let card = try #require(payment.card)
        #expect(card.id == nil && card.firstSixDigits == "503143" && card.lastFourDigits == "6351")
        #expect(card.expirationMonth == 12 && card.expirationYear == 2022)
    }

    @Test("payments of sdk-php that changed later, and searches")
    func searches() throws {
        for (name, status) in [("payment_captured", "cancelled"), ("payment_cancelled", nil)] {
            let payment = try #require(Payment(fields: try Fixtures.object("sdk-php/Payment/\(name).json")))
            #expect(payment.id == 17_014_025_134 && payment.isCaptured != nil)
            if let status { #expect(payment.status.rawValue == status) }
        }
        let page = try #require(Page<Payment>(try Fixtures.json("sdk-php/Payment/payment_search.json")))
        #expect(page.total == 102 && page.limit == 5 && page.offset == 0)
        #expect(page.results.map(\.id) == [1241012238, 1241012252, 1241011467, 1241012304, 1241012311])
        #expect(
            page.results.map(\.statusDetail) == [
                "expired", "expired", "partially_refunded", "expired", "expired",
            ])
        #expect(page.results.map(\.isCaptured) == [true, true, true, false, false])
        #expect(page.results.allSatisfy { $0.transactionAmount?.description == "100" })
        let sample = try #require(
            Page<Payment>(try Fixtures.json("active_merchant/successful_search_payments_response.json")))
        #expect(sample.total == 17493 && sample.results.map(\.id) == [1])
        #expect(sample.results[0].externalReference == "1234" && sample.results[0].card == nil)
    }

    @Test("customers of sdk-php")
    func customers() throws {
        let customer = try #require(
            Customer(fields: try Fixtures.object("sdk-php/Customer/customer_base.json")))
        #expect(customer.id.description == "1469979538-52qKdADBYeloaX" && customer.status == "active")
        #expect(customer.email == Secret("test_cust_1693832456@testuser.com") && customer.cards.isEmpty)
        #expect(customer.firstName == Secret("Test") && customer.lastName == Secret("Customer"))
        #expect(customer.defaultCard == nil && customer.customerDescription == "Customer description")
        #expect(customer.isLive == true && customer.dateCreated == "2023-09-04T09:00:57.374-04:00")
        #expect(customer.dateLastUpdated == customer.dateCreated)
        let page = try #require(Page<Customer>(try Fixtures.json("sdk-php/Customer/customer_search.json")))
        #expect(page.total == 2 && page.limit == 10 && page.offset == 0)
        #expect(
            page.results.map(\.id.description) == ["1469979538-52qKdADBYeloaX", "1439324851-zk2BeFiet6otYD"])
        let card = try #require(page.results.first?.cards.first)
        #expect(card.id == "9267060453" && card.firstSixDigits == "503143" && card.lastFourDigits == "6351")
        #expect(
            card.userID == "1466743052" && card.customerID == page.results.first?.id && card.isLive == nil)
    }

    @Test("cards and a token of sdk-php")
    func cards() throws {
        let card = try #require(
            CustomerCard(fields: try Fixtures.object("sdk-php/Customer/customer_card_base.json")))
        #expect(
            card.id == "1562188766852" && card.firstSixDigits == "423564" && card.lastFourDigits == "5682")
        #expect(card.expirationMonth == 6 && card.expirationYear == 2023 && card.paymentMethodID == "visa")
        #expect(card.paymentTypeID == "credit_card" && card.issuerID == "25" && card.securityCodeLength == 3)
        #expect(card.cardholderName == Secret("APRO") && card.userID == "448870796" && card.isLive == true)
        #expect(card.customerID?.description == "448870796-7ZjwhKGxILixxN")
        #expect(
            card.dateCreated == "2019-07-03T21:15:35.000Z"
                && card.dateLastUpdated == "2019-07-03T21:19:18.000Z")
        let list = try #require(try Fixtures.json("sdk-php/Customer/customer_card_list.json").array)
        let cards = list.compactMap(\.object).compactMap(CustomerCard.init(fields:))
        #expect(cards.map(\.id) == ["1562188766851", "1562188766852"])
        #expect(
            cards.map(\.paymentMethodID) == ["master", "visa"] && cards.map(\.expirationYear) == [2023, 2024])
        let token = try #require(
            CardTokenInfo(fields: try Fixtures.object("sdk-php/CardToken/card_token_get.json")))
        #expect(token.id == CardToken("60aca73f30e817f") && token.status == "active" && token.cardID == nil)
        #expect(token.firstSixDigits == "123456" && token.lastFourDigits == "2580")
        #expect(token.expirationMonth == 11 && token.expirationYear == 2025 && token.cardNumberLength == 16)
        #expect(token.securityCodeLength == 3 && token.passesLuhn == true && token.isLive == true)
        let due = try #require(token.dateDue.flatMap(GatewayDate.milliseconds))
        #expect(
            due - (try #require(token.dateCreated.flatMap(GatewayDate.milliseconds))) == 8 * 86_400_000)
    }
}

extension Payment {
    fileprivate var isPaid: Bool { status.meaning == .paid }
}
