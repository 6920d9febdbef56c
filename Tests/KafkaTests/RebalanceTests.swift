import Testing

@testable import Kafka

@Suite("Rebalances", .timeLimit(.minutes(1)))
struct RebalanceTests {
    @Test("take partitions away only after release, and give them on where they were committed")
    func secondMember() async throws {
        let cluster = try Cluster([("jobs", 2)])
        for number in 0..<Int32(2) { try await cluster.fill(partition(number), 0..<10) }
        let first = try cluster.consumer()
        let firstEvents = EventReader(first)
        let old = try await firstEvents.join(["jobs"], credit: 2)
        let read = try await firstEvents.records(2)
        #expect(read.count == 2)
        let done = old.names.map {
            TopicPartitionOffset(topicPartition: $0, offset: 4, metadata: "half", epoch: old.epoch)
        }
        try await first.commit(done)
        let second = try cluster.consumer()
        let secondEvents = EventReader(second)
        try await second.subscribe(["jobs"])
        let revoked = try await firstEvents.until {
            if case .revoking(let epoch, let partitions) = $0 { (epoch, partitions) } else { nil }
        }
        #expect(revoked.0 == old.epoch)
        #expect(revoked.1 == old.names)
        // Credit given now must not bring another record of the old epoch.
        first.grant(total: 50, partitions: [partition(0): 50, partition(1): 50])
        // The commit leaves this process. A broker takes it; the mock cluster refuses every commit while
        // members join (2.0.2 `rd_kafka_mock_cgrp_check_state`), which is its answer and not ours.
        await #expect(
            throws: KafkaError.partitions([
                partition(0): .rebalanceInProgress, partition(1): .rebalanceInProgress,
            ])
        ) { try await first.commit(done) }
        #expect(await first.release(epoch: old.epoch))
        #expect(await !first.release(epoch: old.epoch))
        let settled = try await Roster.settle([firstEvents, secondEvents], old.names)
        #expect(settled.map(\.partitions.count) == [1, 1])
        #expect(settled.flatMap(\.partitions).allSatisfy { $0.committedOffset == 4 })
        #expect(settled.flatMap(\.partitions).allSatisfy { $0.committedMetadata == "half" })
        #expect(settled[0].epoch > old.epoch)
        for (events, assignment) in zip([firstEvents, secondEvents], settled) {
            events.consumer.grant(total: 6, partitions: [assignment.names[0]: 6])
            // Had any record of the old epoch slipped through, it would be among these.
            let rest = try await events.records(6)
            #expect(rest.map(\.offset) == Array(4..<10))
            #expect(rest.allSatisfy { $0.epoch == assignment.epoch })
        }
        await second.close(deadline: .seconds(5))
        await first.close(deadline: .seconds(5))
    }

    @Test("that happen to us lose the partitions, their commits and their records")
    func lost() async throws {
        let cluster = try Cluster([("jobs", 1)])
        try await cluster.fill(partition(0), 0..<10)
        let consumer = try cluster.consumer()
        let events = EventReader(consumer)
        let old = try await events.join(["jobs"], credit: 3)
        _ = try await events.records(3)
        try cluster.broker.pushErrors([.unknownMember], for: .heartbeat)
        let lost = try await events.until {
            if case .lost(let epoch, let partitions) = $0 { (epoch, partitions) } else { nil }
        }
        #expect(lost.0 == old.epoch)
        #expect(lost.1 == [partition(0)])
        await #expect(throws: KafkaError.notAssigned([partition(0)])) {
            try await consumer.commit([.init(topicPartition: partition(0), offset: 3, epoch: old.epoch)])
        }
        #expect(await !consumer.release(epoch: old.epoch))
        let new = try await events.assignment()
        #expect(new.epoch > old.epoch)
        #expect(new.partitions.map(\.committedOffset) == [nil])
        #expect(await consumer.start(epoch: new.epoch, from: [partition(0): .offset(8)]))
        consumer.grant(total: 9, partitions: [partition(0): 9])
        let read = try await events.records(2)
        #expect(read.map(\.offset) == [8, 9])
        await consumer.close(deadline: .seconds(5))
    }

    @Test("wait for an answer that takes longer than the session")
    func slowAnswer() async throws {
        let cluster = try Cluster([("jobs", 1)])
        try await cluster.fill(partition(0), 0..<1)
        let consumer = try cluster.consumer()
        let events = EventReader(consumer)
        try await consumer.subscribe(["jobs"])
        let assignment = try await events.assignment()
        // Nothing to wait for: this is the passing of time itself, more than the session's 3.5 s.
        try await Task.sleep(for: .seconds(4))
        #expect(await consumer.start(epoch: assignment.epoch, from: [partition(0): .earliest]))
        consumer.grant(total: 1, partitions: [partition(0): 1])
        #expect(try await events.records(1).map(\.epoch) == [assignment.epoch])
        try await consumer.commit([
            .init(topicPartition: partition(0), offset: 1, epoch: assignment.epoch)
        ])
        await consumer.close(deadline: .seconds(5))
    }

    @Test("leave nothing to read where there are more members than partitions")
    func emptyAssignment() async throws {
        let cluster = try Cluster([("jobs", 1)])
        let consumers = [try cluster.consumer(), try cluster.consumer()]
        for consumer in consumers { try await consumer.subscribe(["jobs"]) }
        let members = consumers.map { EventReader($0) }
        let settled = try await Roster.settle(members, [partition(0)])
        #expect(settled.map(\.partitions.count).sorted() == [0, 1])
        for consumer in consumers { await consumer.close(deadline: .seconds(5)) }
    }

    @Test(
        "of the cooperative kind leave retained partitions alone",
        .enabled(if: LibrdkafkaVersion.runtime >= ConsumerConfiguration.cooperativeSince))
    func cooperative() async throws {
        let cluster = try Cluster([("jobs", 2)])
        for number in 0..<Int32(2) { try await cluster.fill(partition(number), 0..<5) }
        let first = try cluster.consumer { $0.assignmentStrategy = .cooperativeSticky }
        let events = EventReader(first)
        let old = try await events.join(["jobs"], credit: 0)
        let second = try cluster.consumer { $0.assignmentStrategy = .cooperativeSticky }
        try await second.subscribe(["jobs"])
        let revoked = try await events.until {
            if case .revoking(let epoch, let partitions) = $0 { (epoch, partitions) } else { nil }
        }
        #expect(revoked.0 == old.epoch)
        #expect(revoked.1.count == 1)
        let retained = try #require(old.names.first { !revoked.1.contains($0) })
        #expect(await first.release(epoch: old.epoch))
        let secondEvents = EventReader(second)
        while try await secondEvents.assignment().names != revoked.1 {}
        first.grant(total: 5, partitions: [retained: 5, revoked.1[0]: 5])
        let records = try await events.records(5)
        #expect(records.map(\.offset) == Array(0..<5))
        #expect(records.allSatisfy { $0.epoch == old.epoch && $0.topicPartition == retained })
        await first.close(deadline: .seconds(5))
        await second.close(deadline: .seconds(5))
    }
}
