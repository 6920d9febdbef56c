import Kafka

/// What it means that no broker answers, and what to do about it.
enum ConnectionHint {
    static func finding(
        _ failure: ProbeFailure, _ kafka: KafkaConfiguration, _ timeout: Duration
    ) -> Finding {
        let servers = kafka.bootstrapServers.joined(separator: ", ")
        let text = failure.cause?.text ?? ""
        let words = text.isEmpty ? "no answer within \(DurationText.text(timeout))" : shortened(text)
        let code = failure.cause?.code ?? failure.code
        let isLogin = code == .authentication && !text.lowercased().contains(noLogin)
        return .failed(
            .kafka, "brokers", "none answers at \(servers): \(words)", hint: hint(code: code, text: text),
            isLogin ? .noPermission : .unavailable)
    }

    /// librdkafka's words first, since one code stands for many causes; then the code.
    static func hint(code: KafkaErrorCode, text: String) -> String {
        let text = text.lowercased()
        if let rule = rules.first(where: { text.contains($0.words) }) { return rule.hint }
        return switch code {
        case .tls: "See the settings kafka.ssl.…, and the brokers' log."
        case .authentication:
            "The brokers refuse the login: see kafka.sasl.username, kafka.sasl.password and "
                + "kafka.sasl.mechanism."
        case .nameNotResolved: "The name has no address here: see kafka.bootstrap-servers."
        default:
            "See kafka.bootstrap-servers and kafka.security-protocol, and what lies between: networks, "
                + "firewalls. Perhaps what listens there is no Kafka. --timeout gives it longer."
        }
    }

    private static let noTLS =
        "That port speaks no TLS: use the brokers' TLS port, or a kafka.security-protocol without it. Or it "
        + "is no Kafka."
    private static let noLogin = "handshake not supported by broker"

    /// What librdkafka 2.0.2 says, in lower case.
    ///
    /// It has the same words for a certificate that nobody
    /// trusted has signed and for one of another host.
    private static let rules: [(words: String, hint: String)] = [
        (
            "certificate verify failed",
            "Either nobody who is trusted here has signed the brokers' certificate: put the PEM file of its "
                + "authority into kafka.ssl.ca-location. Or it is for another host: connect under a name that it "
                + "has, here and in the brokers' advertised.listeners."
        ),
        (
            "certificate required",
            "The brokers want a certificate of this client: give kafka.ssl.certificate-location and "
                + "kafka.ssl.key-location."
        ),
        ("plaintext broker listener", noTLS),
        ("wrong version number", noTLS),
        (
            noLogin,
            "That port takes no login: use the brokers' SASL port, or a kafka.security-protocol without it."
        ),
        ("refused", "Nobody listens there: see kafka.bootstrap-servers, and start the broker."),
        (
            "invalid response size",
            "It answers, but not as Kafka does without TLS: another kind of server listens there, such as one "
                + "for HTTP, or it is a TLS port. See kafka.bootstrap-servers and kafka.security-protocol."
        ),
        (
            "disconnected",
            "It takes connections and closes them: kafka.security-protocol may not be that port's, with or "
                + "without TLS, with or without a login; or it is no Kafka."
        ),
    ]

    /// Without the address in front, which stands there already, librdkafka's advice, which names its own
    /// settings, and its note on its own states.
    private static func shortened(_ text: String) -> String {
        let start = text.firstRange(of: "/bootstrap: ")?.upperBound ?? text.startIndex
        var rest = text[start...]
        for tail in [", verify that ", " (after ", ": increase "] {
            if let range = rest.firstRange(of: tail) { rest = rest[..<range.lowerBound] }
        }
        return String(rest)
    }
}
