/// How connections to brokers are protected.
///
/// What makes no sense together can't be written: certificates without TLS, a login without a password, a
/// client's certificate without its key.
public enum KafkaSecurity: Sendable {
    /// Neither encrypted nor authenticated.
    case plaintext

    /// Encrypted; authenticated where a client certificate is given.
    case tls(KafkaTLS)

    /// Authenticated by user and password, and encrypted where TLS is given.
    case sasl(KafkaSASL, tls: KafkaTLS?)
}

extension KafkaSecurity {
    var settings: [Setting] {
        switch self {
        case .plaintext:
            [Setting("security.protocol", "plaintext")]
        case .tls(let tls):
            [Setting("security.protocol", "ssl")] + tls.settings
        case .sasl(let sasl, let tls):
            [Setting("security.protocol", tls == nil ? "sasl_plaintext" : "sasl_ssl")] + sasl.settings
                + (tls?.settings ?? [])
        }
    }

    /// What the types can't refuse: empty texts, and raw settings that would be ignored in silence.
    func problems(raw: [String: String]) -> [ConfigurationProblem] {
        let empty = settings.filter(\.value.isEmpty).map {
            ConfigurationProblem(name: $0.name, reason: "must not be empty")
        }
        let ignored = raw.keys.sorted().compactMap { name -> ConfigurationProblem? in
            if name.hasPrefix("ssl."), !hasTLS {
                return ConfigurationProblem(name: name, reason: "needs TLS, which is off")
            }
            if name.hasPrefix("sasl."), !hasLogin {
                return ConfigurationProblem(name: name, reason: "needs SASL, which is off")
            }
            return nil
        }
        return empty + ignored
    }

    private var hasTLS: Bool {
        switch self {
        case .plaintext, .sasl(_, tls: nil): false
        case .tls, .sasl: true
        }
    }

    private var hasLogin: Bool {
        if case .sasl = self { true } else { false }
    }
}
