import ExactJSON

/// Every way in which an endpoint says no, with the shape that its API uses.
enum Refusal: Error, Hashable {
    /// `/v1/payments`: integer codes with the time and request id as `data` (fixture of error 2006).
    case payment(code: Int64, String, status: Int = 400)
    /// `/v1/customers`: string codes (Mercado Pago's error list, docs PR #1314).
    case customer(code: String, String)
    /// `/v1/customers/{id}/cards`: nested causes and a trailing space (sdk-php#148).
    case card(code: String, String)
    /// `/v1/card_tokens`: codes of the front-end lists (docs, handling-responses).
    case token(code: String, String)
    /// A customer or card that isn't there: nested empty causes (sdk-dotnet#140).
    case absent(String)
    /// The identity documents of a country that has none (Mercado Pago's reference, code 1004).
    case noIdentificationTypes
    /// A path that nobody serves.
    case noResource(path: String)
    /// A path that is served, by another method (fixture failed_capture).
    case methodNotAllowed
    /// No bearer token.
    case noCredentials
    /// A bearer token that belongs to no account (observed at the edge, 2026).
    case badCredentials
    /// A public key that belongs to no account.
    case badPublicKey
    /// Everything else that has an envelope with an empty cause.
    case plain(status: Int, error: String, String)

    func reply(_ stamp: Stamp) -> Reply {
        switch self {
        case .payment(let code, let text, let status):
            let cause: JSON = ["code": JSON(code), "description": .string(text), "data": .string(stamp.data)]
            let errors = [403: "forbidden", 404: "not_found"]
            return Self.envelope(status, text, errors[status] ?? "bad_request", [cause])
        case .customer(let code, let text):
            return Self.envelope(400, text, "bad_request", [Self.cause(code, text)])
        case .card(let code, let text):
            return Self.envelope(
                400, "invalid parameters ", "bad_request", [[Self.cause("card-\(code)", text)]])
        case .token(let code, let text):
            return Self.envelope(400, text, "bad_request", [Self.cause(code, text)])
        case .absent(let text):
            return Self.envelope(404, text, "not_found", [[]])
        case .noIdentificationTypes:
            let text = "Identification types not found."
            return Self.envelope(404, text, "not_found", [Self.cause("1004", text)])
        case .noResource(let path):
            return Self.envelope(404, "Resource \(path) not found.", "not_found", [])
        case .methodNotAllowed:
            let text = "Method not allowed"
            let cause: JSON = ["code": .string(text), "description": .string(text), "data": nil]
            return Self.envelope(405, text, "method_not_allowed", [cause])
        case .noCredentials:
            let text = "Must provide your access_token to proceed"
            let cause: JSON = ["code": 5, "description": .string(text), "data": nil]
            return Self.envelope(401, text, "unauthorized", [cause])
        case .badCredentials:
            return Reply(401, ["code": "unauthorized", "message": "invalid access token"])
        case .badPublicKey:
            return Self.envelope(404, "not found public_key", "not_found", [])
        case .plain(let status, let error, let text):
            return Self.envelope(status, text, error, [])
        }
    }

    private static func cause(_ code: String, _ text: String) -> JSON {
        ["code": .string(code), "description": .string(text)]
    }

    private static func envelope(_ status: Int, _ message: String, _ error: String, _ cause: [JSON]) -> Reply
    {
        Reply(
            status,
            [
                "message": .string(message), "error": .string(error), "status": JSON(status),
                "cause": .array(cause),
            ])
    }
}

extension Refusal {
    /// Names that the body of a payment, an update or a refund may not have.
    static func wrongNames(_ paths: [String]) -> Refusal {
        let names = paths.joined(separator: ", ")
        return .payment(code: 8, "The name of the following parameters is wrong [\(names)]")
    }

    /// A payment that is in no state for this: 2018 for updates, 2063 for refunds.
    static func wrongState(_ code: Int64) -> Refusal {
        .payment(code: code, "The action requested is not valid for the current payment state")
    }

    /// A country or a card whose money can't be held and taken later.
    static let noDeferredCapture = Refusal.payment(code: 2_077, "Deferred capture not supported")
    static let noPayment = Refusal.payment(code: 2_000, "Payment not found", status: 404)
    static let noRefund = Refusal.payment(code: 2_032, "Refund not found", status: 404)
    /// A payment of another seller (a live test of the official Ruby SDK).
    static let otherSeller = Refusal.payment(
        code: 4, "The caller is not authorized to access this resource", status: 403)
}
