import Kafka

/// What a Kafka client doesn't accept, told as the setting that it comes from.
struct KafkaRefusal: Hashable {
    /// Which client; each has raw settings of its own.
    enum Client: String { case consumer, producer }

    /// Our setting; `librdkafka` where its words name none.
    let subject: String
    let message: String
    /// Where the setting comes from.
    let source: String?
    /// What to do about it.
    let hint: String?

    init(
        _ problem: ConfigurationProblem, by client: Client, _ readings: [String: SettingReader.Reading]
    ) {
        let raw = ["kafka.\(client).raw.", "kafka.raw."]
        let name = problem.name == "*" ? Self.name(in: problem.reason, raw, readings) : problem.name
        let given = raw.lazy.map { $0 + name }.first { readings[$0] != nil }
        let typed = Self.keys[name]
        subject = given ?? typed ?? "librdkafka"
        source = readings[subject]?.source
        hint = Self.hint(name, problem.reason)
        var text = problem.isOwn ? problem.reason : "librdkafka refuses it: \(problem.reason)"
        if problem.isOwn, given != nil, let typed { text += ": \(typed)" }
        // The secrets directory makes a secret of what has an innocent name.
        if let reading = readings[subject], reading.isSecret, !reading.text.isEmpty {
            text = text.replacing(reading.text, with: "‹redacted›")
        }
        message = text
    }

    /// With its source.
    var fullMessage: String { message + (source.map { " (\($0))" } ?? "") }

    /// librdkafka tells of files and of combinations in a sentence, which names the settings.
    private static func name(
        in text: String, _ prefixes: [String], _ readings: [String: SettingReader.Reading]
    ) -> String {
        let raw = prefixes.flatMap { prefix in
            readings.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        }
        let found = (Array(keys.keys) + raw).compactMap { name in
            text.firstRange(of: name).map { (name: name, range: $0) }
        }
        let first = found.min { left, right in
            (left.range.lowerBound, right.name.count) < (right.range.lowerBound, left.name.count)
        }
        return first?.name ?? "*"
    }

    private static func hint(_ name: String, _ reason: String) -> String? {
        switch name {
        case "ssl.key.location" where reason.contains("key values mismatch"):
            "The key is not that of the certificate in kafka.ssl.certificate-location."
        case "ssl.key.location":
            "Either the file is no private key in PEM, or it is locked: see kafka.ssl.key-password, which is "
                + "missing or wrong then."
        case "ssl.certificate.location":
            "It must be a file in PEM: this client's certificate, then those that vouch for it."
        case "ssl.ca.location":
            "It must be a file of certificates in PEM, or a folder of them that openssl rehash has seen."
        case "ssl.ca.pem": "It must be certificates in PEM, with their line breaks."
        default: nil
        }
    }

    /// Our settings by librdkafka's names and other names (`CONFIGURATION.md`).
    private static let keys: [String: String] = [
        "bootstrap.servers": Catalogue.bootstrapServers.entry.key,
        "metadata.broker.list": Catalogue.bootstrapServers.entry.key,
        "client.id": Catalogue.clientID.entry.key,
        "group.id": Catalogue.groupID.entry.key,
        "group.instance.id": Catalogue.instanceID.entry.key,
        "security.protocol": Catalogue.securityProtocol.entry.key,
        "sasl.mechanism": Catalogue.saslMechanism.entry.key,
        "sasl.mechanisms": Catalogue.saslMechanism.entry.key,
        "sasl.username": Catalogue.saslUsername.entry.key,
        "sasl.password": Catalogue.saslPassword.entry.key,
        "ssl.ca.location": Catalogue.sslCALocation.entry.key,
        "ssl.ca.pem": Catalogue.sslCAPEM.entry.key,
        "ssl.certificate.location": Catalogue.sslCertificateLocation.entry.key,
        "ssl.key.location": Catalogue.sslKeyLocation.entry.key,
        "ssl.key.password": Catalogue.sslKeyPassword.entry.key,
        "ssl.endpoint.identification.algorithm": Catalogue.endpointIdentification.entry.key,
        "socket.timeout.ms": Catalogue.socketTimeout.entry.key,
        "socket.connection.setup.timeout.ms": Catalogue.connectionSetupTimeout.entry.key,
        "session.timeout.ms": Catalogue.sessionTimeout.entry.key,
        "heartbeat.interval.ms": Catalogue.heartbeatInterval.entry.key,
        "max.poll.interval.ms": Catalogue.maxPollInterval.entry.key,
        "partition.assignment.strategy": Catalogue.assignmentStrategy.entry.key,
        "fetch.wait.max.ms": Catalogue.fetchWait.entry.key,
        "fetch.min.bytes": Catalogue.fetchMinBytes.entry.key,
        "queued.min.messages": Catalogue.queuedMinMessages.entry.key,
        "queued.max.messages.kbytes": Catalogue.queuedMaxKilobytes.entry.key,
        "linger.ms": Catalogue.linger.entry.key,
        "queue.buffering.max.ms": Catalogue.linger.entry.key,
        "batch.size": Catalogue.batchSizeMax.entry.key,
        "compression.codec": Catalogue.compression.entry.key,
        "compression.type": Catalogue.compression.entry.key,
        "message.timeout.ms": Catalogue.messageTimeout.entry.key,
        "delivery.timeout.ms": Catalogue.messageTimeout.entry.key,
        "queue.buffering.max.messages": Catalogue.queuedMessagesMax.entry.key,
        "queue.buffering.max.kbytes": Catalogue.queuedKilobytesMax.entry.key,
        "message.max.bytes": Catalogue.messageBytesMax.entry.key,
        "transactional.id": Catalogue.transactionalID.entry.key,
        "transaction.timeout.ms": Catalogue.transactionTimeout.entry.key,
    ]
}

extension KafkaSettings {
    /// Lets both clients look at their settings, without connecting, and notes what they refuse.
    ///
    /// What is wrong already isn't told twice: a stand-in takes its place here. Where a file is missing, so
    /// may be what the client misses.
    func noteRefusals(_ reader: inout SettingReader) {
        var seen: Set<KafkaRefusal> = []
        for (problem, client) in refusals where !(problem.isOwn && !reader.isComplete) {
            let refusal = KafkaRefusal(problem, by: client, reader.readings)
            guard seen.insert(refusal).inserted else { continue }
            guard !reader.problems.contains(where: { $0.subject == refusal.subject }) else { continue }
            reader.note(refusal.subject, refusal.message)
        }
    }

    private var refusals: [(ConfigurationProblem, KafkaRefusal.Client)] {
        consumer.refusals.map { ($0, .consumer) } + producer.refusals.map { ($0, .producer) }
    }
}

extension ConsumerConfiguration {
    fileprivate var refusals: [ConfigurationProblem] {
        KafkaRefusal.problems { () throws(KafkaError) in try check() }
    }
}

extension ProducerConfiguration {
    fileprivate var refusals: [ConfigurationProblem] {
        KafkaRefusal.problems { () throws(KafkaError) in try check() }
    }
}

extension KafkaRefusal {
    /// Out of memory shows again, and better, when the clients are made.
    fileprivate static func problems(_ check: () throws(KafkaError) -> Void) -> [ConfigurationProblem] {
        do throws(KafkaError) {
            try check()
            return []
        } catch {
            guard case .invalidConfiguration(let problems) = error else { return [] }
            return problems
        }
    }
}
