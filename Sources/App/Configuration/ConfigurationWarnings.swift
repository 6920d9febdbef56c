import Kafka
import MercadoPago

extension AppConfiguration {
    /// What is allowed, and dangerous: for the log of a start, and for `cobrador check`.
    package var warnings: [ConfigurationError.Problem] {
        kafkaWarnings + gatewayWarnings + deliveryWarnings + fileWarnings
    }

    /// A configuration file is copied, shown and checked in; a secret is not.
    private var fileWarnings: [ConfigurationError.Problem] {
        readings.sorted { $0.key < $1.key }.compactMap { key, reading in
            guard reading.isSecret, reading.isInFile, !reading.text.isEmpty else { return nil }
            let (name, path) = (SettingEntry.secretFile(for: key), reading.source ?? "the JSON file")
            return .init(
                key,
                "this secret stands in \(path), for everybody who may read that; put it into the file \(name) "
                    + "of the secrets directory, or set \(SettingEntry.variable(for: key))")
        }
    }

    private var kafkaWarnings: [ConfigurationError.Problem] {
        var warnings: [ConfigurationError.Problem] = []
        let kafka = consumer.kafka
        let foreign = kafka.bootstrapServers.first { !Host.isLoopback($0) }
        let key = Catalogue.securityProtocol.entry.key
        switch kafka.security {
        case .plaintext:
            if let foreign {
                warnings.append(
                    .init(
                        key,
                        "jobs, and the card tokens in them, travel to \(foreign) unencrypted; use ssl or sasl_ssl"
                    ))
            }
        case .sasl(let login, tls: nil):
            if let foreign {
                let secret = login.mechanism == .plain ? "the password and all jobs travel" : "jobs travel"
                warnings.append(.init(key, "\(secret) to \(foreign) unencrypted; use sasl_ssl"))
            }
        case .tls, .sasl: break
        }
        if kafka.security.tls?.endpointIdentification == .off {
            warnings.append(
                .init(
                    Catalogue.endpointIdentification.entry.key,
                    "brokers may show a certificate of any host: whoever has one that is trusted can pose as "
                        + "your Kafka and read every job; use https"))
        }
        return warnings
    }

    private var gatewayWarnings: [ConfigurationError.Problem] {
        var strict = gateway
        strict.permitsPlainHTTP = false
        guard gateway.permitsPlainHTTP, strict.problems.contains(where: { $0.hasPrefix("baseURL: ") }) else {
            return []
        }
        let text = "the access token and all payments travel to \(gateway.baseURL) unencrypted; use https"
        return [.init(Catalogue.permitsPlainHTTP.entry.key, text)]
    }
}

extension KafkaSecurity {
    fileprivate var tls: KafkaTLS? {
        switch self {
        case .plaintext: nil
        case .tls(let tls): tls
        case .sasl(_, let tls): tls
        }
    }
}

/// The host of an address such as `kafka-1:9092`.
enum Host {
    /// Whether it is this machine; `127.` must begin an address, it may begin a name anywhere too.
    static func isLoopback(_ address: String) -> Bool {
        let host = address.lastIndex(of: ":").map { address[..<$0] } ?? address[...]
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
