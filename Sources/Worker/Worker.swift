import Kafka
import Logging
import PaymentJobs
import Pipeline

/// Joins the log and the pipeline: admits records within their windows, and commits a position only when
/// everything before it has its answer.
public actor Worker {
    let configuration: WorkerConfiguration
    let consumer: Consumer
    let producer: Producer
    let pipeline: JobPipeline
    let outbox: Outbox
    let time: any Timekeeper
    let logger: Logger
    let kinds: [String: JobKind]
    var tenures = Tenures()
    var idleBells: [Bell] = []
    let commitBell = Bell()
    let commitTurn = Turnstile()
    var leftBehind = LeftBehind()
    let drainBell = Bell()
    var isDraining = false
    var isStopped = false
    var hasGrantedTotal = false

    /// A worker over clients that it alone uses from now on, and that it closes when it ends.
    public init(
        configuration: WorkerConfiguration, consumer: Consumer, producer: Producer, pipeline: JobPipeline,
        time: any Timekeeper = SystemTime(), logger: Logger
    ) {
        self.configuration = configuration
        self.consumer = consumer
        self.producer = producer
        self.pipeline = pipeline
        self.time = time
        self.logger = logger
        kinds = Dictionary(uniqueKeysWithValues: configuration.inbound.map { ($0.topic, $0.kind) })
        outbox = Outbox(
            producer: producer, topics: Topics(configuration), retryPause: configuration.publishRetryPause,
            time: time, logger: logger)
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
                await self.pipeline.run { await self.outbox.put($0) }
                return nil
            }
            group.addTask { await self.publishing() }
            group.addTask { await self.consuming() }
            group.addTask {
                await self.committing()
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
            try await outbox.run { await self.settle($0) }
            return nil
        } catch {
            return .failure(error)
        }
    }

    private func consuming() async -> Result<WorkerEnding, WorkerError>? {
        do throws(KafkaError) {
            try await consumer.subscribe(configuration.inbound.map(\.topic))
        } catch {
            return isDraining ? nil : .failure(.consumerFailed(error))
        }
        while true {
            let events = await consumer.next()
            if events.isEmpty { return nil }
            for event in events {
                if let error = await handle(event) { return .failure(.consumerFailed(error)) }
            }
        }
    }

    private func committing() async {
        while true {
            await commitBell.wait()
            if isStopped || Task.isCancelled { return }
            try? await time.sleep(until: time.now + configuration.commitInterval)
            if isStopped { return }
            if case .unknown = await commit(tenures.all.map(\.number)) {
                try? await time.sleep(until: time.now + configuration.publishRetryPause)
                commitBell.ring()
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
        commitBell.ring()
        drainBell.ring()
        for bell in idleBells { bell.ring() }
        await consumer.close(deadline: configuration.closeDeadline)
        await outbox.stop()
        // What is still being sent ends here: as sent, or as an error that ends the outbox.
        await producer.close(deadline: configuration.closeDeadline)
    }
}
