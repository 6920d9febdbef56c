import Testing

@testable import Kafka

/// What a whole group has read, and who holds what: every record once, in order, by whoever holds its
/// partition in the current epoch.
actor GroupFlow {
    struct Ended: Error {}

    private let partitions: [TopicPartition]
    private var next: [TopicPartition: Int64] = [:]
    private var held: [TopicPartition: Int] = [:]
    private let change: AsyncStream<Void>.Continuation
    private let changes: AsyncStream<Void>

    init(_ partitions: [TopicPartition]) {
        self.partitions = partitions
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func take(_ record: ConsumedRecord, by member: Int) {
        let partition = record.topicPartition
        #expect(held[partition] == member, "\(partition) at \(record.offset)")
        #expect(record.offset == next[partition, default: 0], "\(partition)")
        next[partition] = record.offset + 1
        change.yield()
    }

    /// - Returns: Where to begin.
    func hold(_ partitions: [TopicPartition], by member: Int) -> [TopicPartition: StartOffset] {
        for partition in partitions { held[partition] = member }
        change.yield()
        return Dictionary(uniqueKeysWithValues: partitions.map { ($0, .offset(next[$0, default: 0])) })
    }

    func give(up partitions: [TopicPartition]) {
        for partition in partitions { held[partition] = nil }
        change.yield()
    }

    func held(by member: Int) -> [TopicPartition] { held.filter { $0.value == member }.map(\.key) }

    func members() -> Set<Int> { held.count == partitions.count ? Set(held.values) : [] }

    func isRead(to count: Int) -> Bool { partitions.allSatisfy { next[$0, default: 0] == count } }

    /// Waits until everything is held, by exactly these members.
    nonisolated func settled(_ members: Set<Int>) async throws {
        try await wait { await $0.members() == members }
    }

    /// Waits until so many records of every partition have been read.
    nonisolated func read(to count: Int) async throws {
        try await wait { await $0.isRead(to: count) }
    }

    nonisolated func wait(until isTrue: (GroupFlow) async -> Bool) async throws {
        var changes = changes.makeAsyncIterator()
        while await !isTrue(self) {
            // The time limit of a test cancels its task, and then nothing comes.
            guard await changes.next() != nil else { throw Ended() }
        }
    }

    func end() { change.finish() }

    /// Something that a wait looks at has changed elsewhere.
    func touch() { change.yield() }
}

/// A member of a group with little credit, which gives back what it uses unless it holds that back.
actor FlowMember {
    static let total = 8
    static let each = 4

    nonisolated let consumer: Consumer
    private let number: Int
    private let flow: GroupFlow
    private var isHoldingBack = false
    private var owed: [ConsumedRecord] = []
    private var current: [TopicPartition: AssignmentEpoch] = [:]

    init(_ number: Int, _ consumer: Consumer, _ flow: GroupFlow) {
        (self.number, self.consumer, self.flow) = (number, consumer, flow)
    }

    /// Takes part until the consumer closes; a failure ends everybody's waiting.
    nonisolated func run() async {
        do {
            try await consumer.subscribe(["jobs"])
            consumer.grant(total: Self.total, partitions: [:])
            while case let events = await consumer.next(), !events.isEmpty {
                for event in events { try await handle(event) }
            }
        } catch {
            Issue.record("member \(number): \(error)")
            await flow.end()
        }
    }

    private func handle(_ event: ConsumerEvent) async throws {
        switch event {
        case .assigning(let assignment):
            guard !assignment.partitions.isEmpty else { return }
            for partition in assignment.names { current[partition] = assignment.epoch }
            let starts = await flow.hold(assignment.names, by: number)
            // False where the next rebalance has come meanwhile: then it is told next.
            _ = await consumer.start(epoch: assignment.epoch, from: starts)
            consumer.grant(total: 0, partitions: starts.mapValues { _ in Self.each })
        case .revoking(let epoch, let partitions):
            await giveUp(partitions)
            _ = await consumer.release(epoch: epoch)
        case .lost(_, let partitions): await giveUp(partitions)
        case .records(let records):
            for record in records {
                #expect(record.epoch == current[record.topicPartition])
                await flow.take(record, by: number)
            }
            owed += records
            if !isHoldingBack { giveBack() }
        case .failed(let error), .partitionFailed(_, _, let error): throw error
        case .warning: break
        }
        await flow.touch()
    }

    private func giveUp(_ partitions: [TopicPartition]) async {
        for partition in partitions { current[partition] = nil }
        await flow.give(up: partitions)
    }

    private func giveBack() {
        // A partition's credit ended with the tenure it was granted in.
        let valid = owed.filter { current[$0.topicPartition] == $0.epoch }
        let partitions = Dictionary(valid.map { ($0.topicPartition, 1) }, uniquingKeysWith: +)
        consumer.grant(total: owed.count, partitions: partitions)
        owed = []
    }

    func holdBack() { isHoldingBack = true }

    func goOn() {
        isHoldingBack = false
        giveBack()
    }

    /// Whether all credit is used up and none is given back.
    func isStarved() -> Bool { owed.count == Self.total }
}
