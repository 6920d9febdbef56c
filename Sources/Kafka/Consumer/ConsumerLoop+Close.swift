import CLibrdkafka
import Logging

extension ConsumerLoop {
    /// Time the destruction of the client gets even after the deadline.
    private static let destroyGrace = Duration.milliseconds(200)

    /// Leaves the group, ends everybody's waiting and destroys the client, within the deadline if it can.
    func shutDown(until deadline: ContinuousClock.Instant) {
        let hasLeft = leaveGroup(until: deadline)
        for reply in commits.values { reply.resume(returning: .failure(.closed)) }
        commits = [:]
        outbox.finish()
        offsetsLane.close()
        queryLane.close()
        readers = [:]
        QueueSignal.disable(queue)
        rd_kafka_queue_destroy(queue)
        let isDestroyed = destroyClient(until: deadline)
        mailbox.finish(inTime: hasLeft && isDestroyed)
    }

    /// Gives everything up, then ends the group.
    ///
    /// While the group ends, an assign call may wait for its answer for ever: librdkafka drops what is
    /// asked of an ended group (2.0.2 `rd_kafka_cgrp_terminated`), and doesn't always wait for our
    /// answer to a rebalance before it ends. So a steady member unsubscribes first and answers the
    /// revocation that brings. One in the middle of a rebalance just ends, unanswered; unsubscribing
    /// would be put off until after the end (2.0.2 `rd_kafka_cgrp_subscribe`), and an answer would
    /// make it join again.
    ///
    /// - Returns: Whether the group ended in time.
    private func leaveGroup(until deadline: ContinuousClock.Instant) -> Bool {
        readers = [:]
        stage = .leaving
        _ = serveQueue()
        if !isUnanswered {
            rd_kafka_unsubscribe(client.pointer)
            // The revocation, if there is one, is in the queue by now.
            _ = serveQueue()
            if isUnanswered { unassign(assigned.sorted()) }
        }
        stage = .ending
        let error = KafkaErrorCode(consuming: rd_kafka_consumer_close_queue(client.pointer, queue))
        // A fatal error is the only way this fails; then there is no group to leave.
        guard !error.isError else { return true }
        var isClosed = false
        while true {
            _ = serveQueue()
            let remaining = ContinuousClock.now.duration(to: deadline)
            isClosed = rd_kafka_consumer_closed(client.pointer) != 0
            guard !isClosed, remaining > .zero else { break }
            // The end is announced on the queue after it is true, so this never sleeps through it.
            mailbox.wakeUp.wait(remaining)
        }
        // Answers to commits that came together with the end.
        _ = serveQueue()
        return isClosed
    }

    /// Destroying can hang on an unreachable broker (librdkafka#4519), so it gets a thread that we can
    /// stop waiting for.
    ///
    /// - Returns: Whether it was destroyed in time.
    private func destroyClient(until deadline: ContinuousClock.Instant) -> Bool {
        let (client, lanes) = (client, [offsetsLane, queryLane])
        let destroy: @Sendable () -> Void = {
            for lane in lanes { lane.join() }
            client.destroy(flags: ConsumerLoop.noConsumerClose)
        }
        let remaining = max(ConsumerLoop.destroyGrace, ContinuousClock.now.duration(to: deadline))
        let isDestroyed = Reaper.run(destroy, patience: remaining)
        if !isDestroyed {
            logger.warning("the Kafka client did not stop in time and goes on stopping in the background")
        }
        return isDestroyed
    }
}

/// Runs what may hang, and waits only so long.
enum Reaper {
    /// - Returns: Whether it ended in time.
    static func run(_ body: @escaping @Sendable () -> Void, patience: Duration) -> Bool {
        do throws(KafkaError) {
            let done = try WakeUp()
            try NativeThread.start("kafka-reaper") {
                body()
                done.signal()
            }
            return done.wait(patience)
        } catch {
            // No thread to be had: better to hang here than to leak a member of the group.
            body()
            return true
        }
    }
}
