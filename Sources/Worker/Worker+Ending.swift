import Kafka
import Logging
import Pipeline

extension Worker {
    /// Ends tenures in order: admits nothing more, waits for running jobs, ends the leases, commits, forgets.
    ///
    /// What is left behind is noted in ``leftBehind``.
    func end(_ numbers: [Int], within bound: Duration) async {
        let deadline = time.now + bound
        for number in numbers {
            _ = tenures.update(number) { $0.isEnding = true }
            for ticket in await pipeline.withdraw(tenure: number) { givenBack(ticket) }
        }
        await untilIdle(numbers, before: deadline)
        for number in numbers where await pipeline.takeDoubt(tenure: number) {
            _ = tenures.atDesk(number) { $0.isDoubtful = true }
        }
        giveUp(numbers)
        let result = await commitFinally(numbers, before: deadline + configuration.closeDeadline)
        if case .notOurs = result {
            logger.warning(
                "the group went on before the last commit; the next owners look up what was begun since")
        }
        for number in numbers {
            guard let tenure = tenures[number] else { continue }
            leftBehind.note(running: tenure)
            if !result.isSettled { leftBehind.note(uncommitted: tenure) }
            await close(number)
        }
    }

    /// Ends the leases, and with them the tenures' part of the limits, before anybody else can get them.
    func giveUp(_ numbers: some Sequence<Int>) {
        leases.end(numbers)
        for number in numbers { _ = tenures.update(number) { $0.isGivenUp = true } }
    }

    /// Commits, with more tries: what isn't committed now is looked up by the next owner.
    private func commitFinally(
        _ numbers: [Int], before deadline: ContinuousClock.Instant
    ) async -> CommitResult {
        while true {
            let result = await commit(.releasing(numbers))
            guard result.mayBeRepeated, time.now < deadline, !isStopped, !Task.isCancelled else {
                return result
            }
            try? await time.sleep(until: time.now + .milliseconds(200))
        }
    }

    /// Forgets a tenure: its answers that aren't on their way yet are the next owner's to give, and its share
    /// of the total goes back.
    func close(_ number: Int) async {
        giveUp([number])
        guard let tenure = tenures.close(number) else { return }
        _ = await pipeline.takeDoubt(tenure: number)
        await delivery.drop(tenure: number)
        guard let desk = tenure.desk else { return }
        consumer.grant(total: desk.ledger.heldCount, partitions: [:])
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
                numbers.contains(where: { !(tenures[$0]?.desk?.inPipeline.isEmpty ?? true) })
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

/// What ended without having been finished and committed, for people; bounded.
struct LeftBehind: Sendable {
    private static let listedMax = 50
    private var listed: [String] = []
    private var more = 0

    var isEmpty: Bool { listed.isEmpty }

    /// The records and partitions, at most fifty of them, and how many more there are.
    var names: [String] { more == 0 ? listed : listed + ["… and \(more) more"] }

    mutating func note(running tenure: Tenure) {
        for offset in tenure.desk?.inPipeline.sorted() ?? [] { add("\(tenure.partition)@\(offset)") }
    }

    mutating func note(uncommitted tenure: Tenure) {
        guard let ledger = tenure.desk?.ledger, ledger.commitNeed > .none else { return }
        add("\(tenure.partition), not committed up to \(ledger.frontier)")
    }

    private mutating func add(_ name: String) {
        if listed.count < Self.listedMax { listed.append(name) } else { more += 1 }
    }
}
