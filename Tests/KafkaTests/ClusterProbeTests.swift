import Testing

@testable import Kafka

@Suite("The probe of a cluster", .timeLimit(.minutes(1)))
struct ClusterProbeTests {
    private static func probe(_ bootstrap: [String]) throws -> ClusterProbe {
        let kafka = KafkaConfiguration(bootstrapServers: bootstrap)
        return try ClusterProbe(ConsumerConfiguration(kafka: kafka, groupID: "group"), logger: Cluster.logger)
    }

    @Test("tells brokers, the topics asked for with their partitions and leaders, and nothing else")
    func describes() async throws {
        let cluster = try Cluster([("jobs", 3), ("events", 1), ("others", 1)])
        let probe = try Self.probe([cluster.broker.bootstrapServers])
        let found = try await probe.cluster(topics: ["jobs", "events"], timeout: .seconds(10))
        #expect(found.brokers.map(\.address) == [cluster.broker.bootstrapServers])
        #expect(found.id?.isEmpty == false)
        #expect(found.topics.keys.sorted() == ["events", "jobs"])
        #expect(found.topics["jobs"]?.partitions.map(\.id) == [0, 1, 2])
        #expect(found.topics["jobs"]?.partitions.map(\.leader) == [1, 1, 1])
        #expect(found.topics["jobs"]?.error == nil)
        await probe.close(deadline: .seconds(5))
    }

    @Test("asking for a topic that isn't there doesn't create it")
    func createsNothing() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let probe = try Self.probe([cluster.broker.bootstrapServers])
        for _ in 0..<2 {
            let found = try await probe.cluster(topics: ["missing"], timeout: .seconds(10))
            #expect(found.topics.isEmpty)
        }
        await probe.close(deadline: .seconds(5))
    }

    @Test("tells what the group has committed, without joining it")
    func committed() async throws {
        let cluster = try Cluster([("jobs", 2)])
        try await cluster.fill(partition(0), 0..<3)
        let member = EventReader(try cluster.consumer())
        let assignment = try await member.join(["jobs"], credit: 3)
        let position = TopicPartitionOffset(
            topicPartition: partition(0), offset: 2, epoch: assignment.epoch)
        try await member.consumer.commit([position])
        let probe = try Self.probe([cluster.broker.bootstrapServers])
        let found = try await probe.committed([partition(0), partition(1)], timeout: .seconds(10))
        #expect(found == [partition(0): 2])
        #expect(try await probe.endOffset(of: partition(0), timeout: .seconds(10)) == 3)
        await probe.close(deadline: .seconds(5))
        await member.consumer.close(deadline: .seconds(5))
    }

    @Test("says why no broker answers, and doesn't wait for what won't come")
    func refused() async throws {
        let probe = try Self.probe(["127.0.0.1:1"])
        let failure = await #expect(throws: ProbeFailure.self) {
            try await probe.cluster(topics: [], timeout: .seconds(600))
        }
        #expect(failure?.cause?.code == .transport)
        #expect(failure?.description.contains("Connection refused") == true)
        await probe.close(deadline: .seconds(5))
    }

    @Test("the most telling reason is the cause")
    func cause() {
        let down = ProbeFailure.Reason(code: .allBrokersDown, text: "1/1 brokers are down")
        let broken = ProbeFailure.Reason(code: .transport, text: "refused")
        let login = ProbeFailure.Reason(code: .authentication, text: "wrong password")
        #expect(ProbeFailure(code: .timedOut, reasons: [broken, login, down]).cause == login)
        let longer = ProbeFailure.Reason(code: .transport, text: "refused, as ever")
        #expect(ProbeFailure(code: .timedOut, reasons: [down, broken, longer]).cause == longer)
        #expect(ProbeFailure(code: .timedOut, reasons: [down]).cause == nil)
        #expect(ProbeFailure(code: .timedOut, reasons: []).description == "_TIMED_OUT(-185)")
    }
}
