/// TLS towards brokers.
///
/// A broker's certificate is always verified; what can be chosen is who is trusted to sign it, and whether
/// it must name the host that was connected to.
public struct KafkaTLS: Sendable {
    /// Who is trusted to sign the brokers' certificates.
    public enum Authorities: Sendable {
        /// Whom the system trusts: OpenSSL's own default place.
        case system
        /// A PEM file, or a folder of them that `openssl rehash` has seen (`ssl.ca.location`).
        case file(String)
        /// Certificates as PEM text (`ssl.ca.pem`).
        case pem(String)
    }

    /// Whether a certificate must name the host (`ssl.endpoint.identification.algorithm`).
    public enum EndpointIdentification: String, Sendable, CaseIterable {
        /// It must, as in HTTPS (RFC 2818): librdkafka's default since 2.0.
        case https
        /// Any host with a certificate of a trusted authority will do, an attacker's too.
        case off = "none"
    }

    /// What this client proves itself with: a certificate never comes without its key.
    public struct ClientCertificate: Sendable {
        /// PEM file of the certificate, with its chain (`ssl.certificate.location`).
        public var certificateFile: String
        /// PEM file of the private key (`ssl.key.location`).
        public var keyFile: String
        /// The password of the private key (`ssl.key.password`).
        ///
        /// Secret.
        public var keyPassword: KafkaSecret?

        /// Names the files; they are read when a client starts.
        public init(certificateFile: String, keyFile: String, keyPassword: KafkaSecret? = nil) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.keyPassword = keyPassword
        }
    }

    /// Who is trusted.
    public var authorities: Authorities
    /// What brokers that ask for a certificate are shown; `nil` for nothing.
    public var clientCertificate: ClientCertificate?
    /// Whether a broker's certificate must name its host.
    public var endpointIdentification: EndpointIdentification

    /// Makes the settings; files are read when a client starts.
    public init(
        authorities: Authorities = .system, clientCertificate: ClientCertificate? = nil,
        endpointIdentification: EndpointIdentification = .https
    ) {
        self.authorities = authorities
        self.clientCertificate = clientCertificate
        self.endpointIdentification = endpointIdentification
    }
}

extension KafkaTLS {
    var settings: [Setting] {
        let authorities: Setting? =
            switch authorities {
            case .system: nil
            case .file(let path): Setting("ssl.ca.location", path)
            case .pem(let text): Setting("ssl.ca.pem", text)
            }
        return [
            authorities,
            clientCertificate.map { Setting("ssl.certificate.location", $0.certificateFile) },
            clientCertificate.map { Setting("ssl.key.location", $0.keyFile) },
            clientCertificate?.keyPassword.map {
                Setting("ssl.key.password", $0.reveal(), isSecret: true)
            },
            Setting("ssl.endpoint.identification.algorithm", endpointIdentification.rawValue),
        ].compactMap(\.self)
    }
}
