import ExactJSON
import PaymentJobs
import Testing

@testable import MercadoPago

@Suite("Samples of our own are read, field by field")
struct SampleTests {
    private func object<Object: GatewayObject>(_ type: Object.Type, _ text: String) throws -> Object {
        let object = try #require(try OwnSample.json(text).object.flatMap(Object.init(fields:)))
        #expect(JSON.object(object.fields).description == text, "nothing is lost")
        return object
    }

    @Test("a customer, and one of whom nothing is known")
    func customers() throws {
        let customer = try object(Customer.self, OwnSample.customer)
        #expect(customer.phone == PhoneNumber(areaCode: Secret("11"), number: Secret("5550101")))
        #expect(customer.identification == Identification(type: "DNI", number: Secret("12345678")))
        #expect(customer.address?.streetNumber == Secret("123") && customer.address?.cityName == nil)
        #expect(customer.addresses.map(\.cityName) == [Secret("CABA")])
        #expect(customer.defaultCard == "9000000001" && customer.cards.map(\.id) == ["9000000001"])
        #expect(customer.userID == 123_456_789 && customer.merchantID == 987_654_321)
        let bare = try object(Customer.self, OwnSample.bareCustomer)
        #expect(bare.phone == nil && bare.identification == nil && bare.address == nil)
        #expect(bare.firstName == nil && bare.cards.isEmpty && bare.addresses.isEmpty && bare.userID == nil)
        let page = try #require(Page<Customer>(try OwnSample.json(OwnSample.customers)))
        #expect(page.results == [customer, bare] && page.total == 2 && page.limit == 10)
    }

    @Test("cards, one with digits as numbers and a masked expiry, and a token")
    func cards() throws {
        let card = try object(CustomerCard.self, OwnSample.card)
        #expect(card.issuerID == "3" && card.issuerName == "Banco" && card.securityCodeLocation == "back")
        #expect(card.cardholderIdentification?.type == "DNI" && card.expirationYear == 2030)
        let loose = try object(CustomerCard.self, OwnSample.looseCard)
        #expect(loose.id == "9000000002" && loose.lastFourDigits == "0604" && loose.issuerID == "310")
        #expect(loose.expirationMonth == nil && loose.expirationYear == nil && loose.cardholderName == nil)
        #expect(loose.cardholderIdentification == nil && loose.issuerName == nil)
        let token = try object(CardTokenInfo.self, OwnSample.token)
        #expect(token.cardID == card.id && token.lastFourDigits == card.lastFourDigits)
        #expect(token.expiresAt == 1_709_992_800_000 && token.cardholderName == Secret("APRO"))
    }

    @Test("a payment of each status", arguments: OwnSample.statuses)
    func payment(status: String, detail: String) throws {
        let payment = try object(Payment.self, OwnSample.payment(status, detail))
        #expect(payment.id == 123_456_789_012 && payment.status.rawValue == status)
        #expect(payment.statusDetail == detail && payment.transactionAmount?.description == "100.50")
        let meaning: PaymentStatus.Meaning =
            switch status {
            case "approved", "refunded", "charged_back", "in_mediation": .paid
            case "authorized": .reserved
            case "rejected", "cancelled": .unpaid
            default: .undecided
            }
        #expect(payment.status.meaning == meaning)
        #expect(payment.createdAt == 1_709_301_600_000 && payment.lastUpdatedAt == 1_709_301_601_000)
        #expect(payment.approvedAt == nil && payment.moneyReleaseDate == nil)
        #expect(payment.card?.id == "9000000001" && payment.card?.expirationMonth == nil)
        #expect(payment.feeDetails.map(\.amount) == [ExactDecimal("5.35")])
        #expect(payment.payer?.type == "customer" && payment.payer?.id == "123456789")
    }

    @Test("a payment that was given back in parts, and its refunds")
    func refunds() throws {
        let parts = "\(OwnSample.refund),\(OwnSample.oldRefund)"
        let payment = try object(
            Payment.self,
            OwnSample.payment(
                "approved", "partially_refunded", approved: #""2024-03-01T10:00:01.000-04:00""#,
                refunded: "60.4", refunds: parts))
        #expect(payment.approvedAt == 1_709_301_601_000)
        #expect(payment.transactionAmountLeft == ExactDecimal("40.1"))
        #expect(payment.refunds.map(\.id) == [1_009_000_001, 1_009_000_002])
        let refund = try object(Refund.self, OwnSample.refund)
        #expect(refund.amount?.description == "40.10" && refund.amountRefundedToPayer == refund.amount)
        #expect(refund.metadata["cobrador_job_id"] == "job-2" && refund.createdAt == 1_709_388_000_123)
        #expect(refund.source?.name == Secret("Tienda de Ana"))
        let old = try object(Refund.self, OwnSample.oldRefund)
        #expect(old.status == nil && old.source == nil && old.createdAt == 1_709_474_400_000)
        #expect(old.uniqueSequenceNumber == "7")
        for id in [JSON.null, "x", "", true, .number(try #require(JSONNumber("1.5")))] {
            #expect(Refund(fields: ["id": id]) == nil)
        }
    }

    @Test("an amount that can't be told has nothing left; more given back than paid is below zero")
    func left() throws {
        #expect(Payment(fields: ["id": 1, "status": "x"])?.transactionAmountLeft == nil)
        let whole = try #require(Payment(fields: ["id": 1, "status": "x", "transaction_amount": 5]))
        #expect(whole.transactionAmountLeft == ExactDecimal(5))
        let over: JSONObject = [
            "id": 1, "status": "x", "transaction_amount": 5, "transaction_amount_refunded": 6,
        ]
        #expect(Payment(fields: over)?.transactionAmountLeft == ExactDecimal(-1))
    }

    @Test("an account, ways to pay, and documents")
    func others() throws {
        let account = try object(SellerAccount.self, OwnSample.account)
        #expect(account.siteID == "MLA" && account.isTestUser == false && account.siteStatus == "active")
        #expect(SellerAccount(fields: ["id": 1])?.isTestUser == nil)
        #expect(SellerAccount(fields: ["id": 1, "site_id": ""])?.siteID == nil)
        #expect(SellerAccount(fields: ["site_id": "MLA"]) == nil)
        let method = try #require(
            try OwnSample.json(OwnSample.methods)[0]?.object.flatMap(PaymentMethod.init(fields:)))
        #expect(method.securityCodeLengths == [3, 4] && !method.isSecurityCodeMandatory)
        #expect(PaymentMethod(fields: ["id": "x"])?.isSecurityCodeMandatory == false)
        let type = try #require(
            try OwnSample.json(OwnSample.identificationTypes)[0]?.object
                .flatMap(IdentificationType.init(fields:)))
        #expect(type.minLength == 7 && type.maxLength == 8 && type.description == "identification type DNI")
    }
}
