/// A commit as it is sent: an offset, and what is true of the records from there on.
struct SealedCommit: Hashable, Sendable {
    /// The offset to commit.
    let offset: Int64
    /// The highest offset, exclusive, that may start once this commit is acknowledged.
    let horizon: Int64
    /// Done offsets from the offset on, ascending.
    let done: [Int64]
    /// Counts the commits of one ledger, from one.
    let number: Int
    /// How often records have become done, those that this commit is to make so among them.
    let changeCount: Int

    /// The metadata to commit beside the offset; at most ``CommitMetadata/lengthMax`` characters.
    func metadata(
        at place: CommitPlace, isReleased: Bool = false, isGivenUp: Bool = false
    ) -> CommitMetadata {
        CommitMetadata(
            place: place, base: offset, horizon: horizon, done: done, isReleased: isReleased,
            isGivenUp: isGivenUp && !isReleased)
    }
}

/// How soon the next commit is needed.
enum CommitNeed: Hashable, Sendable, Comparable {
    /// Everything is committed.
    case none
    /// There is something to commit, in time.
    case due
    /// No record can start before it.
    case pressing
}

/// What the commits of one tenure have promised so far.
struct CommitHistory: Sendable {
    /// The horizon of the last acknowledged commit; no record at or above it may start.
    fileprivate(set) var acknowledgedHorizon: Int64
    /// The highest horizon that any commit may have written; none is ever sealed below it.
    fileprivate(set) var sealedHorizon: Int64
    /// The offset that the group's coordinator has acknowledged; nil before the first time.
    fileprivate(set) var acknowledgedOffset: Int64?
    fileprivate var sealedCount = 0
    fileprivate var acknowledgedNumber = 0
    fileprivate var changeCount = 0
    fileprivate var acknowledgedChangeCount = 0

    init(_ start: Takeover.Start) {
        acknowledgedHorizon = start.commitsFirst ? start.position : start.horizon
        sealedHorizon = start.horizon
        acknowledgedOffset = start.commitsFirst ? nil : start.position
    }

    mutating func noteChange() { changeCount += 1 }
}

extension PartitionLedger {
    /// The horizon that the next commit carries.
    ///
    /// It goes up by steps of half a window or more, so that a worker which commits often enough never waits
    /// for a horizon, and never goes down: not for a smaller window either.
    var nextHorizon: Int64 {
        let window = Int64(limits.window)
        // A horizon from damaged or hostile metadata may be anywhere.
        guard position <= Int64.max - window else { return commits.sealedHorizon }
        let isShort = commits.sealedHorizon < position + (window + 1) / 2
        return isShort ? max(commits.sealedHorizon, position + window) : commits.sealedHorizon
    }

    /// Whether there is something to commit, and whether records wait for it.
    var commitNeed: CommitNeed {
        if commits.acknowledgedOffset == nil || waitsForHorizon { return .pressing }
        let isDue =
            frontier != commits.acknowledgedOffset || nextHorizon > commits.acknowledgedHorizon
            || commits.changeCount != commits.acknowledgedChangeCount
        return isDue ? .due : .none
    }

    /// What to commit now, whether or not it is needed: a commit also renews a lease.
    ///
    /// A transaction holds the answers of `finished`: open records, all of them started, that become done by
    /// this very commit. Once it is acknowledged each is reported by ``done(_:)``, and then the commit by
    /// ``acknowledged(_:)``; of an aborted one nothing is reported. As long as it may have been written, later
    /// commits add its records again, unless they are done: else they would call them open, and they would be
    /// answered twice.
    mutating func sealed(adding finished: Set<Int64> = []) -> SealedCommit {
        commits.sealedCount += 1
        commits.sealedHorizon = nextHorizon
        let (frontier, done, added) = state(adding: finished)
        return SealedCommit(
            offset: frontier, horizon: commits.sealedHorizon, done: done, number: commits.sealedCount,
            changeCount: commits.changeCount + added)
    }

    /// Notes that the group's coordinator has acknowledged a commit; more records may start.
    ///
    /// A commit that failed, or whose fate is unknown, is never noted: what it promised isn't relied on, and
    /// the next one promises no less. Acknowledgements may come late and in any order, but commits must reach
    /// the coordinator in the order in which they were sealed: an old one that is written after a newer one
    /// would take back a horizon that records have started under.
    mutating func acknowledged(_ commit: SealedCommit) {
        precondition(commit.number <= commits.sealedCount, "a commit of another tenure")
        if commit.number > commits.acknowledgedNumber {
            commits.acknowledgedNumber = commit.number
            commits.acknowledgedOffset = commit.offset
            commits.acknowledgedChangeCount = commit.changeCount
        }
        commits.acknowledgedHorizon = max(commits.acknowledgedHorizon, commit.horizon)
        admit()
    }
}
