import Kafka
import Logging
import PaymentJobs
import Pipeline

/// Joins the log and the pipeline: admits records within their windows, and commits a position only when
/// everything before it has its answer.
public actor Worker {
    let configuration: WorkerConfiguration
    let consumer: Consumer
    let delivery: any Delivery
    let pipeline: JobPipeline
    let leases: Leases
    let time: any Timekeeper
    let logger: Logger
    let kinds: [String: JobKind]
    var tenures = Tenures()
    var idleBells: [Bell] = []
    let commitBell = Bell()
    let commitTurn = Turnstile()
    let dispatchTurn = Turnstile()
    let takeoverBell = Bell()
    /// A commit of unknown fate.
    var doubtful: CommitRound?
    /// The cluster's id, once it is known.
    var cluster: String?
    /// The first assignment, to which a new group's newness is limited.
    var newGroupEpoch: AssignmentEpoch?
    var leftBehind = LeftBehind()
    let drainBell = Bell()
    var isDraining = false
    var isStopped = false
    var hasGrantedTotal = false
    var isJoined = false
    var stalls: [Readiness.Stall] = []
    var partitionTotal: PartitionTotal
    /// Asks the brokers how many partitions a topic has, for so long.
    var askForPartitions: @Sendable (String, Duration) async -> Result<Int, KafkaError>

    /// A worker over clients that it alone uses from now on, and that it closes when it ends.
    ///
    /// - Parameters:
    ///   - configuration: What to read, where to answer, and how much to hold at once.
    ///   - consumer: Reads the jobs.
    ///   - client: Writes the answers.
    ///   - pipeline: Runs the jobs.
    ///   - leases: Those of the pipeline.
    ///   - time: The clocks.
    ///   - logger: Where it tells what it does.
    public init(
        configuration: WorkerConfiguration, consumer: Consumer, delivery client: DeliveryClient,
        pipeline: JobPipeline, leases: Leases, time: any Timekeeper = SystemTime(), logger: Logger
    ) {
        let topics = Topics(configuration)
        let delivery: any Delivery
        switch client {
        case .idempotent(let producer):
            delivery = IdempotentDelivery(
                producer: producer, consumer: consumer, topics: topics,
                retryPause: configuration.publishRetryPause, time: time, logger: logger)
        case .atomic(let producer, let settings):
            delivery = AtomicDelivery(
                producer: producer, configuration: settings, consumer: consumer, topics: topics,
                retryPause: configuration.publishRetryPause, time: time, logger: logger)
        }
        self.init(
            configuration: configuration, consumer: consumer, through: delivery, pipeline: pipeline,
            leases: leases, time: time, logger: logger)
    }

    /// A worker that makes its answers durable by `delivery`.
    init(
        configuration: WorkerConfiguration, consumer: Consumer, through delivery: any Delivery,
        pipeline: JobPipeline, leases: Leases, time: any Timekeeper, logger: Logger
    ) {
        self.configuration = configuration
        self.consumer = consumer
        self.delivery = delivery
        self.pipeline = pipeline
        self.leases = leases
        self.time = time
        self.logger = logger
        kinds = Dictionary(uniqueKeysWithValues: configuration.inbound.map { ($0.topic, $0.kind) })
        partitionTotal = PartitionTotal(
            topics: configuration.inbound.map(\.topic), pauses: configuration.partitionCountPauses)
        askForPartitions = { await consumer.partitions(of: $0, timeout: $1) }
    }

    /// Asks ``run()`` to finish what is running, commit, leave the group and return.
    public func drain() {
        isDraining = true
        drainBell.ring()
    }

    /// Works until ``drain()``, or until a client fails for good.
    ///
    /// A cancelled worker waits for nothing: it breaks its calls off, which the next owner repeats, and leaves.
    public func run() async throws(WorkerError) -> WorkerEnding {
        let result = await withTaskGroup(of: Result<WorkerEnding, WorkerError>?.self) { group in
            group.addTask {
                await self.pipeline.run { [delivery = self.delivery] completion in
                    await delivery.put(completion)
                    if delivery.isAtomic { await self.ringCommitBell() }
                }
                return nil
            }
            group.addTask { await self.publishing() }
            group.addTask { await self.consuming() }
            group.addTask { await self.committing().map { .failure($0) } }
            group.addTask {
                await self.takingOver()
                return nil
            }
            group.addTask {
                await self.watching()
                return nil
            }
            group.addTask {
                await self.askingBrokers()
                return nil
            }
            group.addTask { .success(await self.draining()) }
            group.addTask {
                await self.untilCancelled()
                return nil
            }
            var result: Result<WorkerEnding, WorkerError>?
            while result == nil, let next = await group.next() { result = next }
            await self.pipeline.stop()
            group.cancelAll()
            await self.stopAll()
            return result ?? .success(.drained)
        }
        return try result.get()
    }

    private func publishing() async -> Result<WorkerEnding, WorkerError>? {
        do throws(WorkerError) {
            try await delivery.run { await self.settle($0) }
            return nil
        } catch {
            return .failure(error)
        }
    }

    private func consuming() async -> Result<WorkerEnding, WorkerError>? {
        do throws(WorkerError) {
            try await checkNewGroup()
            do throws(KafkaError) {
                try await consumer.subscribe(configuration.inbound.map(\.topic))
            } catch {
                throw .consumerFailed(error)
            }
        } catch {
            return isDraining ? nil : .failure(error)
        }
        while true {
            let events = await consumer.next()
            if events.isEmpty { return nil }
            for event in events {
                if let error = await handle(event) { return .failure(.consumerFailed(error)) }
            }
        }
    }

    private func draining() async -> WorkerEnding {
        while !isDraining, !isStopped { await drainBell.wait() }
        guard !isStopped else { return .drained }
        leftBehind = LeftBehind()
        let last = time.now + configuration.drainDeadline + configuration.closeDeadline
        await withDiscardingTaskGroup { group in
            // A commit that nobody answers ends with the consumer.
            group.addTask {
                if (try? await self.time.sleep(until: last)) != nil {
                    await self.consumer.close(deadline: self.configuration.closeDeadline)
                }
            }
            await end(tenures.all.map(\.number), within: configuration.drainDeadline)
            group.cancelAll()
        }
        await consumer.close(deadline: configuration.closeDeadline)
        return leftBehind.isEmpty ? .drained : .forced(blocked: leftBehind.names)
    }

    /// Turns a cancellation of ``run()`` into a drain: calls that were broken off are given back.
    private func untilCancelled() async {
        while !Task.isCancelled { try? await time.sleep(until: time.now + .seconds(3600)) }
        drain()
    }

    /// Lets every loop see that it has to end.
    private func stopAll() async {
        isStopped = true
        // Of a worker that has failed nothing is ended yet, and the group goes on once the consumer is closed.
        giveUp(tenures.all.map(\.number))
        commitBell.ring()
        takeoverBell.ring()
        drainBell.ring()
        for bell in idleBells { bell.ring() }
        await consumer.close(deadline: configuration.closeDeadline)
        await delivery.stop()
        // What is still being sent ends here: as sent, or as an error that ends the delivery.
        await delivery.close(deadline: configuration.closeDeadline)
    }
}
