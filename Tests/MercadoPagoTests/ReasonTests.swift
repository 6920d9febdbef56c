import ExactJSON
import NIOCore
import PaymentJobs
import Pipeline
import Testing

@testable import MercadoPago

@Suite("Why a call was refused") struct ReasonTests {
    private func reason(
        _ status: Int, _ codes: [String] = [], at endpoint: Endpoint
    ) -> RefusalReason {
        let causes = JSON.array(codes.map { ["code": .string($0)] })
        let body = JSON.object(["message": "m", "cause": causes]).serialized()
        let error = APIError(RawAnswer(status: status, body: ByteBuffer(bytes: body)), now: 0)
        return ReasonTable.reason(of: error, at: endpoint)
    }

    private static func numbers(_ ranges: [ClosedRange<Int>], _ others: [Int]) -> [String] {
        (ranges.flatMap { Array($0) } + others).map(String.init)
    }

    /// Every code that the documentation gives for payments: the reference, and the older "collections".
    private static let paymentCodes =
        numbers(
            [3000...3034, 4000...4007, 4015...4029, 4037...4039],
            [
                1, 3, 4, 5, 8, 23, 1000, 1001, 1004, 2000, 2001, 2002, 2004, 2006, 2007, 2009, 2010, 2018,
                2034, 2059, 2060, 2062, 2067, 2072, 2077, 2078, 2079, 2123, 2131, 4012, 4013, 4033, 4050,
                4051, 4292, 6033, 7523,
            ]
        )
        + ["106", "109", "126", "129", "145", "150", "151", "160", "204", "801"]

    /// The same for refunds.
    private static let refundCodes = numbers(
        [4292...4297],
        [
            2000, 2018, 2020, 2021, 2022, 2024, 2025, 2027, 2029, 2030, 2031, 2032, 2063, 2085, 3024, 4040,
            4041, 15016,
        ])

    /// The same for customers and cards.
    private static let customerCodes = numbers([100...130], [140, 150, 201, 204, 205, 207, 208])

    /// The same for card tokens.
    private static let tokenCodes =
        ["205", "208", "209", "212", "213", "214", "220", "221", "224", "316", "322", "323", "324", "325"]
        + ["326", "E301", "E302", "E601", "E603"]

    @Test("each documented code has a reason of its own")
    func documented() {
        let tables: [(Endpoint, [String])] = [
            (.createPayment, Self.paymentCodes), (.refundPayment, Self.refundCodes),
            (.capturePayment, ["8", "1004", "2016", "2017", "2018", "2078", "2079", "4", "3002", "2000"]),
            (.cancelPayment, ["8", "1004", "2016", "2018", "3005", "4", "3002", "2000"]),
            (.createCustomer, Self.customerCodes), (.addCard, Self.customerCodes),
            (.addCard, ["card-120", "card-108", "card-140", "card-129", "card-127"]),
            (.createCardToken, Self.tokenCodes + ["2002", "2010"]), (.cardToken, Self.tokenCodes),
        ]
        var count = 0
        for (endpoint, codes) in tables {
            for code in codes {
                #expect(reason(400, [code], at: endpoint) != .unknown, "\(endpoint): \(code)")
                count += 1
            }
        }
        print("\(count) documented codes have a reason")
    }

    @Test("what operators ask for, word by word")
    func meanings() {
        let rows: [(Endpoint, String, String)] = [
            (.createPayment, "2006", "card-token-unusable"), (.createPayment, "3003", "card-token-unusable"),
            (.createPayment, "3013", "security-code-required"),
            (.createPayment, "2002", "customer-not-found"), (.createPayment, "4037", "amount-invalid"),
            (.createPayment, "4033", "installments-invalid"), (.createPayment, "2077", "capture-unsupported"),
            (.createPayment, "2131", "payment-method-invalid"), (.createPayment, "8", "invalid-request"),
            (.createCardToken, "2010", "card-not-found"), (.refundPayment, "2000", "payment-not-found"),
            (.refundPayment, "2024", "refund-window-over"), (.refundPayment, "15016", "refund-window-over"),
            (.refundPayment, "2022", "too-many-partial-refunds"),
            (.refundPayment, "3024", "partial-refund-unsupported"),
            (.refundPayment, "2030", "balance-insufficient"),
            (.refundPayment, "2063", "state-does-not-allow"),
            (.refundPayment, "4040", "amount-invalid"), (.cancelPayment, "2018", "state-does-not-allow"),
            (.addCard, "card-120", "card-token-unusable"), (.addCard, "129", "too-many-cards"),
            (.addCard, "140", "card-owner-mismatch"), (.addCard, "card-108", "payment-method-invalid"),
            (.createCustomer, "106", "customer-data-invalid"), (.createCustomer, "101", "customer-exists"),
            // The same number means something else elsewhere.
            (.createPayment, "106", "not-permitted"), (.createPayment, "129", "amount-invalid"),
            (.searchCustomers, "205", "invalid-request"), (.createCardToken, "205", "card-data-invalid"),
        ]
        for (endpoint, code, word) in rows {
            #expect(reason(400, [code], at: endpoint).rawValue == word, "\(endpoint): \(code)")
        }
    }

    @Test("what isn't documented is unknown, and a status without a code says what it can")
    func others() {
        for endpoint in Endpoint.allCases {
            #expect(reason(400, ["99999"], at: endpoint) == .unknown)
            #expect(reason(400, at: endpoint) == .unknown)
            #expect(reason(401, at: endpoint) == .accountSetup)
            #expect(reason(403, at: endpoint) == .notPermitted)
            #expect(reason(405, ["Method not allowed"], at: endpoint) == .invalidRequest)
        }
        #expect(reason(404, at: .refundPayment) == .paymentNotFound)
        #expect(reason(404, at: .cards) == .customerNotFound)
        #expect(reason(404, at: .createCardToken) == .cardNotFound)
    }

    @Test("of several codes the one that says more decides, in whatever order")
    func several() {
        #expect(reason(400, ["1", "2002"], at: .createPayment) == .customerNotFound)
        #expect(reason(400, ["2002", "1"], at: .createPayment) == .customerNotFound)
        #expect(reason(400, ["x", "8"], at: .createPayment) == .invalidRequest)
    }

    @Test("the reason reaches the refusal that an event tells")
    func refusal() {
        let body = ByteBuffer(string: #"{"message":"m","cause":[{"code":3024}]}"#)
        let error = MercadoPagoError.answered(APIError(RawAnswer(status: 400, body: body), now: 0))
        let fault = Classifier.gatewayError(error, at: .refundPayment).fault
        #expect(fault.refusal.reason == .partialRefundUnsupported)
    }
}
