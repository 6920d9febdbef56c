/// Authentication by user and password.
///
/// Left out are GSSAPI, which needs a Kerberos set-up around the process, and OAUTHBEARER, for which
/// librdkafka has to be built with libcurl: Debian's and Ubuntu's 2.0.2 and 2.3 aren't.
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

    var settings: [Setting] {
        [
            Setting("sasl.mechanism", mechanism.rawValue),
            Setting("sasl.username", user),
            Setting("sasl.password", password.reveal(), isSecret: true),
        ]
    }
}
