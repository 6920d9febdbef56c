import ExactJSON

/// One request, taken off the wire and not judged yet.
struct Call: Sendable {
    let method: String
    let path: String
    let query: Query
    let authorization: String?
    let idempotencyKey: String?
    let body: [UInt8]
    var stamp: Stamp

    var now: Instant { stamp.now }

    /// The body as an object, or the refusal that the API in question has for everything else.
    func object(orThrow refusal: Refusal) throws(Refusal) -> JSONObject {
        guard let json = try? JSON(parsing: body), let object = json.object else { throw refusal }
        return object
    }
}
