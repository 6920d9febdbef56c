import ExactJSON

/// What goes back to the caller.
struct Reply: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]
    var contentType = "application/json;charset=UTF-8"

    init(_ status: Int, _ json: JSON) {
        self.status = status
        body = json.serialized()
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
