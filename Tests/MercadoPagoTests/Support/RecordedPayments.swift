import ExactJSON
import PaymentJobs
import Testing

@testable import MercadoPago

/// The recorded payments and refunds, and what they say.
enum RecordedPayments {
    static let all: [String: FixtureExpectation] = {
        var all: [String: FixtureExpectation] = [
            "active_merchant/successful_search_payments_response.json": sampleSearch,
            "active_merchant/successful_refund_response.json": oldRefund,
            "sdk-php/Payment/payment_base.json": approved,
            "sdk-php/Payment/payment_captured.json": cancelled,
            "sdk-php/Payment/payment_cancelled.json": cancelled,
            "sdk-php/Payment/payment_search.json": search,
            "sdk-php/Payment/payment_refund.json": refund,
            "sdk-php/Payment/payment_refund_list.json": refunds,
        ]
        for (name, told) in activeMerchant {
            all["active_merchant/\(name)_response.json"] = { try plainPayment($0, told) }
        }
        return all
    }()

    /// id, status, detail, currency, captured, brand, last four digits, approved, received, fees.
    private static let activeMerchant: [String: String] = [
        "failed_authorize": "4261953 rejected cc_rejected_other_reason BRL false visa 2220 - 0 -",
        "failed_purchase": "4142297 rejected cc_rejected_other_reason MXN true visa 2220 - 0 -",
        "successful_authorize": "4261941 authorized pending_capture BRL false visa 3704 - 0 -",
        "successful_authorize_with_cabal": "20729288 authorized pending_capture ARS false cabal 7021 - 0 -",
        "successful_authorize_with_capture_option": "4261941 authorized accredited BRL false visa 3704 - 0 -",
        "successful_authorize_with_elo": "18044850 authorized pending_capture BRL false elo 7446 - 0 -",
        "successful_authorize_with_naranja":
            "20729288 authorized pending_capture ARS false naranja 7021 - 0 -",
        "successful_capture":
            "4261941 approved accredited BRL true visa 3704 2017-07-13T14:24:47.000-04:00 4.75 0.25",
        "successful_capture_with_cabal":
            "20729288 approved accredited ARS true cabal 7021 2019-08-06T15:57:49.000-04:00 4.79 0.21",
        "successful_capture_with_elo":
            "18044850 approved accredited BRL true elo 7446 2019-03-04T09:44:41.000-04:00 4.75 0.25",
        "successful_capture_with_naranja":
            "20729288 approved accredited ARS true naranja 7021 2019-08-06T15:57:49.000-04:00 4.79 0.21",
        "successful_purchase":
            "4141491 approved accredited MXN true visa 3704 2017-07-06T09:49:35.000-04:00 0.14 4.86",
        "successful_purchase_with_cabal":
            "20728968 approved accredited ARS true cabal 7021 2019-08-06T15:38:12.000-04:00 4.79 0.21",
        "successful_purchase_with_elo":
            "18044843 approved accredited BRL true elo 7446 2019-03-04T09:39:22.000-04:00 4.75 0.25",
        "successful_purchase_with_metadata":
            "4141491 approved accredited MXN true visa 3704 2017-07-06T09:49:35.000-04:00 0.14 4.86",
        "successful_purchase_with_naranja":
            "20728968 approved accredited ARS true naranja 7021 2019-08-06T15:38:12.000-04:00 4.79 0.21",
        "successful_void": "4261966 cancelled by_collector BRL false visa 3704 - 0 -",
    ]

    private static func plainPayment(_ json: JSON, _ told: String) throws -> [any GatewayObject] {
        let payment = try #require(json.object.flatMap(Payment.init(fields:)))
        let card = try #require(payment.card)
        let read: [String?] = [
            "\(payment.id)", payment.status.rawValue, payment.statusDetail, payment.currencyID,
            payment.isCaptured.map(String.init), payment.paymentMethodID, card.lastFourDigits,
            payment.dateApproved ?? "-", payment.transactionDetails?.netReceivedAmount?.description,
            payment.feeDetails.first?.amount?.description ?? "-",
        ]
        #expect(read == told.split(separator: " ").map(String.init))
        #expect(payment.transactionAmount?.description == "5" && payment.installments == 1)
        #expect(
            payment.transactionAmountRefunded == .zero && payment.transactionAmountLeft == ExactDecimal(5))
        #expect(payment.paymentTypeID == "credit_card" && payment.isLive == false && card.id == nil)
        let payer = try #require(payment.payer)
        let isGuest = card.lastFourDigits == "3704" || card.lastFourDigits == "2220"
        #expect(card.cardholderName == Secret(isGuest ? "Longbob Longsen" : "John Smith"))
        #expect(payer.type == (isGuest ? "guest" : "registered") && payer.email != nil)
        let document = Identification(type: "DNI", number: Secret("32659430"))
        #expect(payer.identification == (isGuest ? nil : document) && card.firstSixDigits?.count == 6)
        #expect(payment.createdAt != nil && payment.lastUpdatedAt != nil && payment.refunds.isEmpty)
        #expect((payment.approvedAt == nil) == (payment.dateApproved == nil))
        #expect(payment.operationType == "regular_payment" && payment.statementDescriptor != nil)
        #expect(payment.metadata.isEmpty || payment.metadata["key_3"]?["nested_key_1"] == "value_3")
        return [payment]
    }

    private static let approved: FixtureExpectation = { json in
        let payment = try #require(json.object.flatMap(Payment.init(fields:)))
        #expect(payment.id == 17_014_025_134 && payment.status.meaning == .paid)
        #expect(payment.statusDetail == "accredited" && payment.currencyID == "BRL")
        #expect(payment.transactionAmount?.description == "12.34" && payment.installments == 1)
        #expect(payment.transactionAmountRefunded == .zero && payment.refunds.isEmpty)
        #expect(payment.transactionAmountLeft?.description == "12.34")
        #expect(payment.paymentMethodID == "master" && payment.paymentTypeID == "credit_card")
        #expect(payment.issuerID == "24" && payment.operationType == "regular_payment")
        #expect(payment.authorizationCode == "301299" && payment.externalReference == "1631894348")
        #expect(payment.isCaptured == false && payment.isBinary == false && payment.isLive == true)
        #expect(payment.paymentDescription == "PEDIDO NOVO - VIDEOGAME" && payment.collectorID == 810_882_223)
        #expect(payment.statementDescriptor == "Mercadopago*fake")
        #expect(payment.notificationURL?.hasPrefix("https://seu-site.com.br/webhooks") == true)
        #expect(payment.metadata["order_number"] == "order_1631894348")
        #expect(payment.dateCreated == "2022-01-10T10:10:10.000-00:00")
        #expect(payment.dateApproved == payment.dateCreated && payment.dateLastUpdated == payment.dateCreated)
        #expect(payment.moneyReleaseDate == payment.dateCreated && payment.dateOfExpiration == nil)
        #expect(payment.createdAt == 1_641_809_410_000 && payment.approvedAt == payment.createdAt)
        let details = try #require(payment.transactionDetails)
        #expect(details.netReceivedAmount?.description == "11.72" && details.overpaidAmount == .zero)
        #expect(details.totalPaidAmount?.description == "12.34" && details.acquirerReference == nil)
        #expect(details.installmentAmount?.description == "12.34")
        let fee = try #require(payment.feeDetails.first)
        #expect(payment.feeDetails.count == 1 && fee.type == "mercadopago_fee" && fee.payer == "collector")
        #expect(fee.amount?.description == "0.62")
        let card = try #require(payment.card)
        #expect(card.id == nil && card.firstSixDigits == "503143" && card.lastFourDigits == "6351")
        #expect(card.expirationMonth == 12 && card.expirationYear == 2022)
        #expect(card.cardholderName == Secret("APRO"))
        let payer = try #require(payment.payer)
        #expect(payer.id == "128185910" && payer.type == nil && payer.firstName == nil)
        #expect(payer.email == Secret("test_user_1631894348@testuser.com"))
        #expect(payer.identification == Identification(type: "CPF", number: Secret("19119119100")))
        return [payment]
    }

    /// Both files hold the same payment: captured, then cancelled by whoever made the recording.
    private static let cancelled: FixtureExpectation = { json in
        let payment = try #require(json.object.flatMap(Payment.init(fields:)))
        #expect(payment.id == 17_014_025_134 && payment.status.rawValue == "cancelled")
        #expect(payment.status.meaning == .unpaid && payment.statusDetail == "accredited")
        #expect(payment.isCaptured == true && payment.transactionAmount?.description == "12.34")
        #expect(payment.createdAt == 1_631_894_350_367 && payment.approvedAt == 1_631_894_351_481)
        #expect(payment.lastUpdatedAt == payment.approvedAt && payment.refunds.isEmpty)
        #expect(payment.metadata["order_number"] == "order_1631894348")
        #expect(payment.card?.lastFourDigits == "6351" && payment.feeDetails.count == 1)
        return [payment]
    }

    private static let search: FixtureExpectation = { json in
        let page = try #require(Page<Payment>(json))
        #expect(page.total == 102 && page.limit == 5 && page.offset == 0)
        let told = page.results.map { payment in
            [
                "\(payment.id)", payment.status.rawValue, payment.statusDetail, payment.paymentMethodID,
                payment.transactionAmountRefunded?.description, payment.isCaptured.map(String.init),
            ]
        }
        #expect(
            told == [
                ["1241012238", "cancelled", "expired", "pix", "0", "true"],
                ["1241012252", "cancelled", "expired", "pix", "0", "true"],
                ["1241011467", "approved", "partially_refunded", "master", "1", "true"],
                ["1241012304", "cancelled", "expired", "master", "0", "false"],
                ["1241012311", "cancelled", "expired", "master", "0", "false"],
            ])
        #expect(page.results.allSatisfy { $0.transactionAmount?.description == "100" })
        #expect(page.results.map { $0.refunds.count } == [0, 0, 1, 0, 0])
        #expect(page.results.map { $0.card == nil } == [true, true, false, false, false])
        let partly = page.results[2]
        #expect(partly.transactionAmountLeft?.description == "99" && partly.feeDetails.count == 1)
        #expect(partly.externalReference == "85dd4f90-edfe-4b7b-bed5-efb368ca148e")
        #expect(partly.transactionDetails?.netReceivedAmount?.description == "95.01")
        let refund = partly.refunds[0]
        #expect(refund.id == 1_240_999_679 && refund.paymentID == partly.id && refund.status == "approved")
        #expect(refund.amount?.description == "1" && refund.createdAt == 1_631_537_855_000)
        #expect(refund.source?.type == "collector" && refund.source?.id == "823549964")
        return page.results + partly.refunds
    }

    private static let sampleSearch: FixtureExpectation = { json in
        let page = try #require(Page<Payment>(json))
        #expect(page.total == 17493 && page.limit == 30 && page.offset == 0)
        let payment = try #require(page.results.first)
        #expect(page.results.count == 1 && payment.id == 1 && payment.externalReference == "1234")
        #expect(payment.card == nil && payment.transactionAmount?.description == "250")
        #expect(payment.status.meaning == .paid && payment.paymentMethodID == "account_money")
        #expect(payment.payer?.id == "123" && payment.payer?.type == "customer")
        #expect(payment.payer?.identification?.number == Secret("12345678"))
        #expect(payment.createdAt == 1_504_178_798_000 && payment.isCaptured == nil)
        return page.results
    }

    private static let refund: FixtureExpectation = { json in
        let refund = try #require(json.object.flatMap(Refund.init(fields:)))
        #expect(refund.id == 1_009_042_015 && refund.paymentID == 18_552_260_055)
        #expect(refund.amount?.description == "10" && refund.amountRefundedToPayer?.description == "10")
        #expect(refund.adjustmentAmount == .zero && refund.status == "approved" && refund.reason == nil)
        #expect(refund.refundMode == "standard" && refund.metadata["status_detail"]?.isNull == true)
        #expect(refund.dateCreated == "2023-08-24T15:35:15.783-04:00")
        #expect(refund.createdAt == 1_692_905_715_783 && refund.expirationDate == nil)
        let source = try #require(refund.source)
        #expect(source.id == "831921084" && source.name == Secret("Firstname Lastname"))
        #expect(source.type == "collector" && refund.uniqueSequenceNumber == nil)
        #expect(refund.description == "refund 1009042015 of payment 18552260055 approved")
        return [refund]
    }

    private static let refunds: FixtureExpectation = { json in
        let refunds = try #require(json.array).compactMap(\.object).compactMap(Refund.init(fields:))
        #expect(refunds.map(\.id) == [1_009_042_015, 1_009_042_016])
        #expect(refunds.allSatisfy { $0.paymentID == 18_552_260_055 && $0.amount?.description == "5" })
        #expect(refunds.allSatisfy { $0.status == "approved" && $0.createdAt == 1_692_905_715_783 })
        return refunds
    }

    private static let oldRefund: FixtureExpectation = { json in
        let refund = try #require(json.object.flatMap(Refund.init(fields:)))
        #expect(refund.id == 4_247_757 && refund.paymentID == 4_247_751 && refund.status == nil)
        #expect(refund.amount?.description == "5" && refund.amountRefundedToPayer == nil)
        #expect(refund.createdAt == 1_499_885_108_752 && refund.metadata.isEmpty)
        #expect(refund.source?.id == "261735089" && refund.uniqueSequenceNumber == nil)
        #expect(refund.description == "refund 4247757 of payment 4247751 -")
        return [refund]
    }
}
