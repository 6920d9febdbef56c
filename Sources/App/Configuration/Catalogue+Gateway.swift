import PaymentJobs
import Pipeline

extension Catalogue {
    static let baseURL = Setting.text(
        "gateway.base-url", default: "https://api.mercadopago.com", "The address of Mercado Pago's API.")
    static let accessToken = Setting<Secret<String>>(
        required: "gateway.access-token", accessTokenRule, placeholder: Secret(""), secret: true,
        "The seller's access token."
    ) { isAccessToken($0) ? Secret($0) : nil }
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
    static let credentialsPause = Setting.duration(
        "gateway.credentials-pause", default: "5s", in: .milliseconds(100) ... .seconds(3600),
        "The pause between two calls that try refused credentials again.")

    static let gateway = [
        baseURL.entry, accessToken.entry, connectTimeout.entry, readTimeout.entry, writeTimeout.entry,
        callTimeout.entry, indexLag.entry, connections.entry, permitsPlainHTTP.entry, credentialsPause.entry,
    ]

    // MARK: Circuit breaker

    static let breakerEnabled = Setting.flag(
        "breaker.enabled", default: "true",
        "Stop an account's calls for a while when the gateway fails or is slow.")
    static let breakerFailurePercent = Setting.integer(
        "breaker.failure-percent", default: "50", in: 1...100,
        "The share of an account's last calls without an answer from which on they stop.")
    static let breakerSlowCall = Setting.duration(
        "breaker.slow-call", default: "10s", in: callRange, "From when on a call counts as slow.")
    static let breakerSlowPercent = Setting.integer(
        "breaker.slow-percent", default: "80", in: 1...100, "The share of slow calls from which on they stop."
    )
    static let breakerCallsMin = Setting.integer(
        "breaker.calls-min", default: "20", in: 1...BreakerPolicy().calls,
        "Calls within a minute that must be there before they are judged.")
    static let breakerPause = Setting.duration(
        "breaker.pause", default: "5s", in: .milliseconds(10) ... .seconds(3600),
        "How long calls stop at first; it doubles while they go on failing.")
    static let breakerPauseMax = Setting.duration(
        "breaker.pause-max", default: "60s", in: .milliseconds(10) ... .seconds(3600),
        "How long calls stop at most before the gateway is tried again.")
    static let breakerProbes = Setting.integer(
        "breaker.probes", default: "3", in: 1...100,
        "Jobs that try the gateway again; as many must be answered in a row.")

    static let breaker = [
        breakerEnabled.entry, breakerFailurePercent.entry, breakerSlowCall.entry, breakerSlowPercent.entry,
        breakerCallsMin.entry, breakerPause.entry, breakerPauseMax.entry, breakerProbes.entry,
    ]

    private static let callRange: ClosedRange<Duration> = .milliseconds(1) ... .seconds(600)
}
