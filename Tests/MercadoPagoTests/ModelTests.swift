import ExactJSON
import PaymentJobs
import Testing

@testable import MercadoPago

@Suite("Models read leniently what isn't essential, and strictly what is")
struct ModelTests {
    private func fields(_ text: String) throws -> JSONObject {
        try #require(try JSON(parsing: text).object)
    }

    @Test("a payment whose numbers are texts, with a masked card and a status nobody knows")
    func lenient() throws {
        let payment = try #require(
            Payment(
                fields: fields(
                    """
                    {"id":"17014025134","status":"galactic","status_detail":null,\
                    "transaction_amount":"12.340","installments":"3","captured":"true","issuer_id":24,\
                    "money_release_date":"","date_approved":"",\
                    "card":{"id":9267060453,"expiration_month":"***","expiration_year":"***",\
                    "last_four_digits":"****"},\
                    "metadata":null,"fee_details":null,"collector_id":null,"binary_mode":7}
                    """)))
        #expect(payment.id == 17_014_025_134 && payment.status.rawValue == "galactic")
        #expect(payment.status.meaning == .undecided && payment.statusDetail == nil)
        #expect(payment.transactionAmount?.description == "12.340" && payment.installments == 3)
        #expect(payment.isCaptured == true && payment.issuerID == "24" && payment.dateApproved == nil)
        #expect(payment.card?.id == "9267060453" && payment.card?.expirationMonth == nil)
        #expect(payment.card?.expirationYear == nil && payment.card?.lastFourDigits == nil)
        #expect(payment.metadata.isEmpty && payment.feeDetails.isEmpty && payment.collectorID == nil)
        #expect(payment.isBinary == nil && payment.description == "payment 17014025134 galactic/-")
    }

    @Test(
        "a payment without an id or a status is none",
        arguments: [
            "{}", #"{"id":1}"#, #"{"status":"approved"}"#, #"{"id":1.5,"status":"approved"}"#,
            #"{"id":null,"status":"approved"}"#, #"{"id":1,"status":""}"#,
            #"{"id":99999999999999999999,"status":"a"}"#,
        ])
    func notAPayment(text: String) throws {
        #expect(Payment(fields: try fields(text)) == nil)
    }

    @Test("digits that came as numbers have their zeros back")
    func digits() throws {
        let card = try #require(
            CustomerCard(
                fields: fields(
                    #"{"id":1562188766852,"first_six_digits":1234,"last_four_digits":604,"user_id":44887}"#
                )))
        #expect(
            card.id == "1562188766852" && card.firstSixDigits == "001234" && card.lastFourDigits == "0604")
        #expect(card.userID == "44887" && card.description == "card 1562188766852 •••• 0604")
        for text in ["12345", "123", "12a4", "", "١٢٣٤"] {
            let card = try #require(CustomerCard(fields: ["id": "1", "last_four_digits": .string(text)]))
            #expect(card.lastFourDigits == nil, "\(text)")
        }
        #expect(CustomerCard(fields: ["id": ""]) == nil)
        #expect(CustomerCard(fields: ["id": nil]) == nil)
    }

    @Test("ids that would change an address are none")
    func addresses() {
        for id in ["a/b", "a?b", "..", "", "a b", "a%2fb"] {
            #expect(Customer(fields: ["id": .string(id)]) == nil)
            #expect(CardTokenInfo(fields: ["id": .string(id)]) == nil)
        }
    }

    @Test("what the pipeline learns of a payment, a card and a token")
    func mapping() throws {
        let payment = try #require(Payment(fields: fields(Sample.payment)))
        let known = GatewayPaymentView(payment)
        #expect(known.jobID == "job-1" && known.digest == "d" && known.lastFourDigits == "6351")
        #expect(known.cardID == "9267060453" && known.amount == "100.50" && known.detail == "accredited")
        let bare = GatewayPaymentView(try #require(Payment(fields: ["id": 1, "status": "pending"])))
        #expect(bare.jobID == nil && bare.digest == nil && bare.cardID == nil && bare.amount == nil)
    }
}

@Suite("The gateway's dates")
struct GatewayDateTests {
    @Test(
        "every spelling seen",
        arguments: [
            ("2023-09-04T09:00:57.374-04:00", 1_693_832_457_374),
            ("2019-07-03T21:15:35.000Z", 1_562_188_535_000),
            ("2022-01-10T10:10:10.000-00:00", 1_641_809_410_000),
            ("2022-01-10T10:10:10.000+00:00", 1_641_809_410_000),
            ("2023-08-31T14:21:58-04:00", 1_693_506_118_000),
            ("2013-08-06T09:25:04.000-0300", 1_375_791_904_000),
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59.9Z", 951_868_799_900),
            ("2024-12-31T23:59:59.9999999+05:30", 1_735_669_799_999),
        ] as [(String, Int64)])
    func read(text: String, milliseconds: Int64) {
        #expect(GatewayDate.milliseconds(text) == milliseconds)
    }

    @Test(
        "what is no date",
        arguments: [
            "", "2023", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-01-01T24:00:00Z",
            "2023-01-01 00:00:00Z",
            "2023-01-01T00:00:00", "2023-01-01T00:00:00.Z", "2023-01-01T00:00:00Zx",
            "2023-01-01T00:00:00+4:00",
        ])
    func refused(text: String) {
        #expect(GatewayDate.milliseconds(text) == nil)
    }

    @Test("what the contract writes is read back", arguments: 1...200)
    func roundTrip(seed: UInt64) {
        var numbers = Numbers(state: seed)
        let moment = Int64(numbers.next() % 253_000_000_000_000) - 2_000_000_000_000
        #expect(GatewayDate.milliseconds(Timestamp.text(moment)) == moment)
    }
}
