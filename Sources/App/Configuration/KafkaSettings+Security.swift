import Glibc
import Kafka
import PaymentJobs

extension KafkaSecurity {
    /// Half a login is a mistake, and so are certificates that nobody looks at.
    init(reading reader: inout SettingReader) {
        let name = reader.read(Catalogue.securityProtocol)
        let hasTLS = name.hasSuffix("ssl")
        let hasLogin = name.hasPrefix("sasl")
        let tls = KafkaTLS(reading: &reader, isUsed: hasTLS)
        let login = KafkaSASL(reading: &reader, isUsed: hasLogin)
        for entry in Catalogue.connection where reader.isComplete && reader.isChanged(entry) {
            if entry.key.hasPrefix("kafka.ssl."), !hasTLS {
                reader.note(entry.key, "needs kafka.security-protocol ssl or sasl_ssl")
            }
            if entry.key.hasPrefix("kafka.sasl."), !hasLogin {
                reader.note(entry.key, "needs kafka.security-protocol sasl_ssl or sasl_plaintext")
            }
        }
        self =
            hasLogin ? .sasl(login, tls: hasTLS ? tls : nil) : hasTLS ? .tls(tls) : .plaintext
    }
}

extension KafkaSASL {
    fileprivate init(reading reader: inout SettingReader, isUsed: Bool) {
        let mechanism = Mechanism(rawValue: reader.read(Catalogue.saslMechanism)) ?? .plain
        let user = reader.read(Catalogue.saslUsername)
        let password = reader.read(Catalogue.saslPassword)
        let parts = [
            (Catalogue.saslUsername.entry, user == nil), (Catalogue.saslPassword.entry, password == nil),
        ]
        for (entry, isMissing) in parts where isMissing && isUsed {
            reader.note(
                entry.key, "is needed for a login: \(entry.waysToGive)",
                with: Catalogue.securityProtocol.entry.key)
        }
        self.init(
            mechanism: mechanism, user: user ?? "", password: KafkaSecret(password?.reveal { $0 } ?? ""))
    }
}

extension KafkaTLS {
    fileprivate init(reading reader: inout SettingReader, isUsed: Bool) {
        let caFile = reader.read(Catalogue.sslCALocation)
        let caText = reader.read(Catalogue.sslCAPEM)
        let identification = reader.read(Catalogue.endpointIdentification)
        if caFile != nil, caText != nil {
            reader.note(Catalogue.sslCAPEM.entry.key, "give either it or kafka.ssl.ca-location")
        }
        if isUsed { reader.check(Catalogue.sslCALocation.entry, path: caFile, mayBeFolder: true) }
        self.init(
            authorities: caFile.map(Authorities.file) ?? caText.map(Authorities.pem) ?? .system,
            clientCertificate: Self.clientCertificate(&reader, isUsed: isUsed),
            endpointIdentification: .init(rawValue: identification) ?? .https)
    }

    private static func clientCertificate(
        _ reader: inout SettingReader, isUsed: Bool
    ) -> ClientCertificate? {
        let certificate = reader.read(Catalogue.sslCertificateLocation)
        let key = reader.read(Catalogue.sslKeyLocation)
        let password = reader.read(Catalogue.sslKeyPassword)
        let (certificateEntry, keyEntry) = (
            Catalogue.sslCertificateLocation.entry, Catalogue.sslKeyLocation.entry
        )
        if certificate != nil, key == nil {
            reader.note(keyEntry.key, "is needed with a certificate", with: certificateEntry.key)
        }
        if certificate == nil, key != nil {
            reader.note(certificateEntry.key, "is needed with a key", with: keyEntry.key)
        }
        if password != nil, key == nil, reader.isComplete {
            reader.note(Catalogue.sslKeyPassword.entry.key, "needs \(keyEntry.key)")
        }
        if isUsed {
            reader.check(certificateEntry, path: certificate)
            reader.check(keyEntry, path: key)
        }
        guard let certificate, let key else { return nil }
        return ClientCertificate(
            certificateFile: certificate, keyFile: key,
            keyPassword: password?.reveal { KafkaSecret($0) })
    }
}

extension SettingReader {
    /// Notes a file that isn't there or that this user can't read: librdkafka would say so in its log only.
    fileprivate mutating func check(_ entry: SettingEntry, path: String?, mayBeFolder: Bool = false) {
        guard let path else { return }
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else {
            return note(entry.key, "\(path) can't be read: \(String(cString: strerror(errno)))")
        }
        if !mayBeFolder, status.st_mode & S_IFMT == S_IFDIR {
            note(entry.key, "\(path) is a folder, not a file")
        }
    }
}
