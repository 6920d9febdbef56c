import Kafka
import Logging
import Pipeline

extension Worker {
    /// Takes note of what the outbox has settled, moves windows on, and asks for what they have room for.
    func settle(_ settlements: [Settlement]) async {
        var freed: [TopicPartition: Int] = [:]
        var total = 0
        for settlement in settlements {
            switch settlement {
            case .answered(let ticket):
                let moved = tenures.update(ticket.tenure) { $0.answered(ticket.offset) } ?? 0
                guard moved > 0, let tenure = tenures[ticket.tenure] else { continue }
                freed[tenure.partition, default: 0] += moved
                total += moved
            case .abandoned(let ticket):
                _ = tenures.update(ticket.tenure) { $0.givenBack(ticket.offset) }
            }
        }
        if total > 0 {
            commitBell.ring()
            consumer.grant(total: total, partitions: freed)
        }
        ringIdleBells()
    }

    /// How a commit ended.
    enum CommitResult {
        /// The coordinator has every position.
        case done
        /// It may have them or not; asking again can help.
        case unknown
        /// The partitions aren't ours any more.
        case notOurs
    }

    /// Commits the frontiers of `numbers` that are ahead of what is committed.
    ///
    /// One commit is under way at a time: a second one could be overtaken by a repetition of the first.
    @discardableResult
    func commit(_ numbers: [Int]) async -> CommitResult {
        await commitTurn.enter()
        defer { commitTurn.leave() }
        var positions: [(number: Int, offset: TopicPartitionOffset)] = []
        for number in numbers {
            guard let tenure = tenures[number], let offset = tenure.committable else { continue }
            let position = TopicPartitionOffset(
                topicPartition: tenure.partition, offset: offset, epoch: tenure.epoch)
            positions.append((number, position))
        }
        guard !positions.isEmpty else { return .done }
        do throws(KafkaError) {
            try await consumer.commit(positions.map(\.offset))
            for (number, position) in positions {
                _ = tenures.update(number) { $0.committed = max($0.committed ?? -1, position.offset) }
            }
            return .done
        } catch {
            logger.warning("positions could not be committed", metadata: ["kafka.error": "\(error)"])
            return error.isOver ? .notOurs : .unknown
        }
    }

    /// Ends tenures in order: admits nothing more, waits for running jobs, commits, forgets.
    ///
    /// What is left behind is noted in ``leftBehind``.
    func end(_ numbers: [Int], within bound: Duration) async {
        let deadline = time.now + bound
        for number in numbers {
            _ = tenures.update(number) { $0.isEnding = true }
            for ticket in await pipeline.withdraw(tenure: number) {
                _ = tenures.update(number) { $0.givenBack(ticket.offset) }
            }
        }
        await untilIdle(numbers, before: deadline)
        let result = await commitFinally(numbers, before: deadline + configuration.closeDeadline)
        for number in numbers {
            guard let tenure = tenures[number] else { continue }
            leftBehind.note(running: tenure)
            if case .unknown = result { leftBehind.note(uncommitted: tenure) }
            await close(number)
        }
    }

    /// Commits, with more tries: what isn't committed now is run again by the next owner.
    private func commitFinally(
        _ numbers: [Int], before deadline: ContinuousClock.Instant
    ) async -> CommitResult {
        while true {
            let result = await commit(numbers)
            guard case .unknown = result, time.now < deadline, !isStopped, !Task.isCancelled else {
                return result
            }
            try? await time.sleep(until: time.now + .milliseconds(200))
        }
    }

    /// Forgets a tenure: its answers that aren't on their way yet are the next owner's to give, and its share
    /// of the total goes back.
    func close(_ number: Int) async {
        guard let tenure = tenures.close(number) else { return }
        await outbox.drop(tenure: number)
        consumer.grant(total: tenure.ledger.heldCount, partitions: [:])
    }

    private func untilIdle(_ numbers: [Int], before deadline: ContinuousClock.Instant) async {
        let bell = Bell()
        idleBells.append(bell)
        await withDiscardingTaskGroup { group in
            group.addTask {
                try? await self.time.sleep(until: deadline)
                await self.ringIdleBells()
            }
            while !isStopped, !Task.isCancelled, time.now < deadline,
                numbers.contains(where: { tenures[$0].map { !$0.inPipeline.isEmpty } ?? false })
            {
                await bell.wait()
            }
            group.cancelAll()
        }
        idleBells.removeAll { $0 === bell }
    }

    func ringIdleBells() {
        for bell in idleBells { bell.ring() }
    }
}

extension KafkaError {
    /// Whether the same commit can't succeed later either.
    fileprivate var isOver: Bool {
        switch self {
        case .notAssigned, .invalidCommit, .fatal: true
        case .broker(let code): code.isOtherGeneration
        case .partitions(let codes): codes.values.contains(where: \.isOtherGeneration)
        case .closed, .invalidConfiguration, .invalidTopic, .offsetUnavailable, .noResources: false
        }
    }
}

extension KafkaErrorCode {
    /// Whether the group has gone on without this member's generation.
    fileprivate var isOtherGeneration: Bool {
        self == .illegalGeneration || self == .unknownMember || self == .rebalanceInProgress
    }
}

/// What ended without having been finished and committed, for people; bounded.
struct LeftBehind: Sendable {
    private static let listedMax = 50
    private var listed: [String] = []
    private var more = 0

    var isEmpty: Bool { listed.isEmpty }

    /// The records and partitions, at most fifty of them, and how many more there are.
    var names: [String] { more == 0 ? listed : listed + ["… and \(more) more"] }

    mutating func note(running tenure: Tenure) {
        for offset in tenure.inPipeline.sorted() { add("\(tenure.partition)@\(offset)") }
    }

    mutating func note(uncommitted tenure: Tenure) {
        if let offset = tenure.committable { add("\(tenure.partition), not committed up to \(offset)") }
    }

    private mutating func add(_ name: String) {
        if listed.count < Self.listedMax { listed.append(name) } else { more += 1 }
    }
}
