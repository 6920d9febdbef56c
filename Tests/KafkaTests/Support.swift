import Logging
import Testing

@testable import Kafka

/// A broker of its own for one test, and clients set up so that the mock cluster is fast.
struct Cluster {
    let broker: EmbeddedBroker

    /// Tests provoke what librdkafka calls critical.
    static let logger = Logger(label: "kafka-tests") { _ in SwiftLogNoOpLogHandler() }

    init(_ topics: [(name: String, partitions: Int)] = [], brokers: Int = 1) throws {
        broker = try EmbeddedBroker(topics: topics, brokers: brokers, logger: Cluster.logger)
    }

    var kafka: KafkaConfiguration { KafkaConfiguration(bootstrapServers: [broker.bootstrapServers]) }

    func producer(_ adjust: (inout ProducerConfiguration) -> Void = { _ in }) throws -> Producer {
        var configuration = ProducerConfiguration(kafka: kafka)
        configuration.linger = .zero
        adjust(&configuration)
        return try Producer(configuration, logger: Cluster.logger)
    }

    /// The mock cluster's rebalances last as long as a session, less one second.
    func consumer(
        group: String = "group", _ adjust: (inout ConsumerConfiguration) -> Void = { _ in }
    ) throws -> Consumer {
        var configuration = ConsumerConfiguration(kafka: kafka, groupID: group)
        configuration.sessionTimeout = .milliseconds(3500)
        configuration.heartbeatInterval = .milliseconds(300)
        configuration.fetchWaitMax = .milliseconds(10)
        adjust(&configuration)
        return try Consumer(configuration, logger: Cluster.logger)
    }

    /// Writes numbered records to a partition.
    func fill(_ partition: TopicPartition, _ numbers: Range<Int>) async throws {
        let producer = try producer()
        let results = await producer.send(
            numbers.map {
                ProducerRecord(
                    topic: partition.topic, partition: partition.partition, value: Array("\($0)".utf8))
            })
        for result in results { _ = try result.get() }
        await producer.close(deadline: .seconds(5))
    }
}

/// Takes events one by one from the batches of a consumer.
actor EventReader {
    struct Ended: Error {}

    nonisolated let consumer: Consumer
    private var pending: [ConsumerEvent] = []

    init(_ consumer: Consumer) { self.consumer = consumer }

    func next() async throws -> ConsumerEvent {
        while pending.isEmpty {
            pending = await consumer.next()
            // The time limit of a test cancels its task, and then nothing comes.
            if pending.isEmpty { throw Ended() }
        }
        return pending.removeFirst()
    }

    /// Skips events until one fits.
    ///
    /// A failure of the consumer is never skipped.
    func until<Value: Sendable>(
        _ pick: @Sendable (ConsumerEvent) -> Value?
    ) async throws -> Value {
        while true {
            let event = try await next()
            if let value = pick(event) { return value }
            if case .failed(let error) = event { throw error }
        }
    }

    func assignment() async throws -> Assignment {
        try await until { if case .assigning(let assignment) = $0 { assignment } else { nil } }
    }

    func records(_ count: Int) async throws -> [ConsumedRecord] {
        var records: [ConsumedRecord] = []
        while records.count < count {
            records += try await until { if case .records(let records) = $0 { records } else { nil } }
        }
        return records
    }

    /// Joins and reads everything from the beginning, with credit for `credit` records.
    func join(_ topics: [String], credit: Int) async throws -> Assignment {
        try await consumer.subscribe(topics)
        let assignment = try await assignment()
        #expect(await consumer.start(epoch: assignment.epoch, from: assignment.fromCommitted))
        consumer.grant(
            total: credit,
            partitions: Dictionary(uniqueKeysWithValues: assignment.names.map { ($0, credit) }))
        return assignment
    }
}

/// The members of a group, each answering every rebalance, until together they hold everything once.
///
/// How many rebalances that takes is the mock cluster's affair.
actor Roster {
    private let size: Int
    private let all: [TopicPartition]
    private var latest: [Int: Assignment] = [:]

    init(_ size: Int, _ all: [TopicPartition]) {
        self.size = size
        self.all = all
    }

    static func settle(_ members: [EventReader], _ all: [TopicPartition]) async throws -> [Assignment] {
        let roster = Roster(members.count, all)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, member) in members.enumerated() {
                group.addTask {
                    while try await !roster.handle(member.next(), of: index, member.consumer) {}
                }
            }
            try await group.next()
            // The others wait for events that need not come; cancelling ends them.
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        return await roster.latest.sorted { $0.key < $1.key }.map(\.value)
    }

    /// - Returns: Whether every member has an assignment and all is held once.
    private func handle(_ event: ConsumerEvent, of index: Int, _ consumer: Consumer) async throws -> Bool {
        switch event {
        case .assigning(let assignment):
            latest[index] = assignment
            // One without partitions needs no answer, and gets a stale one.
            let isStarted = await consumer.start(epoch: assignment.epoch, from: assignment.fromCommitted)
            #expect(isStarted == !assignment.partitions.isEmpty)
        case .revoking(let epoch, _):
            latest[index] = nil
            #expect(await consumer.release(epoch: epoch))
        case .lost: latest[index] = nil
        case .failed(let error): throw error
        case .records, .partitionFailed, .warning: break
        }
        return latest.count == size && latest.values.flatMap(\.names).sorted() == all
    }
}

extension Assignment {
    var names: [TopicPartition] { partitions.map(\.topicPartition) }

    var fromCommitted: [TopicPartition: StartOffset] {
        Dictionary(
            uniqueKeysWithValues: partitions.map {
                ($0.topicPartition, $0.committedOffset.map { .offset($0) } ?? .earliest)
            })
    }
}

extension ConsumedRecord {
    var text: String { value.map { String(decoding: $0, as: UTF8.self) } ?? "nil" }
}

/// SplitMix64: a random sequence that a printed seed brings back.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

func partition(_ number: Int32, of topic: String = "jobs") -> TopicPartition {
    TopicPartition(topic: topic, partition: number)
}
