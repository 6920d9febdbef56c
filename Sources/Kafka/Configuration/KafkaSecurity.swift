/// A value that must never reach a log or an error message.
public struct KafkaSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let value: String

    /// Wraps the value.
    public init(_ value: String) { self.value = value }

    /// A constant, whatever the value is.
    public var description: String { "‹redacted›" }

    /// A constant, whatever the value is.
    public var debugDescription: String { "‹redacted›" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    func reveal() -> String { value }
}

/// How connections to brokers are protected.
public enum KafkaSecurity: Sendable {
    /// Neither encrypted nor authenticated.
    case plaintext

    /// Encrypted; authenticated where a client certificate is given.
    case tls(KafkaTLS)

    /// Authenticated by user and password, and encrypted where TLS is given.
    case sasl(KafkaSASL, tls: KafkaTLS?)
}

/// TLS towards brokers.
///
/// Host names are verified (librdkafka's default since 2.0).
public struct KafkaTLS: Sendable {
    /// PEM file of the authorities to trust (`ssl.ca.location`); `nil` means the system's.
    public var caFile: String?
    /// PEM file of the client's certificate (`ssl.certificate.location`).
    public var certificateFile: String?
    /// PEM file of the client's private key (`ssl.key.location`).
    public var keyFile: String?
    /// The password of the private key (`ssl.key.password`).
    ///
    /// Secret.
    public var keyPassword: KafkaSecret?

    /// Makes the settings; files are read when a client starts.
    public init(
        caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
        keyPassword: KafkaSecret? = nil
    ) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.keyPassword = keyPassword
    }

    var settings: [Setting] {
        [
            caFile.map { Setting("ssl.ca.location", $0) },
            certificateFile.map { Setting("ssl.certificate.location", $0) },
            keyFile.map { Setting("ssl.key.location", $0) },
            keyPassword.map { Setting("ssl.key.password", $0.reveal(), isSecret: true) },
        ].compactMap { $0 }
    }
}

/// Authentication by user and password.
public struct KafkaSASL: Sendable {
    /// The mechanisms offered.
    public enum Mechanism: String, Sendable, CaseIterable {
        /// The password as it is: only sensible with TLS.
        case plain = "PLAIN"
        /// Challenge and response with SHA-256.
        case scram256 = "SCRAM-SHA-256"
        /// Challenge and response with SHA-512.
        case scram512 = "SCRAM-SHA-512"
    }

    /// The mechanism (`sasl.mechanism`).
    public var mechanism: Mechanism
    /// The user (`sasl.username`).
    public var user: String
    /// The password (`sasl.password`).
    ///
    /// Secret.
    public var password: KafkaSecret

    /// Makes the credentials.
    public init(mechanism: Mechanism, user: String, password: KafkaSecret) {
        self.mechanism = mechanism
        self.user = user
        self.password = password
    }
}

extension KafkaSecurity {
    var settings: [Setting] {
        switch self {
        case .plaintext:
            [Setting("security.protocol", "plaintext")]
        case .tls(let tls):
            [Setting("security.protocol", "ssl")] + tls.settings
        case .sasl(let sasl, let tls):
            [
                Setting("security.protocol", tls == nil ? "sasl_plaintext" : "sasl_ssl"),
                Setting("sasl.mechanism", sasl.mechanism.rawValue),
                Setting("sasl.username", sasl.user),
                Setting("sasl.password", sasl.password.reveal(), isSecret: true),
            ] + (tls?.settings ?? [])
        }
    }
}
