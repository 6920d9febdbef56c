import ExactJSON

/// One request, taken off the wire and not judged yet.
struct Call: Sendable {
    let method: String
    let path: String
    let query: Query
    let authorization: String?
    let idempotencyKey: String?
    /// `X-Card-Validation`: asks whether a card is good, for an amount of zero.
    var cardValidation: String?
    let body: [UInt8]
    var stamp: Stamp

    var now: Instant { stamp.now }

    /// The body as an object, or the refusal that the API in question has for everything else.
    func object(orThrow refusal: Refusal) throws(Refusal) -> JSONObject {
        guard let json = try? JSON(parsing: body), let object = json.object else { throw refusal }
        return object
    }
}

/// What a call asks for, where the method and the path don't say it.
enum CallAction: String, Sendable {
    case charge, capture, cancel, update, refund

    /// `nil` for a call that moves no money.
    init?(_ endpoint: Endpoint, body: @autoclosure () -> JSON?) {
        switch endpoint {
        case .createPayment: self = .charge
        case .createRefund: self = .refund
        case .updatePayment:
            let body = body()
            self = body?["capture"] != nil ? .capture : body?["status"] != nil ? .cancel : .update
        default: return nil
        }
    }
}
