import Kafka
import PaymentJobs

extension Catalogue {
    static let bootstrapServers = Setting<[String]>(
        required: "kafka.bootstrap-servers", "host:port, several separated by commas", placeholder: [],
        "Where to reach the cluster first."
    ) { text in
        let servers = text.split(separator: ",", omittingEmptySubsequences: false)
            .map { String($0.filter { $0 != " " }) }
        return servers.allSatisfy(isAddress) ? servers : nil
    }
    static let groupID = Setting.text(
        "kafka.group-id", default: "cobrador", "The consumer group; all workers of one service share it.")
    static let clientID = Setting.optionalText(
        "kafka.client-id", "text, or empty", "How the brokers' logs name this client; empty: a unique name.")
    static let securityProtocol = Setting.choice(
        "kafka.security-protocol", default: "plaintext",
        of: ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"],
        "How to talk to the brokers.")
    static let saslMechanism = Setting.choice(
        "kafka.sasl.mechanism", default: "PLAIN", of: KafkaSASL.Mechanism.allCases.map(\.rawValue),
        "How to log in, with a sasl protocol.")
    static let saslUsername = Setting.optionalText(
        "kafka.sasl.username", "text", "The user, with a sasl protocol.")
    static let saslPassword = optionalSecret("kafka.sasl.password", "The password, with a sasl protocol.")
    static let sslCALocation = Setting.optionalText(
        "kafka.ssl.ca-location", "a path, or empty",
        "PEM file of the authority that signs the brokers' certificates; empty: the system's.")
    static let sslCAPEM = Setting<String?>.optional(
        "kafka.ssl.ca-pem", "certificates as PEM text, or empty", "The same as text, instead of a file."
    ) { $0.contains("-----BEGIN CERTIFICATE-----") && !$0.contains("\0") ? $0 : nil }
    static let endpointIdentification = Setting.choice(
        "kafka.ssl.endpoint-identification", default: "https",
        of: KafkaTLS.EndpointIdentification.allCases.map(\.rawValue),
        "Whether a broker's certificate must name its host; none is open to impostors.")
    static let sslCertificateLocation = Setting.optionalText(
        "kafka.ssl.certificate-location", "a path, or empty", "PEM file of this client's certificate.")
    static let sslKeyLocation = Setting.optionalText(
        "kafka.ssl.key-location", "a path, or empty", "PEM file of this client's private key.")
    static let sslKeyPassword = optionalSecret("kafka.ssl.key-password", "What opens the private key.")

    static let socketTimeout = Setting.duration(
        "kafka.socket-timeout", default: "30s", in: .milliseconds(10) ... .seconds(300),
        "How long a broker may take to answer.")
    static let connectionSetupTimeout = Setting.duration(
        "kafka.connection-setup-timeout", default: "10s", in: .seconds(1) ... .seconds(300),
        "How long connecting may take, login included.")

    static let connection = [
        bootstrapServers.entry, groupID.entry, clientID.entry, securityProtocol.entry, saslMechanism.entry,
        saslUsername.entry, saslPassword.entry, sslCALocation.entry, sslCAPEM.entry,
        endpointIdentification.entry, sslCertificateLocation.entry, sslKeyLocation.entry,
        sslKeyPassword.entry, socketTimeout.entry, connectionSetupTimeout.entry,
    ]

    static let kafka = connection + consumer + producer

    private static func optionalSecret(_ key: String, _ help: String) -> Setting<Secret<String>?> {
        .optional(key, "text", secret: true, help) { $0.isVisible(maxLength: 1024) ? Secret($0) : nil }
    }

    /// `host:port`, with an IPv6 address in brackets.
    static func isAddress(_ text: String) -> Bool {
        guard let colon = text.lastIndex(of: ":"),
            let port = String(text[text.index(after: colon)...]).wholeNumber
        else { return false }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        return (1...65_535).contains(port) && !host.isEmpty && (isBracketed || !host.contains(":"))
            && String(host).isVisible(maxLength: 255) && !host.contains("/")
    }
}
