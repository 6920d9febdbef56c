import ExactJSON

/// What comes back from a gateway that is unwell: shapes that callers have reported.
enum FaultReply {
    /// `retryAfter` is seconds or a date, as the header has it.
    static func throttled(retryAfter: String?) -> Reply {
        var reply = Reply(
            429, ["message": "Too many requests", "error": "too_many_requests", "status": 429, "cause": []])
        if let retryAfter { reply.headers = [("Retry-After", retryAfter)] }
        return reply
    }

    static func status(_ status: Int, _ body: JSON?) -> Reply {
        Reply(status, body ?? ["message": nil, "error": nil, "status": JSON(status), "cause": []])
    }

    /// 502 is a proxy's page, which is not JSON; 503 and 504 have half an envelope (Mercado Pago SDK issues).
    static func serverError(_ status: Int) -> Reply {
        switch status {
        case 502: page(502)
        case 503: Reply(503, ["status": 503, "message": "Service Unavailable"])
        case 504: Reply(504, ["status": 504, "message": "Gateway Timeout"])
        default: Reply(status, ["message": nil, "error": nil, "status": JSON(status), "cause": []])
        }
    }

    /// The shape of a key conflict that no document shows: ours.
    static var conflict: Reply {
        envelope(409, "conflict", "The idempotency key was used with another body", [])
    }

    /// Observed with refunds that are still being processed.
    static var locked: Reply {
        envelope(423, "locked", "Already posted the same request in the last minute", [])
    }

    /// Observed with code 9032.
    static var failedDependency: Reply {
        let text = "Failed dependency"
        return envelope(
            424, "failed_dependency", text, [["code": 9_032, "description": .string(text), "data": nil]])
    }

    /// A proxy's page: no JSON.
    static func page(_ status: Int) -> Reply {
        let titles = [502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"]
        let title = "\(status) \(titles[status] ?? "Error")"
        return Reply(status, html: "<html><head><title>\(title)</title></head><body></body></html>")
    }

    private static func envelope(_ status: Int, _ error: String, _ text: String, _ cause: [JSON]) -> Reply {
        Reply(
            status,
            [
                "message": .string(text), "error": .string(error), "status": JSON(status),
                "cause": .array(cause),
            ])
    }
}
