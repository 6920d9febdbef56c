import Kafka
import Logging
import Pipeline

extension Worker {
    /// Takes note of what the outbox has settled, moves windows on, and asks for what they have room for.
    func settle(_ settlements: [Outbox.Settlement]) async {
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
                _ = tenures.update(ticket.tenure) { $0.inPipeline -= 1 }
            }
        }
        if total > 0 {
            commitBell.ring()
            consumer.grant(total: total, partitions: freed)
        }
        for bell in idleBells { bell.ring() }
    }

    /// Commits the frontiers of `numbers` that are ahead of what is committed.
    ///
    /// - Returns: False where the coordinator took none of them.
    @discardableResult
    func commit(_ numbers: [Int]) async -> Bool {
        var positions: [(number: Int, offset: TopicPartitionOffset)] = []
        for number in numbers {
            guard let tenure = tenures[number], let offset = tenure.committable else { continue }
            let position = TopicPartitionOffset(
                topicPartition: tenure.partition, offset: offset, epoch: tenure.epoch)
            positions.append((number, position))
        }
        guard !positions.isEmpty else { return true }
        do {
            try await consumer.commit(positions.map(\.offset))
            for (number, position) in positions {
                _ = tenures.update(number) { $0.committed = max($0.committed ?? -1, position.offset) }
            }
            return true
        } catch {
            logger.warning(
                "positions could not be committed; the next commit carries them",
                metadata: ["kafka.error": "\(error)"])
            return false
        }
    }

    /// Ends tenures in order: admits nothing more, waits for running jobs, commits, forgets.
    ///
    /// - Returns: The records that were still running at the deadline.
    func end(_ numbers: [Int], within bound: Duration) async -> [String] {
        var withdrawn: Set<Ticket> = []
        for number in numbers {
            _ = tenures.update(number) { $0.isEnding = true }
            let tickets = await pipeline.withdraw(tenure: number)
            _ = tenures.update(number) { $0.inPipeline -= tickets.count }
            withdrawn.formUnion(tickets)
        }
        await untilIdle(numbers, before: time.now + bound)
        await commitFinally(numbers)
        var blocked: [String] = []
        for number in numbers {
            guard let tenure = tenures[number] else { continue }
            if tenure.inPipeline > 0 {
                let running = tenure.ledger.openOffsets.filter {
                    !withdrawn.contains(Ticket(tenure: number, offset: $0))
                }
                blocked += running.map { "\(tenure.partition)@\($0)" }
            }
            close(number)
        }
        return blocked
    }

    /// Commits, with a few more tries: what isn't committed now is run again by the next owner.
    private func commitFinally(_ numbers: [Int]) async {
        for _ in 0..<5 {
            if await commit(numbers) { return }
            try? await time.sleep(until: time.now + .milliseconds(200))
        }
    }

    /// Forgets a tenure and gives its share of the total back.
    func close(_ number: Int) {
        guard let tenure = tenures.close(number) else { return }
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
            while !isStopped, numbers.contains(where: { tenures[$0]?.inPipeline ?? 0 > 0 }),
                time.now < deadline
            {
                await bell.wait()
            }
            group.cancelAll()
        }
        idleBells.removeAll { $0 === bell }
    }

    private func ringIdleBells() {
        for bell in idleBells { bell.ring() }
    }
}

extension Tenure {
    /// Notes a record that goes to the pipeline; false where it was there before.
    mutating func admit(_ offset: Int64) -> Bool {
        guard ledger.received(offset) else { return false }
        inPipeline += 1
        return true
    }

    /// Notes that a record's answer is durable, and returns by how many records the window has moved on.
    mutating func answered(_ offset: Int64) -> Int {
        inPipeline -= 1
        return ledger.done(offset)
    }
}
