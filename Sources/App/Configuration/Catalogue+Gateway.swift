import PaymentJobs
import Pipeline

extension Catalogue {
    static let baseURL = Setting.text(
        "gateway.base-url", default: "https://api.mercadopago.com", "The address of Mercado Pago's API.")
    static let accessToken = Setting<Secret<String>>(
        required: "gateway.access-token", "1 to 512 visible characters without spaces",
        placeholder: Secret(""), secret: true, "The seller's access token."
    ) { text in
        text.isVisible(maxLength: 512) && !text.contains(" ") ? Secret(text) : nil
    }
    static let connectTimeout = Setting.duration(
        "gateway.connect-timeout", default: "3s", in: callRange, "How long a call waits for a connection.")
    static let readTimeout = Setting.duration(
        "gateway.read-timeout", default: "15s", in: callRange,
        "How long the gateway may stay silent once it has a request.")
    static let writeTimeout = Setting.duration(
        "gateway.write-timeout", default: "5s", in: callRange,
        "How long a connection may refuse to take a request.")
    static let callTimeout = Setting.duration(
        "gateway.call-timeout", default: "20s", in: callRange, "How long a whole call may take.")
    static let connections = Setting<Int?>.optional(
        "gateway.connections", "a whole number from 1 to 4096, or empty",
        "Connections at most; empty: as many as worker.concurrency."
    ) { $0.wholeNumber.flatMap { (1...4096).contains($0) ? $0 : nil } }
    static let permitsPlainHTTP = Setting.flag(
        "gateway.permit-plain-http", default: "false",
        "Allow http to another machine, which shows the access token to the network.")
    static let account = Setting<AccountName>(
        "account.name", "1 to 64 letters, digits, dots, dashes or underscores", default: "default",
        "The account that jobs name; jobs without one mean default."
    ) { AccountName($0) }
    static let site = Setting<Site?>.optional(
        "account.site", "one of \(Site.allCases.map(\.rawValue).joined(separator: ", ")), or empty",
        "The account's country: amounts and currencies of jobs are checked against it."
    ) { Site(rawValue: $0) }
    static let rate = Setting<Double?>.optional(
        "account.rate", "off, or calls a second from 0.01 to 10000", none: "off",
        "Calls to the gateway a second at most, look-ups included."
    ) { $0.decimalNumber.flatMap { (0.01...10_000).contains($0) ? $0 : nil } }
    static let burst = Setting.integer(
        "account.burst", default: "10", in: 1...10_000, "Calls that may be made at once after a pause.")

    static let gateway = [
        baseURL.entry, accessToken.entry, connectTimeout.entry, readTimeout.entry, writeTimeout.entry,
        callTimeout.entry, indexLag.entry, connections.entry, permitsPlainHTTP.entry, account.entry,
        site.entry, rate.entry, burst.entry,
    ]

    private static let callRange: ClosedRange<Duration> = .milliseconds(1) ... .seconds(600)
}
