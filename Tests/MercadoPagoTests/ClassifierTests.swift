import ExactJSON
import NIOCore
import Pipeline
import Testing

@testable import MercadoPago

@Suite("What an error means, at every endpoint")
struct ClassifierTests {
    private func verdict(
        _ status: Int, _ codes: [String] = [], message: String = "m", at endpoint: Endpoint
    ) -> Classifier.Verdict {
        let causes = JSON.array(codes.map { ["code": .string($0)] })
        let body = JSON.object(["message": .string(message), "cause": causes]).serialized()
        return Classifier.verdict(
            APIError(RawAnswer(status: status, body: ByteBuffer(bytes: body)), now: 0), at: endpoint)
    }

    @Test("every status without a code", arguments: Endpoint.allCases)
    func statuses(endpoint: Endpoint) {
        for status in (100...199).map(\.self) + Array(300...599) {
            let expected: Classifier.Verdict =
                switch status {
                case 401: .misconfigured
                case 403: endpoint.namesPayment ? .refused : .misconfigured
                case 404: endpoint == .cardToken ? .tokenUnusable : .refused
                case 408: .ambiguous
                case 409: .conflict
                case 423, 424: .busy
                case 429: .throttled
                case 400...499: .refused
                default: .ambiguous
                }
            #expect(verdict(status, at: endpoint) == expected, "HTTP \(status)")
        }
    }

    /// Every documented code of `POST /v1/payments` (facts §7) and what it means there.
    private static let paymentCodes: [String: Classifier.Verdict] = {
        let refused =
            [
                1, 3, 8, 23, 1000, 1001, 2000, 2002, 2009, 2010, 2034, 2059, 2060, 2067, 2072, 2077, 2123,
                2131, 4292, 6033, 7523,
            ]
            + [3000, 3001, 3004, 3005, 3007] + Array(3010...3034) + Array(4000...4007)
            + [4012, 4013] + Array(4015...4029) + [4033, 4037, 4038, 4039, 4050, 4051]
        var table: [String: Classifier.Verdict] = [:]
        for code in refused { table["\(code)"] = .refused }
        for code in [4, 5, 3002, 3009] { table["\(code)"] = .misconfigured }
        for code in [2006, 2062, 3003, 3006, 3008] { table["\(code)"] = .tokenUnusable }
        for code in [2004, 2007, 801] { table["\(code)"] = .ambiguous }
        table["2001"] = .busy
        return table
    }()

    @Test("every documented code of a payment, alone")
    func payments() {
        for (code, expected) in Self.paymentCodes {
            #expect(verdict(400, [code], at: .createPayment) == expected, "code \(code)")
        }
    }

    @Test("with two codes, the one that leaves more open decides, in whatever order")
    func pairs() {
        let order: [Classifier.Verdict] = [.ambiguous, .busy, .tokenUnusable, .misconfigured, .refused]
        let codes = ["2004", "2001", "3003", "3002", "4033"]
        for (first, one) in codes.enumerated() {
            for (second, other) in codes.enumerated() {
                #expect(verdict(400, [one, other], at: .createPayment) == order[min(first, second)])
            }
        }
    }

    @Test("the status outranks the code")
    func precedence() {
        for endpoint in Endpoint.allCases {
            #expect(verdict(500, ["2006"], at: endpoint) == .ambiguous)
            #expect(verdict(401, ["2006"], at: endpoint) == .misconfigured)
            #expect(verdict(429, ["2001"], at: endpoint) == .throttled)
            #expect(verdict(409, ["4033"], at: endpoint) == .conflict)
        }
        #expect(verdict(403, ["4"], at: .createPayment) == .misconfigured)
        #expect(verdict(403, ["4"], at: .payment) == .refused)
        #expect(verdict(403, ["3002"], at: .payment) == .refused)
        #expect(verdict(404, ["3002"], at: .payment) == .misconfigured)
    }

    @Test("every documented code of customers and cards")
    func customers() {
        let codes = Array(100...119) + Array(121...130) + [140, 150, 201, 204, 205, 207, 208]
        for endpoint in [Endpoint.createCustomer, .customer, .searchCustomers, .addCard, .cards] {
            for code in codes {
                let expected: Classifier.Verdict = code == 100 ? .misconfigured : .refused
                #expect(verdict(400, ["\(code)"], at: endpoint) == expected, "code \(code)")
            }
            let expected: Classifier.Verdict = endpoint == .addCard ? .tokenUnusable : .refused
            #expect(verdict(400, ["card-120"], at: endpoint) == expected)
            #expect(verdict(400, ["120"], at: endpoint) == expected)
            #expect(verdict(400, ["card-108"], at: endpoint) == .refused)
            // The same numbers mean something else there than on payments.
            #expect(verdict(400, ["3"], at: endpoint) == .refused)
        }
    }

    @Test("the older sentence about a token, without a code")
    func sentence() {
        let message =
            "could not update the Cardtoken with the following id: x because has been used or expired"
        #expect(verdict(400, message: message, at: .createPayment) == .tokenUnusable)
        #expect(verdict(400, message: message, at: .addCard) == .tokenUnusable)
        #expect(verdict(400, message: message, at: .payment) == .refused)
        #expect(verdict(400, message: "could not do it", at: .createPayment) == .refused)
    }

    @Test("a token that is read", arguments: ["2006", "2062", "3003", "3006", "3008"])
    func tokens(code: String) {
        #expect(verdict(400, [code], at: .cardToken) == .tokenUnusable)
        #expect(verdict(400, [code], at: .createCardToken) == .refused)
    }

    @Test("what the connection did, and what can't be read")
    func transport() {
        for reason in TransportFault.Reason.allCases {
            let fault = TransportFault(reason)
            for endpoint in Endpoint.allCases {
                let notSent = Classifier.gatewayError(.notSent(fault), at: endpoint)
                #expect(notSent == .notSent(GatewayFault(message: reason.rawValue)))
                let interrupted = Classifier.gatewayError(.interrupted(fault), at: endpoint)
                #expect(interrupted == .ambiguous(GatewayFault(message: reason.rawValue)))
            }
        }
        let unreadable = UnreadableAnswer(httpStatus: 201, requestID: "r", why: "empty")
        #expect(
            Classifier.gatewayError(.unreadable(unreadable), at: .createPayment)
                == .ambiguous(GatewayFault(httpStatus: 201, message: "empty", requestID: "r")))
        let search = MercadoPagoError.incomplete(IncompleteSearch(resultsRead: 1, resultsTotal: 2))
        #expect(Classifier.gatewayError(search, at: .searchPayments).mayHaveMovedMoney)
        #expect(!Classifier.gatewayError(search, at: .searchCustomers).mayHaveMovedMoney)
    }

    @Test("whatever the client calls perhaps done, the pipeline does too")
    func agreement() {
        for endpoint in Endpoint.allCases {
            for status in Array(300...599) {
                for code in ["x", "2004", "2001", "801", "2007"] {
                    let body = ByteBuffer(string: #"{"cause":[{"code":"\#(code)"}]}"#)
                    let error = MercadoPagoError.answered(
                        APIError(RawAnswer(status: status, body: body), now: 0))
                    let meaning = Classifier.gatewayError(error, at: endpoint)
                    if error.mayHaveBeenDone, ![401, 403, 429].contains(status) {
                        #expect(meaning.mayHaveMovedMoney, "HTTP \(status) \(code)")
                    }
                }
            }
        }
    }
}
