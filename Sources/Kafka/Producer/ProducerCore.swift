import CLibrdkafka
import Logging
import Synchronization

/// What every producer consists of: the client, the lane for calls that block, and the queue of reports.
///
/// They are opened together, and end together, once.
///
/// One thread polls the queue, and no other (``poll(_:reports:)``, ``release(finally:)``).
final class ProducerCore: @unchecked Sendable {
    private struct State {
        var closeDeadline: ContinuousClock.Instant?
        var closers: [CheckedContinuation<Void, Never>] = []
        var isReleased = false
    }

    let client: ClientHandle
    let lane: BlockingLane
    let logger: Logger
    private let queue: OpaquePointer
    private let state = Mutex(State())

    /// How long one wait for a report may last; only deadlines make it shorter.
    static let waitMax = Duration.seconds(60)
    /// Time for each step of the end: the reports of what is given up, and releasing the client.
    static let grace = Duration.milliseconds(500)

    /// - Parameters:
    ///   - settings: The producer's settings.
    ///   - name: The lane's name, at most 15 bytes.
    ///   - logger: Where librdkafka's log lines go.
    /// - Throws: ``KafkaError/invalidConfiguration(_:)`` or ``KafkaError/noResources(_:)``.
    init(_ settings: SettingList, lane name: String, logger: Logger) throws(KafkaError) {
        let client = try ClientHandle(
            RD_KAFKA_PRODUCER, settings: settings, events: RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR,
            logger: logger)
        do throws(KafkaError) {
            lane = try BlockingLane(name)
        } catch {
            client.destroy(flags: 0)
            throw error
        }
        guard let queue = rd_kafka_queue_get_main(client.pointer) else {
            preconditionFailure("every client has a main queue (rdkafka.h)")
        }
        self.client = client
        self.queue = queue
        self.logger = logger
    }

    /// When closing must be done; `nil` before it has begun.
    var closeDeadline: ContinuousClock.Instant? { state.withLock { $0.closeDeadline } }

    /// Ends the polling thread's wait.
    func wake() {
        // The lock keeps the queue from being freed at this moment.
        state.withLock { if !$0.isReleased { rd_kafka_queue_yield(queue) } }
    }

    /// Handles one event of the queue, or none if none comes in time.
    ///
    /// - Parameters:
    ///   - timeout: How long to wait.
    ///   - reports: What to do with delivery reports; the event is freed after it.
    /// - Returns: Whether there was an event.
    @discardableResult
    func poll(_ timeout: Duration, reports: (OpaquePointer) -> Void) -> Bool {
        let milliseconds = Int32(max(0, min(timeout, Self.waitMax).wholeMilliseconds))
        guard let event = rd_kafka_queue_poll(queue, milliseconds) else { return false }
        defer { rd_kafka_event_destroy(event) }
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR: reports(event)
        case RD_KAFKA_EVENT_ERROR:
            logger.debug("producer error", metadata: ["error": "\(EventError.describe(event))"])
        default: break
        }
        return true
    }

    /// Lets closing begin, and wakes the polling thread.
    ///
    /// - Returns: Whether it is the first request; only its deadline counts.
    @discardableResult
    func requestClose(deadline: ContinuousClock.Instant) -> Bool {
        let isFirst = state.withLock { state in
            guard state.closeDeadline == nil else { return false }
            state.closeDeadline = deadline
            return true
        }
        if isFirst { wake() }
        return isFirst
    }

    /// Returns once the producer has ended.
    func closed() async {
        await withCheckedContinuation { continuation in
            let isReleased = state.withLock { state in
                if !state.isReleased { state.closers.append(continuation) }
                return state.isReleased
            }
            if isReleased { continuation.resume() }
        }
    }

    /// Frees everything, and ends the wait of who closes; a call that still blocks, and freeing after it,
    /// go on in the background.
    ///
    /// Call once, as the last, after the lane was closed.
    ///
    /// - Parameter finally: What must be freed before the client is.
    func release(finally: @escaping @Sendable () -> Void) {
        let closers = state.withLock { state in
            state.isReleased = true
            rd_kafka_queue_destroy(queue)
            defer { state.closers = [] }
            return state.closers
        }
        let (client, lane) = (client, lane)
        let isInTime = Reaper.run(
            {
                lane.join()
                finally()
                client.destroy(flags: 0)
            }, patience: Self.grace)
        if !isInTime { logger.warning("the Kafka client did not stop in time and goes on in the background") }
        for closer in closers { closer.resume() }
    }
}
