import Kafka
import Logging
import Worker

/// Whether the brokers answer, and the topics are there.
struct KafkaCheck: Sendable {
    private let configuration: AppConfiguration
    private let timeout: Duration

    init(_ configuration: AppConfiguration, timeout: Duration) {
        self.configuration = configuration
        self.timeout = timeout
    }

    func findings() async -> [Finding] {
        let probe: ClusterProbe
        do throws(KafkaError) {
            // An answer may take the socket's timeout in addition to its own.
            var settings = configuration.consumer
            settings.kafka.socketTimeout = min(settings.kafka.socketTimeout, max(.milliseconds(10), timeout))
            // What librdkafka logs comes as a reason too, and the report is for people.
            probe = try ClusterProbe(
                settings, logger: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
        } catch {
            return refused(error)
        }
        let findings = await findings(probe)
        await probe.close(deadline: .seconds(1))
        return findings
    }

    private func findings(_ probe: ClusterProbe) async -> [Finding] {
        let topics = TopicCheck(configuration)
        let cluster: ClusterDescription
        do {
            cluster = try await probe.cluster(topics: Set(topics.names), timeout: timeout)
        } catch {
            return [
                ConnectionHint.finding(error, configuration.consumer.kafka, timeout),
                .skipped(.kafka, "topics and group", "not asked, since no broker answers"),
            ]
        }
        let findings = await brokers(cluster, probe) + topics.findings(cluster)
        return findings + (await group(cluster, probe))
    }

    /// A leader is asked under the address that it advertises, which is seldom the first one's.
    private func brokers(_ cluster: ClusterDescription, _ probe: ClusterProbe) async -> [Finding] {
        var leaders: [Int32: TopicPartition] = [:]
        for (name, topic) in cluster.topics {
            for partition in topic.partitions {
                guard let leader = partition.leader, leaders[leader] == nil else { continue }
                leaders[leader] = TopicPartition(topic: name, partition: partition.id)
            }
        }
        var findings: [Finding] = []
        let end = ContinuousClock.now + timeout
        for (leader, partition) in leaders.sorted(by: { $0.key < $1.key }) {
            let address = cluster.brokers.first { $0.id == leader }?.address ?? "?"
            do throws(KafkaError) {
                let left = max(.milliseconds(100), ContinuousClock.now.duration(to: end))
                _ = try await probe.endOffset(of: partition, timeout: left)
            } catch {
                findings.append(
                    .failed(
                        .kafka, "broker \(leader)",
                        "\(address), the address that it advertises: \(error.words)",
                        hint: "Its advertised.listeners must be an address that reaches it from here."))
            }
        }
        guard findings.isEmpty else { return findings }
        let count =
            cluster.brokers.count == 1 ? "1 broker answers" : "\(cluster.brokers.count) brokers answer"
        let id = cluster.id.map { ", cluster \($0)" } ?? ""
        return [.ok(.kafka, "brokers", count + id + ", " + configuration.consumer.kafka.security.words)]
    }

    private func group(_ cluster: ClusterDescription, _ probe: ClusterProbe) async -> [Finding] {
        let partitions = configuration.worker.inbound.flatMap { item in
            (cluster.topics[item.topic]?.partitions ?? []).map {
                TopicPartition(topic: item.topic, partition: $0.id)
            }
        }
        guard !partitions.isEmpty else { return [] }
        let subject = "group \(configuration.consumer.groupID)"
        do throws(KafkaError) {
            let found = try await probe.committed(partitions, timeout: timeout)
            return [finding(subject, positions: found.count, of: partitions.count)]
        } catch {
            let isForbidden = error == .broker(.groupAuthorizationFailed)
            return [
                .failed(
                    .kafka, subject, "its positions can't be read: \(error.words)",
                    hint: isForbidden
                        ? "Allow this user READ on the group, with kafka-acls.sh." : nil,
                    isForbidden ? .noPermission : .unavailable)
            ]
        }
    }

    /// What the group's positions mean for a start.
    private func finding(_ subject: String, positions: Int, of partitions: Int) -> Finding {
        let isNew = configuration.worker.isNewGroup
        guard positions > 0 else {
            let text = "has no position yet: its first worker begins with the oldest job on every topic"
            var finding = Finding.ok(
                .kafka, subject, text + (isNew ? ", and looks none up" : ", and looks each up first"))
            if !isNew {
                finding.hint = "If no job on them was ever attempted, give --new-group to the first start."
            }
            return finding
        }
        let text = "has positions in \(positions) of \(partitions) partitions"
        guard isNew else { return .ok(.kafka, subject, text) }
        return .failed(
            .kafka, subject, text + ", so it isn't new, and a worker refuses to start",
            hint: "Start without --new-group (worker.new-group).", .configuration)
    }

    private func refused(_ error: KafkaError) -> [Finding] {
        guard case .invalidConfiguration(let problems) = error else {
            return [.failed(.kafka, "client", "can't be made: \(error)", hint: nil)]
        }
        return problems.map { problem in
            let refusal = KafkaRefusal(problem, by: .consumer, configuration.readings)
            return .failed(
                .kafka, refusal.subject, refusal.fullMessage, hint: refusal.hint, .configuration)
        }
    }
}

extension KafkaError {
    /// What happened, for people.
    fileprivate var words: String {
        switch self {
        case .broker(.timedOut), .broker(.requestTimedOut): "no answer in time"
        case .broker(let code): "\(code)"
        default: "\(self)"
        }
    }
}

extension KafkaSecurity {
    /// How connections are protected, for people.
    fileprivate var words: String {
        switch self {
        case .plaintext: "without TLS or login"
        case .tls: "over TLS"
        case .sasl(let login, tls: nil): "without TLS, logged in with \(login.mechanism.rawValue)"
        case .sasl(let login, tls: .some): "over TLS, logged in with \(login.mechanism.rawValue)"
        }
    }
}
