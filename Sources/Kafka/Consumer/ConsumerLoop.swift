import CLibrdkafka
import Logging
import Synchronization

/// The poll thread of one consumer.
///
/// Everything but the mailbox, the outbox, the lanes and the atomic is confined to that thread, which
/// makes the class safe to share: other threads only reach those four.
///
/// The thread sleeps in `poll(2)` on one pipe that commands, the consumer's queue and each
/// partition's queue write to. It empties the pipe first and looks at everything after, so whatever
/// comes between the look and the sleep wakes it. The consumer's queue is polled in every round, as
/// librdkafka from 2.1 on demands of `max.poll.interval.ms`.
final class ConsumerLoop: @unchecked Sendable {
    let client: ClientHandle
    let mailbox: ConsumerMailbox
    let outbox = Outbox()
    let offsetsLane: BlockingLane
    let queryLane: BlockingLane
    /// The epoch whose committed offsets are wanted; 0 for none.
    ///
    /// Read by the offsets lane.
    let wantedEpoch = Atomic<UInt64>(0)

    /// How far closing has come; it only moves forward.
    enum Stage {
        /// Rebalances are the caller's affair.
        case open
        /// Rebalances are only noted, ``leaveGroup(until:)`` answers them.
        case leaving
        /// Rebalances are answered from a thread that may hang.
        case ending
    }

    let logger: Logger
    let isCooperative: Bool
    let queue: OpaquePointer
    private let sleepMax: Duration
    var tenures = TenureLedger()
    var demand = RecordDemand()
    var readers: [TopicPartition: PartitionReader] = [:]
    var assigned: Set<TopicPartition> = []
    var commits: [UInt: Reply<Void>] = [:]
    var lastCommit: UInt = 0
    var stage = Stage.open
    /// Whether librdkafka waits for an (un)assign call.
    var isUnanswered = false

    /// Events handled and records read before the other is looked at again.
    static let roundMax = 1024

    init(_ configuration: ConsumerConfiguration, logger: Logger) throws(KafkaError) {
        let events = RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE
        mailbox = try ConsumerMailbox()
        let client = try ClientHandle(
            RD_KAFKA_CONSUMER, settings: configuration.settings(version: .runtime),
            events: events | RD_KAFKA_EVENT_OFFSET_COMMIT, logger: logger)
        do throws(KafkaError) {
            (offsetsLane, queryLane) = try BlockingLane.pair("kafka-offsets", "kafka-query")
        } catch {
            client.destroy(flags: ConsumerLoop.noConsumerClose)
            throw error
        }
        rd_kafka_poll_set_consumer(client.pointer)
        guard let queue = rd_kafka_queue_get_consumer(client.pointer) else {
            preconditionFailure("a client with a group.id has a consumer queue (rdkafka.h)")
        }
        self.client = client
        self.queue = queue
        self.logger = logger
        isCooperative = configuration.assignmentStrategy == .cooperativeSticky
        sleepMax = min(.seconds(1), configuration.maxPollInterval / 4)
        QueueSignal.enable(queue, mailbox.wakeUp)
    }

    static let noConsumerClose = Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)

    func run() {
        var deadline: ContinuousClock.Instant?
        while deadline == nil {
            for command in mailbox.take() { deadline = perform(command) ?? deadline }
            guard deadline == nil else { break }
            let hasEvents = serveQueue()
            let hasRecords = readRecords()
            guard !hasEvents, !hasRecords else { continue }
            mailbox.wakeUp.wait(sleepMax)
            demand.wake()
        }
        shutDown(until: deadline ?? .now)
    }

    /// Performs one command.
    ///
    /// - Returns: The deadline, if the command was to close.
    private func perform(_ command: ConsumerCommand) -> ContinuousClock.Instant? {
        switch command {
        case .subscribe(let topics, let reply): reply.resume(returning: subscribe(topics))
        case .start(let epoch, let offsets, let reply):
            reply.resume(returning: .success(start(epoch, offsets)))
        case .release(let epoch, let reply): reply.resume(returning: .success(release(epoch)))
        case .grant(let total, let partitions): demand.grant(total: total, partitions: partitions)
        case .commit(let positions, let reply): commit(positions, reply)
        case .seal(let positions, let reply): reply.resume(returning: seal(positions))
        case .offsetsRead(let epoch, let result): offer(epoch, result)
        case .close(let deadline): return deadline
        }
        return nil
    }

    private func subscribe(_ topics: [String]) -> Result<Void, KafkaError> {
        guard let list = PartitionList(topics.map { TopicPartition(topic: $0, partition: -1) }) else {
            return .failure(.noResources("partition list"))
        }
        let code = KafkaErrorCode(rd_kafka_subscribe(client.pointer, list.pointer))
        return code.isError ? .failure(EventError.describe(code, reason: "subscribe")) : .success(())
    }

    /// Handles events of the consumer's queue.
    ///
    /// - Returns: Whether there may be more.
    func serveQueue() -> Bool {
        for _ in 0..<ConsumerLoop.roundMax {
            guard let event = rd_kafka_queue_poll(queue, 0) else { return false }
            handle(event)
            rd_kafka_event_destroy(event)
        }
        return true
    }

    private func handle(_ event: OpaquePointer) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_REBALANCE: rebalance(event)
        case RD_KAFKA_EVENT_OFFSET_COMMIT: committed(event)
        case RD_KAFKA_EVENT_ERROR: failed(event)
        case RD_KAFKA_EVENT_FETCH:
            // Forwarding is off before a partition is assigned; a record here would be lost unseen.
            outbox.put(.failed(.fatal(.wrongState, reason: "a record came through the consumer's queue")))
        default: break
        }
    }

    private func failed(_ event: OpaquePointer) {
        let error = EventError.describe(event)
        logger.debug("consumer error", metadata: ["error": "\(error)"])
        if case .fatal = error {
            outbox.put(.failed(error))
            return
        }
        guard let partition = rd_kafka_event_topic_partition(event) else {
            outbox.put(.warning(error))
            return
        }
        defer { rd_kafka_topic_partition_destroy(partition) }
        let failing = partition.pointee.topicPartition
        if let reader = readers[failing] {
            outbox.put(.partitionFailed(failing, reader.epoch, error))
        } else {
            outbox.put(.warning(error))
        }
    }

    /// Reads what there is demand for.
    ///
    /// - Returns: Whether there may be more.
    private func readRecords() -> Bool {
        var records: [ConsumedRecord] = []
        var count = 0
        while count < ConsumerLoop.roundMax, let turn = demand.next() {
            count += read(turn, into: &records)
        }
        if !records.isEmpty { outbox.put(.records(records)) }
        return demand.next() != nil
    }

    private func read(_ turn: RecordDemand.Turn, into records: inout [ConsumedRecord]) -> Int {
        guard let reader = readers[turn.partition] else {
            demand.remove(turn.partition)
            return 0
        }
        var count = 0
        var isDrained = false
        while count < turn.limit, !isDrained {
            switch reader.poll(into: &records) {
            case .records: count += 1
            case .empty: isDrained = true
            case .failure(let error):
                // What was read before the failure is also told before it.
                if !records.isEmpty { outbox.put(.records(records)) }
                records = []
                outbox.put(.partitionFailed(turn.partition, reader.epoch, error))
            }
        }
        demand.finish(turn, count: count, isDrained: isDrained)
        return count
    }
}
