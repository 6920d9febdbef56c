import Kafka
import Pipeline

/// One commit of several tenures: what was sealed, and the answers that become durable with it.
struct CommitRound: Sendable {
    struct Part: Sendable {
        let tenure: Int
        let commit: SealedCommit
        let position: TopicPartitionOffset
        /// Whether no call may start after it.
        let isReleased: Bool
    }

    var answers: [LetterQueue.Entry] = []
    var parts: [Part] = []
    /// From when on the lease counts that its acknowledgement gives.
    let sentAt: ContinuousClock.Instant

    var isEmpty: Bool { answers.isEmpty && parts.isEmpty }
    var positions: [TopicPartitionOffset] { parts.map(\.position) }

    /// What it has of some tenures: of the others it doesn't matter any more, and their next owners may have
    /// committed since.
    func keeping(where isKept: (Int) -> Bool) -> CommitRound {
        var kept = self
        kept.answers.removeAll { !isKept($0.ticket.tenure) }
        kept.parts.removeAll { !isKept($0.tenure) }
        return kept
    }
}

/// Which tenures a commit is for.
enum CommitScope: Sendable {
    /// Those that need one, by their records or by their lease.
    case needed
    /// These, which are given up with it.
    case releasing([Int])
}

extension Tenure {
    /// How soon a commit is needed.
    ///
    /// A lease is renewed from the middle of its time on, and only while a record of any tenure may need it:
    /// an idle partition's lease is a part of the limits that the busy ones use.
    func commitNeed(at now: Instant, leaseTime: Duration, isRenewing: Bool) -> CommitNeed {
        guard let desk, !isReleased else { return .none }
        if isGivenUp { return desk.ledger.commitNeed }
        guard let leaseEnd else { return .pressing }
        if isWorking, leaseEnd <= now { return .pressing }
        if isRenewing, leaseEnd - leaseTime / 2 <= now { return max(.due, desk.ledger.commitNeed) }
        return desk.ledger.commitNeed
    }

    /// When its lease is to be renewed, where leases are; nil where it isn't.
    func nextRenewal(leaseTime: Duration) -> Instant? {
        guard desk != nil, !isReleased, !isGivenUp, let leaseEnd else { return nil }
        return leaseEnd - leaseTime / 2
    }

    /// Seals a commit, with `finished` records done by it.
    mutating func seal(
        adding finished: Set<Int64>, at place: CommitPlace, isReleasing: Bool, now: Instant
    ) -> CommitRound.Part? {
        guard let commit = desk?.ledger.sealed(adding: finished) else { return nil }
        let isReleased = isReleasing && desk?.isQuiet(at: now, once: finished) ?? true
        let isLeaseOver = isGivenUp && desk?.isAlone(at: now) ?? true
        let metadata = commit.metadata(at: place, isReleased: isReleased, isGivenUp: isLeaseOver)
        let position = TopicPartitionOffset(
            topicPartition: partition, offset: commit.offset, metadata: metadata.text, epoch: epoch)
        return CommitRound.Part(
            tenure: number, commit: commit, position: position, isReleased: isReleased)
    }
}
