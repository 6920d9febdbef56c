import Kafka
import Logging
import MercadoPago
import Operations
import PaymentJobs
import Pipeline
import Worker

/// Everything that `cobrador run` needs to know, checked.
package struct AppConfiguration: Sendable {
    package var consumer: ConsumerConfiguration
    package var producer: ProducerConfiguration
    package var worker: WorkerConfiguration
    /// Nil in idempotent delivery.
    package var transactions: TransactionalProducerConfiguration?
    /// How to reach the gateway, for all sellers: without an access token.
    package var gateway: MercadoPagoConfiguration
    /// The sellers.
    package var accounts: [AccountConfiguration]
    package var concurrency: Int
    package var retries: RetryPolicy
    package var jobSizeMax: Int
    package var eventSource: String
    package var logLevel: Logger.Level
    /// `auto`, `json` or `text`.
    package var logFormat: String
    /// Where probes are answered; nil where they aren't.
    package var listen: ListenAddress?
    /// What was read, for the log.
    let readings: [String: SettingReader.Reading]

    /// Reads and checks every setting.
    ///
    /// - Throws: All problems at once.
    package static func load(
        _ sources: ConfigurationSources
    ) async throws(ConfigurationError) -> AppConfiguration {
        let reading = read(sources)
        guard reading.problems.isEmpty else { throw ConfigurationError(reading.problems) }
        return reading.configuration
    }

    /// Reads every setting; what a problem names has a stand-in, and is good for looking only.
    ///
    /// Where the JSON file can't be read, every setting may have a stand-in.
    static func read(_ sources: ConfigurationSources) -> Reading {
        let open = OpenSources(sources)
        var reader = SettingReader(open)
        let configuration = AppConfiguration(reading: &reader, rawKeys: open.rawKeys)
        return Reading(
            configuration: configuration, problems: reader.problems, isComplete: reader.isComplete)
    }

    /// A configuration, as far as it could be read.
    struct Reading {
        var configuration: AppConfiguration
        var problems: [ConfigurationError.Problem]
        /// Whether the JSON file could be read, where there is one.
        var isComplete: Bool
    }

    private init(reading reader: inout SettingReader, rawKeys: Set<String>) {
        let kafka = KafkaSettings(reading: &reader, rawKeys: rawKeys)
        consumer = kafka.consumer
        producer = kafka.producer
        worker = WorkerConfiguration(reading: &reader, groupID: kafka.consumer.groupID)
        concurrency = reader.read(Catalogue.concurrency)
        gateway = MercadoPagoConfiguration(reading: &reader, concurrency: concurrency)
        worker.sessionTimeout = consumer.sessionTimeout
        worker.callTimeout = gateway.callTimeout
        worker.indexLag = reader.read(Catalogue.indexLag)
        transactions = TransactionalProducerConfiguration(reading: &reader, kafka)
        retries = RetryPolicy(reading: &reader)
        accounts = AccountConfiguration.all(
            reading: &reader, AccountLimits(reading: &reader, retries, concurrency: concurrency))
        if worker.revokeDeadline + worker.closeDeadline >= consumer.maxPollInterval {
            reader.note(
                Catalogue.revokeDeadline.entry.key,
                "must, with worker.close-deadline, be shorter than kafka.consumer.max-poll-interval",
                with: Catalogue.closeDeadline.entry.key, Catalogue.maxPollInterval.entry.key)
        }
        jobSizeMax = reader.read(Catalogue.jobSizeMax)
        eventSource = reader.read(Catalogue.eventSource)
        logLevel = Logger.Level(rawValue: reader.read(Catalogue.logLevel)) ?? .notice
        logFormat = reader.read(Catalogue.logFormat)
        listen = reader.read(Catalogue.operationsListen)
        readings = reader.readings
    }

    /// The effective settings, secrets masked, in the catalogue's order.
    package var summary: [(key: String, text: String, source: String?)] {
        let order = Dictionary(uniqueKeysWithValues: Catalogue.all.enumerated().map { ($1.key, $0) })
        let keys = readings.keys.sorted { (order[$0] ?? .max, $0) < (order[$1] ?? .max, $1) }
        return keys.compactMap { key in
            guard let reading = readings[key] else { return nil }
            let text = reading.isSecret && !reading.text.isEmpty ? "‹redacted›" : reading.text
            return (key, text, reading.source)
        }
    }
}

extension WorkerConfiguration {
    fileprivate init(reading reader: inout SettingReader, groupID: String) {
        var inbound: [Inbound] = []
        var events: [EventStream: String] = [:]
        for kind in JobKind.allCases {
            let deadLetters = reader.read(Catalogue.deadLetters(kind))
            guard let topic = reader.read(Catalogue.inbound(kind)) else { continue }
            inbound.append(Inbound(topic: topic, kind: kind, deadLetterTopic: deadLetters))
        }
        for stream in EventStream.allCases { events[stream] = reader.read(Catalogue.events(stream)) }
        self.init(inbound: inbound, eventTopics: events, groupID: groupID)
        window = reader.read(Catalogue.window)
        maxInFlight = reader.read(Catalogue.maxInFlight)
        commitInterval = reader.read(Catalogue.commitInterval)
        revokeDeadline = reader.read(Catalogue.revokeDeadline)
        drainDeadline = reader.read(Catalogue.drainDeadline)
        closeDeadline = reader.read(Catalogue.closeDeadline)
        publishRetryPause = reader.read(Catalogue.publishRetryPause)
        isNewGroup = reader.read(Catalogue.newGroup)
        stallLimit = reader.read(Catalogue.stallLimit)
        checkTopics(&reader)
    }

    /// An answer that lands on an inbound topic would come back as a job.
    private func checkTopics(_ reader: inout SettingReader) {
        if inbound.isEmpty {
            reader.note("topics", "every inbound topic is off: leave at least one on")
        }
        var uses: [String: String] = [:]
        for kind in JobKind.allCases {
            guard let topic = inbound.first(where: { $0.kind == kind })?.topic else { continue }
            let key = Catalogue.inbound(kind).entry.key
            if let other = uses.updateValue(key, forKey: topic) {
                reader.note(
                    key, "is the same topic as \(other); jobs on one topic tell their kind by ce_type")
            }
        }
        for stream in EventStream.allCases {
            if let other = eventTopics[stream].flatMap({ uses[$0] }) {
                reader.note(Catalogue.events(stream).entry.key, "must not be the topic of \(other)")
            }
        }
        for item in inbound {
            if let other = uses[item.deadLetterTopic] {
                reader.note(Catalogue.deadLetters(item.kind).entry.key, "must not be the topic of \(other)")
            }
        }
    }
}

extension TransactionalProducerConfiguration {
    /// The settings of atomic delivery; nil for the other.
    fileprivate init?(reading reader: inout SettingReader, _ kafka: KafkaSettings) {
        let mode = DeliveryMode(rawValue: reader.read(Catalogue.deliveryMode)) ?? .idempotent
        let id = reader.read(Catalogue.transactionalID)
        let timeout = reader.read(Catalogue.transactionTimeout)
        guard mode == .atomic else { return nil }
        let consumer = kafka.consumer
        let instance = consumer.groupInstanceID ?? String(UInt64.random(in: .min ... .max), radix: 16)
        self.init(producer: kafka.producer, transactionalID: id ?? consumer.groupID + "." + instance)
        transactionTimeout = timeout
        sessionTimeout = consumer.sessionTimeout
        if timeout >= sessionTimeout {
            reader.note(
                Catalogue.transactionTimeout.entry.key,
                "must be shorter than kafka.consumer.session-timeout",
                with: Catalogue.sessionTimeout.entry.key)
        }
    }
}

extension RetryPolicy {
    init(reading reader: inout SettingReader) {
        self.init(
            attemptsMax: reader.read(Catalogue.retryAttempts),
            pauseBase: reader.read(Catalogue.retryPauseBase),
            pauseMax: reader.read(Catalogue.retryPauseMax),
            retryAfterMax: reader.read(Catalogue.retryAfterMax),
            credentialsGrace: reader.read(Catalogue.misconfiguredGrace))
        if pauseBase > pauseMax {
            reader.note(
                Catalogue.retryPauseBase.entry.key, "must not be longer than retry.pause-max",
                with: Catalogue.retryPauseMax.entry.key)
        }
    }
}

extension MercadoPagoConfiguration {
    /// How to reach the gateway, without an access token; what is wrong is noted.
    init(reading reader: inout SettingReader, concurrency: Int) {
        self.init()
        baseURL = reader.read(Catalogue.baseURL)
        connectTimeout = reader.read(Catalogue.connectTimeout)
        readTimeout = reader.read(Catalogue.readTimeout)
        writeTimeout = reader.read(Catalogue.writeTimeout)
        callTimeout = reader.read(Catalogue.callTimeout)
        connectionsMax = reader.read(Catalogue.connections) ?? concurrency
        permitsPlainHTTP = reader.read(Catalogue.permitsPlainHTTP)
        if connectionsMax < concurrency {
            reader.note(
                Catalogue.connections.entry.key,
                "must be at least worker.concurrency: a job without a connection fails",
                with: Catalogue.concurrency.entry.key)
        }
        // The catalogue has checked the rest; what is left is the address.
        for problem in problems where problem.hasPrefix("baseURL: ") && reader.isComplete {
            reader.note(Catalogue.baseURL.entry.key, String(problem.dropFirst("baseURL: ".count)))
        }
    }
}
