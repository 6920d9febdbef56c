import Kafka
import Logging
import Pipeline

extension Worker {
    /// Takes note of what is settled, moves windows on, and asks for what they have room for.
    func settle(_ settlements: [Settlement]) {
        var freed: [TopicPartition: Int] = [:]
        var total = 0
        for settlement in settlements {
            switch settlement {
            case .answered(let ticket):
                let moved = tenures.atDesk(ticket.tenure) { $0.answered(ticket.offset) } ?? 0
                guard moved > 0, let tenure = tenures[ticket.tenure] else { continue }
                freed[tenure.partition, default: 0] += moved
                total += moved
            case .abandoned(let ticket): givenBack(ticket)
            }
        }
        if total > 0 { consumer.grant(total: total, partitions: freed) }
        commitBell.ring()
        ringIdleBells()
    }

    /// Notes that a record left the pipeline without an answer.
    func givenBack(_ ticket: Ticket) {
        _ = tenures.atDesk(ticket.tenure) { $0.inPipeline.remove(ticket.offset) }
    }

    /// How a commit ended for its caller.
    enum CommitResult {
        /// The coordinator has what was to be committed.
        case done
        /// It may have it or not; asking again can help.
        case unknown
        /// It has nothing of it, for one answer's sake; the others can go at once.
        case hindered
        /// The partitions aren't ours any more.
        case notOurs
        /// The worker can't go on.
        case over(WorkerError)

        /// Whether nothing is left to commit that is this worker's.
        var isSettled: Bool {
            switch self {
            case .done, .notOurs: true
            case .unknown, .hindered, .over: false
            }
        }

        /// Whether another try can help.
        var mayBeRepeated: Bool {
            switch self {
            case .unknown, .hindered: true
            case .done, .notOurs, .over: false
            }
        }
    }

    /// Commits what `scope` says.
    ///
    /// One commit is under way at a time: a second one could be overtaken by a repetition of the first.
    func commit(_ scope: CommitScope) async -> CommitResult {
        await commitTurn.enter()
        defer { commitTurn.leave() }
        if let round = doubtful?.keeping(where: { tenures[$0] != nil }) {
            switch await resolve(round) {
            case .done: break
            case let result: return result
            }
        }
        guard let cluster else { return .done }
        let answers = await delivery.take()
        let round = seal(scope, with: answers, of: cluster)
        guard !round.isEmpty else { return .done }
        let outcome = await delivery.commit(round.answers, at: round.positions)
        return await note(outcome, of: round)
    }

    private func note(_ outcome: DeliveryOutcome, of round: CommitRound) async -> CommitResult {
        switch outcome {
        case .committed(let refused):
            acknowledge(round, except: refused)
            await dispatch(round.parts.map(\.tenure))
            return refused.isEmpty ? .done : .unknown
        case .notOurs:
            suspendLeases(of: round)
            return .notOurs
        case .failed: return .unknown
        case .answerRefused: return .hindered
        case .doubtful:
            doubtful = round
            return .unknown
        case .over(let error): return .over(error)
        }
    }

    /// Somebody else may have the partitions, whatever is left of the leases; if not, the next commit tells.
    private func suspendLeases(of round: CommitRound) {
        let now = time.now
        for part in round.parts {
            _ = tenures.update(part.tenure) { tenure in tenure.leaseEnd = tenure.leaseEnd.map { min($0, now) }
            }
        }
        leases.suspend(round.parts.map(\.tenure))
    }

    /// Finds out about a commit of unknown fate; nothing else is committed before.
    ///
    /// It renews no lease: a position that was committed before looks the same.
    private func resolve(_ round: CommitRound) async -> CommitResult {
        guard !round.isEmpty else {
            // Whoever has its partitions now finds out.
            doubtful = nil
            return .done
        }
        do throws(WorkerError) {
            guard let isMade = try await delivery.resolve(round.answers, at: round.positions) else {
                return .unknown
            }
            doubtful = nil
            guard isMade else { return .done }
            acknowledge(round, except: [], renewsLeases: false)
            await dispatch(round.parts.map(\.tenure))
            return .done
        } catch {
            return .over(error)
        }
    }

    private func seal(
        _ scope: CommitScope, with answers: [LetterQueue.Entry], of cluster: String
    ) -> CommitRound {
        let now = time.now
        var round = CommitRound(sentAt: now)
        // An answer without its position would be given a second time by the next owner.
        round.answers = answers.filter { tenures[$0.ticket.tenure]?.desk != nil }
        var finished: [Int: Set<Int64>] = [:]
        for answer in round.answers where answer.letter != nil {
            finished[answer.ticket.tenure, default: []].insert(answer.ticket.offset)
        }
        let lease = configuration.sessionTimeout
        let isRenewing = tenures.areWorking
        let needy = tenures.all
            .filter { $0.commitNeed(at: now, leaseTime: lease, isRenewing: isRenewing) > .none }
            .map(\.number)
        var releasing: Set<Int> = []
        if case .releasing(let numbers) = scope { releasing = Set(numbers) }
        // A call that was broken off may be carried out yet.
        let mayRelease = !Task.isCancelled
        for number in releasing.union(needy).union(finished.keys).sorted() {
            guard let partition = tenures[number]?.partition else { continue }
            let place = CommitPlace(
                cluster: cluster, topic: partition.topic, partition: partition.partition)
            let part = tenures.update(number) {
                $0.seal(
                    adding: finished[number] ?? [], at: place,
                    isReleasing: mayRelease && releasing.contains(number), now: now)
            }
            if let part, let part { round.parts.append(part) }
        }
        return round
    }

    /// The coordinator has the positions, and readers the answers: windows, horizons and leases move on.
    private func acknowledge(
        _ round: CommitRound, except refused: Set<TopicPartition>, renewsLeases: Bool = true
    ) {
        settle(round.answers.map { Settlement($0) })
        let leaseEnd = round.sentAt + configuration.sessionTimeout
        var renewed: [Int] = []
        for part in round.parts where !refused.contains(part.position.topicPartition) {
            let isHeld = tenures.update(part.tenure) { tenure in
                tenure.desk?.ledger.acknowledged(part.commit)
                tenure.isReleased = tenure.isReleased || part.isReleased
                guard renewsLeases, !tenure.isReleased, !tenure.isGivenUp else { return false }
                tenure.leaseEnd = max(tenure.leaseEnd ?? leaseEnd, leaseEnd)
                return true
            }
            if isHeld ?? false { renewed.append(part.tenure) }
        }
        leases.extend(renewed, until: leaseEnd, at: time.now)
    }

    /// Commits whenever something needs it, until the worker stops.
    func committing() async -> WorkerError? {
        while true {
            await untilCommitBell(or: await nextCommit())
            if isStopped || Task.isCancelled { return nil }
            if !isCommitPressing { try? await time.sleep(until: time.now + configuration.commitInterval) }
            if isStopped { return nil }
            switch await commit(.needed) {
            case .done: break
            case .hindered: commitBell.ring()
            case .over(let error): return error
            case .unknown, .notOurs:
                try? await time.sleep(until: time.now + configuration.publishRetryPause)
                commitBell.ring()
            }
        }
    }

    private var isCommitPressing: Bool {
        let now = time.now
        return tenures.all.contains {
            $0.commitNeed(at: now, leaseTime: configuration.sessionTimeout, isRenewing: false) == .pressing
        }
    }

    private func nextCommit() async -> ContinuousClock.Instant? {
        let lease = configuration.sessionTimeout
        // A worker without a record renews nothing: an idle group costs nothing.
        let renewals = tenures.areWorking ? tenures.all.compactMap { $0.nextRenewal(leaseTime: lease) } : []
        return [renewals.min(), await delivery.nextTake()].compactMap(\.self).min()
    }

    private func untilCommitBell(or instant: ContinuousClock.Instant?) async {
        guard let instant else { return await commitBell.wait() }
        await withDiscardingTaskGroup { group in
            group.addTask {
                if (try? await self.time.sleep(until: instant)) != nil { await self.ringCommitBell() }
            }
            await commitBell.wait()
            group.cancelAll()
        }
    }

    func ringCommitBell() { commitBell.ring() }
}
