import ExactJSON
import NIOCore
import Testing

@testable import MercadoPago

@Suite("Every envelope that an error has come in is read")
struct ErrorEnvelopeTests {
    private func error(_ status: Int, _ body: String?, requestID: String? = nil) -> APIError {
        APIError(
            RawAnswer(status: status, requestID: requestID, body: body.map { ByteBuffer(string: $0) }), now: 0
        )
    }

    @Test("a payment's error: number code, and the request id from data")
    func payment() {
        let error = error(
            400,
            """
            {"message":"Card Token not found","error":"bad_request","status":400,"cause":[{"code":2006,\
            "description":"Card Token not found",\
            "data":"23-09-2021T17:56:16UTC;bb56a2f1-6aae-46ac-982e-9dcd3581d08e"}]}
            """)
        #expect(
            error.codes == ["2006"] && error.message == "Card Token not found" && error.kind == "bad_request")
        #expect(error.requestID == "bb56a2f1-6aae-46ac-982e-9dcd3581d08e")
        #expect(error.causes.first?.requestID == error.requestID)
        #expect(error.description == "HTTP 400, code 2006, Card Token not found")
    }

    @Test("the header's request id wins")
    func header() {
        #expect(
            error(400, #"{"cause":[{"data":"x;from-data"}]}"#, requestID: "from-header").requestID
                == "from-header")
    }

    @Test(
        "every shape of cause",
        arguments: [
            (#"[]"#, []), (#"null"#, []), (#"[[]]"#, []), (#""text""#, []), (#"[null]"#, []),
            (#"{"code":5}"#, ["5"]), (#"[{"code":"101"}]"#, ["101"]),
            (#"[[{"code":"card-120"}]]"#, ["card-120"]),
            (#"[{"code":1},{"code":"2"}]"#, ["1", "2"]), (#"[{"code":null},{}]"#, []),
            (#"[{"code":"Method not allowed"}]"#, ["Method not allowed"]),
        ] as [(String, [String])])
    func cause(json: String, codes: [String]) {
        #expect(error(400, #"{"message":"m","cause":\#(json)}"#).codes == codes)
    }

    @Test("the edge, the policy agent, nothing, and what isn't JSON")
    func others() {
        let edge = error(401, #"{"code":"unauthorized","message":"invalid access token"}"#)
        #expect(edge.codes == ["unauthorized"] && edge.message == "invalid access token")
        let policy = error(
            403,
            """
            {"code":"pa_unauthorized_result_from_policies",\
            "message":"At least one policy returned UNAUTHORIZED.","blocked_by":"PolicyAgent","status":403}
            """)
        #expect(policy.codes == ["pa_unauthorized_result_from_policies"])
        for body in [
            nil, "", "<html>502</html>", "[1]", #"{"message":null,"error":null,"status":500,"cause":[]}"#,
        ] {
            let error = error(502, body)
            #expect(error.codes.isEmpty && error.causes.isEmpty && error.message == "HTTP status 502")
        }
        #expect(
            error(500, #"{"message":"","error":"internal_error","cause":[]}"#).message == "internal_error")
        #expect(error(400, #"{"cause":[{"description":"why"}]}"#).message == "why")
    }

    @Test("texts are scrubbed, and there is a bound on everything")
    func bounded() {
        let long = String(repeating: "word ", count: 5000)
        let many = Array(repeating: #"{"code":1,"description":"\#(Canary.email)"}"#, count: 100).joined(
            separator: ",")
        let error = error(
            400, #"{"message":"\#(Canary.email) \#(Canary.cardToken) \#(long)","cause":[\#(many)]}"#)
        #expect(error.causes.count == 8 && error.codes.count == 8 && error.message.count <= 256)
        let shown = "\(error) \(String(reflecting: error))"
        #expect(!shown.contains(Canary.email) && !shown.contains(Canary.cardToken))
        #expect(self.error(400, #"{"cause":[{"data":"d;has spaces and <script>"}]}"#).requestID == nil)
    }

    @Test("deeply nested causes cost nothing")
    func nested() {
        let depth = 500
        let json = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(error(400, #"{"message":"m","cause":\#(json)}"#).message == "HTTP status 400")
    }
}

@Suite("Retry-After")
struct RetryAfterTests {
    private let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    @Test("seconds, a date against the answer's date, a date against the clock")
    func forms() {
        #expect(RetryAfter.duration("120", answeredAt: nil, now: 0) == .seconds(120))
        #expect(RetryAfter.duration(" 0 ", answeredAt: nil, now: 0) == .seconds(0))
        let later = "Sun, 06 Nov 1994 08:50:07 GMT"
        #expect(RetryAfter.duration(later, answeredAt: date, now: 0) == .seconds(30))
        #expect(RetryAfter.duration(later, answeredAt: nil, now: 784_111_777_000) == .seconds(30))
        #expect(RetryAfter.duration(date, answeredAt: later, now: 0) == .seconds(0))
    }

    @Test("too long is a day; nonsense is nothing")
    func limits() {
        #expect(RetryAfter.duration("99999999999999999999999", answeredAt: nil, now: 0) == .seconds(86_400))
        #expect(
            RetryAfter.duration("Fri, 31 Dec 2100 00:00:00 GMT", answeredAt: date, now: 0) == .seconds(86_400)
        )
        for text in ["", "-1", "1.5", "soon", "Sun, 06 Nov 1994", "Sun, 31 Feb 1994 08:49:37 GMT", "٣"] {
            #expect(RetryAfter.duration(text, answeredAt: nil, now: 0) == nil, "\(text)")
        }
    }
}
