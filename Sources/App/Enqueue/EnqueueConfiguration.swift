import Kafka
import PaymentJobs

/// What `cobrador enqueue` needs of the configuration: how to reach Kafka, and the topics of jobs.
struct EnqueueConfiguration: Sendable {
    var producer: ProducerConfiguration
    var topics: [JobKind: String]
    /// What was read, for messages.
    let readings: [String: SettingReader.Reading]

    /// Reads the same settings as the worker, so that both find the same topics; the gateway's aren't needed.
    static func load(_ sources: ConfigurationSources) async throws(ConfigurationError) -> EnqueueConfiguration
    {
        let open = OpenSources(sources)
        var reader = SettingReader(open)
        let kafka = KafkaSettings(reading: &reader, rawKeys: open.rawKeys)
        var topics: [JobKind: String] = [:]
        for kind in JobKind.allCases { topics[kind] = reader.read(Catalogue.inbound(kind)) }
        guard reader.problems.isEmpty else { throw ConfigurationError(reader.problems) }
        return EnqueueConfiguration(producer: kafka.producer, topics: topics, readings: reader.readings)
    }
}
