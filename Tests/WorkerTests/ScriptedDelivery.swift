import Kafka
import Pipeline
import Synchronization

@testable import Worker

/// A delivery that is atomic by its nature: what is committed, with its positions, is decided by a script.
actor ScriptedDelivery: Delivery {
    /// What becomes of a commit with answers.
    enum Fate: Sendable, Hashable {
        case made
        case failed
        /// Nobody knows for as many questions, and then it turns out.
        case doubtful(questions: Int, isMade: Bool)
        /// The client fails for good.
        case over
    }

    /// What happens to the commits that have answers, and what came of it; several workers share one.
    final class Script: Sendable {
        struct State {
            var fates: [Fate]
            /// The offsets whose answers were committed, once for each time.
            var written: [Int64] = []
            var questions = 0
            /// How often each partition was committed.
            var commits: [Int32: Int] = [:]
            var breaches: [String] = []
        }

        let state: Mutex<State>

        init(_ fates: [Fate]) { state = Mutex(State(fates: fates)) }

        var written: [Int64] { state.withLock { $0.written } }
        var questions: Int { state.withLock { $0.questions } }
        /// What must not have been asked of a delivery.
        var breaches: [String] { state.withLock { $0.breaches } }
        /// How often a partition of the only topic was committed.
        func commits(ofPartition partition: Int32) -> Int {
            state.withLock { $0.commits[partition] ?? 0 }
        }
        func noteCommit(_ positions: [TopicPartitionOffset]) {
            state.withLock { state in
                for position in positions {
                    state.commits[position.topicPartition.partition, default: 0] += 1
                }
            }
        }
        var isOver: Bool { state.withLock { $0.fates.isEmpty } }

        func next() -> Fate { state.withLock { $0.fates.isEmpty ? .made : $0.fates.removeFirst() } }

        func write(_ answers: [LetterQueue.Entry]) {
            let offsets = answers.filter { $0.letter != nil }.map(\.ticket.offset)
            state.withLock { $0.written += offsets }
        }

        func breach(_ text: String) { state.withLock { $0.breaches.append(text) } }
        func noteQuestion() { state.withLock { $0.questions += 1 } }
    }

    private let script: Script
    private let consumer: Consumer
    private var queue = LetterQueue(retryPause: .milliseconds(50))
    private var doubt: (questions: Int, isMade: Bool)?
    private var isCommitting = false
    private var isStopping = false
    private let stopBell = Bell()

    nonisolated let isAtomic = true

    init(_ script: Script, consumer: Consumer) {
        self.script = script
        self.consumer = consumer
    }

    func put(_ completion: Completion) { queue.add(completion) }

    func drop(tenure: Int) {
        queue.drop(tenure: tenure)
        // Only one partition's tenure is open at a time in these tests: nobody asks for it any more.
        doubt = nil
    }

    func run(settling settle: @escaping @Sendable ([Settlement]) async -> Void) async throws(WorkerError) {
        while !isStopping { await stopBell.wait() }
    }

    func take() -> [LetterQueue.Entry] {
        if doubt != nil { script.breach("answers were taken while a commit was in doubt") }
        return queue.take(at: .now, isAtomic: true)
    }

    func nextTake() -> ContinuousClock.Instant? { queue.hasFresh ? .now : queue.nextTry }

    func commit(
        _ answers: [LetterQueue.Entry], at positions: [TopicPartitionOffset]
    ) async -> DeliveryOutcome {
        if isCommitting || doubt != nil { script.breach("a commit came before the last one's end") }
        isCommitting = true
        defer { isCommitting = false }
        switch answers.isEmpty ? .made : script.next() {
        case .made: return await make(answers, positions)
        case .over: return .over(.consumerFailed(.closed))
        case .failed:
            queue.putBack(answers, at: .now)
            return .failed
        case .doubtful(let questions, let isMade):
            if isMade, case .notOurs = await make(answers, positions) { return .notOurs }
            doubt = (questions, isMade)
            return .doubtful
        }
    }

    private func make(
        _ answers: [LetterQueue.Entry], _ positions: [TopicPartitionOffset]
    ) async -> DeliveryOutcome {
        script.noteCommit(positions)
        do throws(KafkaError) {
            try await consumer.commit(positions)
        } catch {
            queue.putBack(answers, at: .now)
            return .notOurs
        }
        script.write(answers)
        return .committed(except: [])
    }

    func resolve(_ answers: [LetterQueue.Entry], at positions: [TopicPartitionOffset]) -> Bool? {
        script.noteQuestion()
        guard let doubt else {
            script.breach("a commit was asked about that isn't in doubt")
            return true
        }
        guard doubt.questions <= 0 else {
            self.doubt?.questions -= 1
            return nil
        }
        self.doubt = nil
        if !doubt.isMade { queue.putBack(answers, at: .now) }
        return doubt.isMade
    }

    func stop() {
        isStopping = true
        stopBell.ring()
    }

    func close(deadline: Duration) {}
}
