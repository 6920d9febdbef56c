import Kafka
import PaymentJobs

/// The settings of the worker's two clients.
struct KafkaSettings {
    var consumer: ConsumerConfiguration
    var producer: ProducerConfiguration

    init(reading reader: inout SettingReader, rawKeys: Set<String>) {
        var kafka = KafkaConfiguration(bootstrapServers: reader.read(Catalogue.bootstrapServers))
        kafka.clientID = reader.read(Catalogue.clientID) ?? kafka.clientID
        kafka.security = Self.security(&reader)
        kafka.socketTimeout = reader.read(Catalogue.socketTimeout)
        kafka.connectionSetupTimeout = reader.read(Catalogue.connectionSetupTimeout)
        kafka.raw = reader.readRaw(rawKeys, prefix: "kafka.raw.")
        consumer = Self.consumer(kafka, &reader, rawKeys)
        producer = Self.producer(kafka, &reader, rawKeys)
    }

    private static func consumer(
        _ kafka: KafkaConfiguration, _ reader: inout SettingReader, _ rawKeys: Set<String>
    ) -> ConsumerConfiguration {
        var consumer = ConsumerConfiguration(kafka: kafka, groupID: reader.read(Catalogue.groupID))
        consumer.groupInstanceID = reader.read(Catalogue.instanceID)
        consumer.sessionTimeout = reader.read(Catalogue.sessionTimeout)
        consumer.heartbeatInterval = reader.read(Catalogue.heartbeatInterval)
        consumer.maxPollInterval = reader.read(Catalogue.maxPollInterval)
        consumer.assignmentStrategy =
            .init(rawValue: reader.read(Catalogue.assignmentStrategy)) ?? consumer.assignmentStrategy
        consumer.fetchWaitMax = reader.read(Catalogue.fetchWait)
        consumer.fetchMinBytes = reader.read(Catalogue.fetchMinBytes)
        consumer.queuedMinMessages = reader.read(Catalogue.queuedMinMessages)
        consumer.queuedMaxKilobytes = reader.read(Catalogue.queuedMaxKilobytes)
        consumer.kafka.raw.merge(reader.readRaw(rawKeys, prefix: "kafka.consumer.raw.")) { $1 }
        if consumer.heartbeatInterval * 2 > consumer.sessionTimeout {
            reader.note(
                Catalogue.heartbeatInterval.entry.key,
                "must be at most half of kafka.consumer.session-timeout")
        }
        if consumer.maxPollInterval < consumer.sessionTimeout {
            reader.note(
                Catalogue.maxPollInterval.entry.key, "must not be shorter than kafka.consumer.session-timeout"
            )
        }
        return consumer
    }

    private static func producer(
        _ kafka: KafkaConfiguration, _ reader: inout SettingReader, _ rawKeys: Set<String>
    ) -> ProducerConfiguration {
        var producer = ProducerConfiguration(kafka: kafka)
        producer.linger = reader.read(Catalogue.linger)
        producer.compression = .init(rawValue: reader.read(Catalogue.compression)) ?? producer.compression
        producer.messageTimeout = reader.read(Catalogue.messageTimeout)
        producer.batchSizeMax = reader.read(Catalogue.batchSizeMax)
        producer.messageBytesMax = reader.read(Catalogue.messageBytesMax)
        producer.queuedMessagesMax = reader.read(Catalogue.queuedMessagesMax)
        producer.queuedKilobytesMax = reader.read(Catalogue.queuedKilobytesMax)
        producer.kafka.raw.merge(reader.readRaw(rawKeys, prefix: "kafka.producer.raw.")) { $1 }
        return producer
    }

    /// Half a login is a mistake, and so are certificates that nobody looks at.
    private static func security(_ reader: inout SettingReader) -> KafkaSecurity {
        let name = reader.read(Catalogue.securityProtocol)
        let hasTLS = name.hasSuffix("ssl")
        let hasLogin = name.hasPrefix("sasl")
        let tls = KafkaTLS(
            caFile: reader.read(Catalogue.sslCALocation),
            certificateFile: reader.read(Catalogue.sslCertificateLocation),
            keyFile: reader.read(Catalogue.sslKeyLocation),
            keyPassword: reader.read(Catalogue.sslKeyPassword)?.reveal { KafkaSecret($0) })
        let mechanism = KafkaSASL.Mechanism(rawValue: reader.read(Catalogue.saslMechanism)) ?? .plain
        let user = reader.read(Catalogue.saslUsername)
        let password = reader.read(Catalogue.saslPassword)
        for entry in Catalogue.connection where reader.isGiven(entry.key) {
            if entry.key.hasPrefix("kafka.ssl."), !hasTLS {
                reader.note(entry.key, "needs kafka.security-protocol ssl or sasl_ssl")
            }
            if entry.key.hasPrefix("kafka.sasl."), entry.key != Catalogue.saslMechanism.entry.key, !hasLogin {
                reader.note(entry.key, "needs kafka.security-protocol sasl_ssl or sasl_plaintext")
            }
        }
        guard hasLogin else { return hasTLS ? .tls(tls) : .plaintext }
        for (entry, isMissing) in [
            (Catalogue.saslUsername.entry, user == nil), (Catalogue.saslPassword.entry, password == nil),
        ] where isMissing {
            reader.note(entry.key, "is needed with kafka.security-protocol \(name)")
        }
        let login = KafkaSASL(
            mechanism: mechanism, user: user ?? "", password: KafkaSecret(password?.reveal { $0 } ?? ""))
        return .sasl(login, tls: hasTLS ? tls : nil)
    }
}
