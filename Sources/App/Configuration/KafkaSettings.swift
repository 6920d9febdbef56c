import Kafka
import PaymentJobs

/// The settings of the worker's two clients.
struct KafkaSettings {
    var consumer: ConsumerConfiguration
    var producer: ProducerConfiguration

    init(reading reader: inout SettingReader, rawKeys: Set<String>) {
        var kafka = KafkaConfiguration(bootstrapServers: reader.read(Catalogue.bootstrapServers))
        kafka.clientID = reader.read(Catalogue.clientID) ?? kafka.clientID
        kafka.security = KafkaSecurity(reading: &reader)
        kafka.socketTimeout = reader.read(Catalogue.socketTimeout)
        kafka.connectionSetupTimeout = reader.read(Catalogue.connectionSetupTimeout)
        kafka.raw = reader.readRaw(rawKeys, prefix: "kafka.raw.")
        consumer = Self.consumer(kafka, &reader, rawKeys)
        producer = Self.producer(kafka, &reader, rawKeys)
        noteRefusals(&reader)
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
                "must be at most half of kafka.consumer.session-timeout",
                with: Catalogue.sessionTimeout.entry.key)
        }
        if consumer.maxPollInterval < consumer.sessionTimeout {
            reader.note(
                Catalogue.maxPollInterval.entry.key,
                "must not be shorter than kafka.consumer.session-timeout",
                with: Catalogue.sessionTimeout.entry.key)
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
}
