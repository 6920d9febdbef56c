import Testing

@testable import Kafka

/// The failure that other workers have most: after a rebalance a partition that is held isn't read any more,
/// and nothing says so.
@Suite("Partitions that are held", .timeLimit(.minutes(2)))
struct RetainedPartitionTests {
    private static let all = (0..<Int32(4)).map { partition($0) }

    @Test(
        "go on after every one of several rebalances, also where credit was used up during one",
        arguments: [ConsumerConfiguration.AssignmentStrategy.range, .roundRobin])
    func eager(_ strategy: ConsumerConfiguration.AssignmentStrategy) async throws {
        try await rebalances(strategy)
    }

    @Test(
        "go on after cooperative rebalances of several members in the same way",
        .enabled(if: LibrdkafkaVersion.runtime >= ConsumerConfiguration.cooperativeSince))
    func cooperative() async throws { try await rebalances(.cooperativeSticky) }

    private func rebalances(_ strategy: ConsumerConfiguration.AssignmentStrategy) async throws {
        let cluster = try Cluster([("jobs", Self.all.count)])
        let flow = GroupFlow(Self.all)
        let members = try (0..<3).map { number in
            FlowMember(number, try cluster.consumer { $0.assignmentStrategy = strategy }, flow)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            func join(_ number: Int) { group.addTask { await members[number].run() } }
            try await fill(cluster, 0..<20)
            join(0)
            try await flow.read(to: 20)
            // Without any credit through the whole rebalance.
            await members[0].holdBack()
            try await fill(cluster, 20..<40)
            try await flow.wait { _ in await members[0].isStarved() }
            join(1)
            try await flow.settled([0, 1])
            await members[0].goOn()
            try await flow.read(to: 40)
            try await fill(cluster, 40..<60)
            join(2)
            try await flow.settled([0, 1, 2])
            try await flow.read(to: 60)
            await members[1].consumer.close(deadline: .seconds(5))
            await flow.give(up: await flow.held(by: 1))
            try await fill(cluster, 60..<80)
            try await flow.settled([0, 2])
            try await flow.read(to: 80)
            for member in [members[0], members[2]] { await member.consumer.close(deadline: .seconds(5)) }
            try await group.waitForAll()
        }
    }

    private func fill(_ cluster: Cluster, _ numbers: Range<Int>) async throws {
        for partition in Self.all { try await cluster.fill(partition, numbers) }
    }

    @Test("of an earlier epoch take no commit, and no broker hears of it")
    func earlierEpoch() async throws {
        let cluster = try Cluster([("jobs", 2)])
        let first = try cluster.consumer()
        let events = EventReader(first)
        let old = try await events.join(["jobs"], credit: 0)
        let second = try cluster.consumer()
        try await second.subscribe(["jobs"])
        let members = [events, EventReader(second)]
        var settled = try await Roster.settle(members, old.names)
        settled.sort { $0.epoch < $1.epoch }
        let new = try #require(settled.last)
        #expect(new.epoch > old.epoch)
        // Both epochs name it; the first member holds it again.
        let retained = try #require(new.names.first)
        try cluster.broker.apply(.answers([.init(error: nil)], .offsetCommit, broker: 1))
        for epoch in [old.epoch, AssignmentEpoch(rawValue: new.epoch.rawValue + 1)] {
            let position = TopicPartitionOffset(topicPartition: retained, offset: 1, epoch: epoch)
            await #expect(throws: KafkaError.notAssigned([retained])) { try await first.commit([position]) }
            await #expect(throws: KafkaError.notAssigned([retained])) { try await first.seal([position]) }
        }
        #expect(try cluster.broker.pendingAnswers(.offsetCommit, broker: 1) == 1)
        try await first.commit([.init(topicPartition: retained, offset: 1, epoch: new.epoch)])
        #expect(try cluster.broker.pendingAnswers(.offsetCommit, broker: 1) == 0)
        await first.close(deadline: .seconds(5))
        await second.close(deadline: .seconds(5))
    }
}
