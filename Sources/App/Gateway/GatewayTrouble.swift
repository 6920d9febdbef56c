import MercadoPago

/// Why the gateway gave no answer to a question, with what to do about it.
struct GatewayTrouble: Error, Sendable, Hashable {
    let status: ExitStatus
    /// One line.
    let message: String
    /// What to do.
    let hint: String?

    init(_ status: ExitStatus, _ message: String, hint: String?) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    /// What an error means for people.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - thing: What was asked for, for the sentence that there is none.
    ///   - tokenSetting: Where the access token comes from.
    init(
        _ error: MercadoPagoError, askedFor thing: String = "such thing",
        tokenSetting: String = Catalogue.accessToken.entry.key
    ) {
        switch error {
        case .notSent(let fault), .interrupted(let fault):
            self.init(.unavailable, "can't be reached: \(fault)", hint: Self.hint(fault.reason))
        case .answered(let error): self.init(error, thing, tokenSetting)
        case .unreadable(let answer):
            self.init(
                .unavailable, "gave an answer that isn't Mercado Pago's (\(answer))",
                hint: "See gateway.base-url: perhaps a proxy or another server answers there.")
        case .incomplete(let search):
            self.init(
                .unavailable, "found too much (\(search))",
                hint: "It seems to ignore the search's filter.")
        }
    }

    private init(_ error: APIError, _ thing: String, _ tokenSetting: String) {
        let request = error.requestID.map { ", request \($0)" } ?? ""
        let text = error.isWordless ? "(HTTP \(error.status)\(request))" : "(\(error)\(request))"
        switch error.status {
        case 429:
            let wait = error.retryAfter.map { ", for \(DurationText.text($0))" } ?? ""
            self.init(.temporary, "asks to wait\(wait) \(text)", hint: "The account makes too many calls.")
        case _ where error.isWordless && error.requestID == nil:
            self.init(
                .unavailable, "didn't answer itself: something in between, or in its place, did \(text)",
                hint: "See gateway.base-url: perhaps a proxy, a firewall or another server answers there.")
        case 401:
            self.init(
                .noPermission, "refuses the access token \(text)",
                hint: "See \(tokenSetting): expired, revoked, or of another application?"
                    + Self.doubt(error))
        case 403:
            self.init(
                .noPermission, "doesn't let the access token do this \(text)",
                hint: "The token is known, but its application may not do this: see its permissions."
                    + Self.doubt(error))
        case 404:
            self.init(
                .data, "knows no \(thing) \(text)",
                hint: "Ids belong to one account, and there to the test or to the live mode.")
        case 400 where error.codes.contains("105"):
            self.init(
                .data, "takes that for no customer's id \(text)",
                hint: "They look like 123456789-jxOV430go9fx2e: see cobrador customers search.")
        case 400..<500: self.init(.data, "refuses the question \(text)", hint: nil)
        default: self.init(.unavailable, "has a fault of its own \(text)", hint: "Try again in a while.")
        }
    }

    /// Some proxies number requests as Mercado Pago does.
    private static func doubt(_ error: APIError) -> String {
        error.isWordless ? " Or a proxy or a firewall in between has answered: see gateway.base-url." : ""
    }

    private static func hint(_ reason: TransportFault.Reason) -> String? {
        switch reason {
        case .connectionRefused: "Nobody listens there: see gateway.base-url."
        case .nameNotResolved: "The name has no address here: see gateway.base-url, and the network."
        case .tls:
            "See gateway.base-url, and the certificates that this machine trusts (the package ca-certificates)."
        case .notHTTP: "Something else listens there: see gateway.base-url."
        case .invalidAddress: "See gateway.base-url."
        case .unreachable, .connectTimeout, .poolTimeout, .readTimeout, .writeTimeout, .callTimeout:
            "See gateway.base-url, and what lies between: networks, proxies, firewalls."
        case .connectionClosed, .connectionReset, .cancelled, .shutDown, .other: nil
        }
    }
}

extension APIError {
    /// Whether nothing but the status is known: a page of a proxy's, or an envelope full of nulls, which
    /// Mercado Pago sends at times, with the request's id in a header.
    fileprivate var isWordless: Bool {
        codes.isEmpty && kind == nil && causes.isEmpty && message == "HTTP status \(status)"
    }
}

extension CommandFailure {
    /// A failed question as the end of a command.
    init(_ trouble: GatewayTrouble) {
        let hint = trouble.hint.map { "\n  \($0)" } ?? ""
        self.init(trouble.status, "Mercado Pago \(trouble.message)\(hint)")
    }
}
