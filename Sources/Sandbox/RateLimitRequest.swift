import ExactJSON

/// The body of POST /_sandbox/rate-limit.
struct RateLimitRequest: Sendable {
    let limit: RateLimit
    let account: Int?

    init(_ body: JSONObject) throws(ControlRefusal) {
        let fields = ControlFields(
            body, known: ["account", "calls_per_second", "kind", "burst", "retry_after", "wait_s"])
        try fields.checkNames()
        account = try fields.account()
        guard let rate = body["calls_per_second"]?.number.flatMap({ Double($0.literal) }) else {
            throw ControlRefusal("rate-limit needs calls_per_second, a number")
        }
        let burst = try fields.integer("burst", 1...1_000_000)
        var limit = RateLimit(
            callsPerSecond: rate, kind: try Self.kind(try fields.string("kind") ?? "bucket", burst: burst))
        if let name = try fields.string("retry_after") {
            guard let form = RateLimit.RetryAfter(rawValue: name) else {
                let known = RateLimit.RetryAfter.allCases.map(\.rawValue).joined(separator: ", ")
                throw ControlRefusal("retry_after must be one of \(known)")
            }
            limit.retryAfter = form
        }
        limit.retryAfterWait = try fields.integer("wait_s", 0...86_400)
        if let problem = limit.problem { throw ControlRefusal(problem) }
        self.limit = limit
    }

    private static func kind(_ name: String, burst: Int?) throws(ControlRefusal) -> RateLimit.Kind? {
        switch name {
        case "bucket": return burst.map { .bucket(burst: $0) }
        case "window":
            guard burst == nil else { throw ControlRefusal("a window has no burst") }
            return .window
        default: throw ControlRefusal("kind must be bucket or window")
        }
    }
}

extension RateLimit {
    /// As it is set by POST /_sandbox/rate-limit.
    var json: JSON {
        let isWhole = callsPerSecond == callsPerSecond.rounded()
        let literal = isWhole ? String(Int64(callsPerSecond)) : String(callsPerSecond)
        var object: JSONObject = ["calls_per_second": JSONNumber(literal).map(JSON.number) ?? .null]
        switch kind {
        case .bucket(let burst):
            object["kind"] = "bucket"
            object["burst"] = JSON(burst)
        case .window: object["kind"] = "window"
        }
        object["retry_after"] = .string(retryAfter.rawValue)
        object["wait_s"] = retryAfterWait.map { JSON($0) }
        return .object(object)
    }
}
