import Kafka
import PaymentJobs
import Worker

/// Whether the topics are there, and fit each other.
struct TopicCheck {
    private let inbound: [WorkerConfiguration.Inbound]
    private let events: [String]
    private let bootstrap: String
    private let groupID: String

    init(_ configuration: AppConfiguration) {
        inbound = configuration.worker.inbound
        events = Set(configuration.worker.eventTopics.values).sorted()
        bootstrap = configuration.consumer.kafka.bootstrapServers.joined(separator: ",")
        groupID = configuration.consumer.groupID
    }

    var names: [String] { inbound.flatMap { [$0.topic, $0.deadLetterTopic] } + events }

    func findings(_ cluster: ClusterDescription) -> [Finding] {
        let jobs = inbound.flatMap { item -> [Finding] in
            [
                finding(item.topic, "jobs", cluster, sameAs: nil),
                finding(item.deadLetterTopic, "dead letters", cluster, sameAs: item.topic),
            ]
        }
        return jobs + events.map { finding($0, "events", cluster, sameAs: nil) }
    }

    private func finding(
        _ name: String, _ use: String, _ cluster: ClusterDescription, sameAs model: String?
    ) -> Finding {
        let subject = "topic \(name)"
        let wanted = model.flatMap { cluster.topics[$0]?.partitions.count }
        guard let topic = cluster.topics[name] else {
            return .failed(
                .kafka, subject, "doesn't exist, or this user may not see it",
                hint: creation(name, partitions: wanted, cluster))
        }
        if let error = topic.error {
            let isForbidden = error == .topicAuthorizationFailed
            return .failed(
                .kafka, subject, "\(error)",
                hint: isForbidden ? "Allow this user to use it, with kafka-acls.sh." : nil,
                isForbidden ? .noPermission : .unavailable)
        }
        let count = topic.partitions.count
        let text = "\(use), \(count == 1 ? "1 partition" : "\(count) partitions")"
        let orphans = topic.partitions.filter { $0.leader == nil }.map { String($0.id) }
        if !orphans.isEmpty {
            return .failed(
                .kafka, subject,
                "\(text), of which \(orphans.joined(separator: ", ")) \(orphans.count == 1 ? "has" : "have") "
                    + "no leader", hint: "The brokers that keep them are down.")
        }
        return thought(topic, subject, text, wanted, cluster) ?? .ok(.kafka, subject, text)
    }

    private func thought(
        _ topic: ClusterDescription.Topic, _ subject: String, _ text: String, _ wanted: Int?,
        _ cluster: ClusterDescription
    ) -> Finding? {
        let count = topic.partitions.count
        if let wanted, wanted != count {
            return .warning(
                .kafka, subject, text + ", but its jobs have \(wanted)",
                hint: "Give both as many: then a job's dead letter is in the partition of its job's number.")
        }
        if count == 1, wanted == nil, text.hasPrefix("jobs") {
            return .warning(
                .kafka, subject, text,
                hint: "Only one worker of the group can get these jobs: a partition has one owner.")
        }
        if cluster.brokers.count > 1, topic.partitions.contains(where: { $0.replicas < 2 }) {
            return .warning(
                .kafka, subject, text + ", kept by one broker only",
                hint: "What that broker loses is lost: use a replication factor of 3.")
        }
        return nil
    }

    private func creation(_ name: String, partitions: Int?, _ cluster: ClusterDescription) -> String {
        let others = inbound.compactMap { cluster.topics[$0.topic]?.partitions.count }.max()
        return """
            kafka-topics.sh --bootstrap-server \(bootstrap) --create --topic \(name) \
            --partitions \(partitions ?? others ?? 12) --replication-factor \(min(3, cluster.brokers.count))
            """
    }
}
