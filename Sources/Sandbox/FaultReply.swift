import ExactJSON

/// What comes back from a gateway that is unwell: shapes that callers have reported.
enum FaultReply {
    static func throttled(retryAfter: Int64?) -> Reply {
        var reply = Reply(
            429, ["message": "Too many requests", "error": "too_many_requests", "status": 429, "cause": []])
        if let retryAfter { reply.headers = [("Retry-After", String(retryAfter))] }
        return reply
    }

    static func status(_ status: Int, _ body: JSON?) -> Reply {
        Reply(status, body ?? ["message": nil, "error": nil, "status": JSON(status), "cause": []])
    }

    /// 502 is a proxy's page, which is not JSON; 503 and 504 have half an envelope (Mercado Pago SDK issues).
    static func serverError(_ status: Int) -> Reply {
        switch status {
        case 502: Reply(502, html: "<html><head><title>502 Bad Gateway</title></head><body></body></html>")
        case 503: Reply(503, ["status": 503, "message": "Service Unavailable"])
        case 504: Reply(504, ["status": 504, "message": "Gateway Timeout"])
        default: Reply(status, ["message": nil, "error": nil, "status": JSON(status), "cause": []])
        }
    }
}
