import Synchronization

/// One thread for calls that wait for a broker, so that no poll thread and no task's thread does.
final class BlockingLane: Sendable {
    /// A job runs on the lane; `isClosed` tells that only an answer is wanted, no call.
    typealias Job = @Sendable (_ isClosed: Bool) -> Void

    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wakeUp: WakeUp
    private let ended: WakeUp

    /// - Throws: ``KafkaError/noResources(_:)``.
    init(_ name: String) throws(KafkaError) {
        wakeUp = try WakeUp()
        ended = try WakeUp()
        try NativeThread.start(name) { [self] in run() }
    }

    /// Starts both or none.
    ///
    /// - Throws: ``KafkaError/noResources(_:)``.
    static func pair(
        _ first: String, _ second: String
    ) throws(KafkaError) -> (BlockingLane, BlockingLane) {
        let lane = try BlockingLane(first)
        do throws(KafkaError) {
            return (lane, try BlockingLane(second))
        } catch {
            lane.close()
            throw error
        }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Adds a job; after ``close()`` it runs at once, on the caller's thread, as closed.
    func add(_ job: @escaping Job) {
        let isTaken = state.withLock { state in
            guard !state.isClosed else { return false }
            state.jobs.append(job)
            return true
        }
        if isTaken { wakeUp.signal() } else { job(true) }
    }

    /// Waits within a job; ``close()`` ends the wait.
    func pause(_ duration: Duration) {
        guard !isClosed else { return }
        // A new job's signal is swallowed here and ends the wait early; the job itself isn't lost,
        // since the lane looks for one before it sleeps.
        wakeUp.wait(duration)
    }

    /// Ends the lane after the job that is running; the others run as closed.
    func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.signal()
    }

    /// Blocks until the thread has done its last job.
    ///
    /// Call once, after ``close()``.
    func join() { while !ended.wait(.seconds(3600)) {} }

    private func run() {
        while true {
            let (job, isClosed) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isClosed)
            }
            if let job {
                job(isClosed)
            } else if isClosed {
                break
            } else {
                wakeUp.wait(.seconds(3600))
            }
        }
        ended.signal()
    }
}
