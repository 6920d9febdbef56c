import Synchronization

typealias Reply<Value: Sendable> = CheckedContinuation<Result<Value, KafkaError>, Never>

/// What callers and helper threads want of the poll thread.
enum ConsumerCommand: Sendable {
    case subscribe([String], Reply<Void>)
    case start(AssignmentEpoch, [TopicPartition: StartOffset], Reply<Bool>)
    case release(AssignmentEpoch, Reply<Bool>)
    case grant(total: Int, partitions: [TopicPartition: Int])
    case commit([TopicPartitionOffset], Reply<Void>)
    case seal([TopicPartitionOffset], Reply<SealedOffsets>)
    case offsetsRead(AssignmentEpoch, Result<[AssignedPartition], KafkaError>)
    case close(deadline: ContinuousClock.Instant)
}

/// The poll thread's commands, in the order they came.
final class ConsumerMailbox: Sendable {
    private struct State {
        var commands: [ConsumerCommand] = []
        var closers: [CheckedContinuation<Bool, Never>] = []
        var isClosing = false
        /// Whether the group was left in time, once it is closed.
        var ending: Bool?
    }

    let wakeUp: WakeUp
    private let state = Mutex(State())

    init() throws(KafkaError) { wakeUp = try WakeUp() }

    /// - Returns: False once closing has begun; the command is not taken then.
    func post(_ command: ConsumerCommand) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosing else { return false }
            state.commands.append(command)
            return true
        }
        if isTaken { wakeUp.signal() }
        return isTaken
    }

    func take() -> [ConsumerCommand] {
        state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Asks for the end; only the first request counts.
    func requestClose(deadline: ContinuousClock.Instant) {
        let isFirst = state.withLock { state in
            guard !state.isClosing else { return false }
            state.isClosing = true
            state.commands.append(.close(deadline: deadline))
            return true
        }
        if isFirst { wakeUp.signal() }
    }

    /// Returns when the poll thread has ended, and whether the group was left in time.
    @discardableResult
    func closed() async -> Bool {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state in
                if state.ending == nil { state.closers.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    func finish(inTime: Bool) {
        let closers = state.withLock { state in
            state.ending = inTime
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume(returning: inTime) }
    }

    /// Posts a command and waits for its answer.
    func ask<Value>(
        _ command: (Reply<Value>) -> ConsumerCommand
    ) async throws(KafkaError) -> Value {
        let result = await withCheckedContinuation { (reply: Reply<Value>) in
            if !post(command(reply)) { reply.resume(returning: .failure(.closed)) }
        }
        return try result.get()
    }
}
