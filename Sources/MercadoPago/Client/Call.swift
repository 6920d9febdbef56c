/// One call, ready to be sent.
struct Call: Sendable {
    let endpoint: Endpoint
    /// What follows the base address: percent-encoded, with the query.
    let path: String
    var body: [UInt8]?
    var idempotencyKey: String?

    init(_ endpoint: Endpoint, _ path: String, body: [UInt8]? = nil, idempotencyKey: String? = nil) {
        let takesBody = endpoint.method == .post || endpoint.method == .put
        precondition(takesBody == (body != nil), "POST and PUT have a body, GET and DELETE have none")
        self.endpoint = endpoint
        self.path = path
        self.body = body
        self.idempotencyKey = idempotencyKey
    }
}

/// A text that becomes one part of an address.
enum PathPart {
    /// Letters, digits, dashes and underscores stay themselves in every address; a dot, a slash or nothing at
    /// all would name another resource, and percent-encoding doesn't save from `..`.
    ///
    /// - Throws: ``MercadoPagoError/notSent(_:)`` unless `text` is 1 to 64 of those.
    static func checked(_ text: String) throws(MercadoPagoError) -> String {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(isPart) else {
            throw .notSent(TransportFault(.invalidAddress))
        }
        return text
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
