import ExactJSON

/// What goes back to the caller.
struct Reply: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]
    var contentType = "application/json;charset=UTF-8"
    /// Over how long and in how many pieces the body goes out; `nil` for at once.
    var drip: (over: Duration, pieces: Int)?

    init(_ status: Int, _ json: JSON) {
        self.status = status
        body = json.serialized()
    }

    /// A body that is no JSON although it says so.
    init(_ status: Int, broken bytes: some Sequence<UInt8>) {
        self.status = status
        body = Array(bytes)
    }

    /// The same answer, of whose body the second half is missing.
    var truncated: Reply {
        var reply = self
        reply.body = Array(body.prefix(body.count / 2))
        return reply
    }

    init(_ status: Int, html: String) {
        self.status = status
        body = Array(html.utf8)
        contentType = "text/html"
    }
}

/// When a call came and the id it goes by; errors carry both.
struct Stamp: Sendable {
    let requestID: String
    let now: Instant

    var data: String { "\(now.stamp);\(requestID)" }
}
