import Glibc

/// Wakes one sleeping thread; a signal that comes before the sleep is not lost.
///
/// It is a pipe because librdkafka can write to one too (`rd_kafka_queue_io_event_enable`), so a thread
/// sleeps on commands and on any number of queues at once. (Swift's Glibc module lacks eventfd.)
final class WakeUp: Sendable {
    /// For librdkafka to write to; it must be disabled there before this object goes.
    let writeEnd: Int32
    private let readEnd: Int32

    /// What librdkafka writes: any byte will do.
    static let payload: [UInt8] = [1]

    init() throws(KafkaError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .noResources("pipe: \(String(cString: strerror(errno)))") }
        for end in ends {
            // Neither end may block: a full pipe is already a signal, and an empty one none.
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        Glibc.close(readEnd)
        Glibc.close(writeEnd)
    }

    func signal() {
        var byte: UInt8 = 1
        // It can only fail with EAGAIN, when the pipe is full and thus signalled.
        _ = write(writeEnd, &byte, 1)
    }

    /// Sleeps until a signal or the end of the timeout.
    ///
    /// The pipe is emptied here, so before the caller looks at what it was woken for: whatever comes after
    /// that look signals again.
    ///
    /// - Returns: Whether there was a signal.
    @discardableResult
    func wait(_ timeout: Duration) -> Bool {
        var waited = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        guard poll(&waited, 1, Int32(max(0, timeout.wholeMilliseconds))) > 0 else { return false }
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while read(readEnd, buffer.baseAddress, buffer.count) == buffer.count {}
        }
        return true
    }
}
