@testable import Worker

/// What can be wrong with a worker's ledger, for showing that the model sees it.
enum PlantedBug: CaseIterable, Sendable {
    /// Commits one offset too many.
    case skipsOne
    /// Takes the horizon for smaller after its window became smaller.
    case lowersHorizonWithWindow
    /// Believes the map of another partition.
    case believesOtherPartition
    /// Believes the map of another cluster.
    case believesOtherCluster
    /// Takes a commit for acknowledged when its answer is lost.
    case countsLostAnswer
    /// Takes a commit for acknowledged when it is sent.
    case countsSentCommit
    /// Doesn't commit before the first record of a backlog that it knows nothing about.
    case skipsFirstCommit
    /// Takes all of an unknown backlog for fresh.
    case trustsUnknownBacklog
    /// Calls the offset behind each done one done.
    case shiftsMap
    /// Forgets what earlier tenures have done.
    case forgetsInherited
    /// Takes the last offset below the horizon for fresh.
    case horizonOffByOne
    /// Seals each tenure's commits as if no higher horizon had been sealed before.
    case sealsLowerHorizon
    /// Adds a record to a commit that has no answer yet.
    case addsUnanswered
    /// Leaves one whose answer is in the transaction out of its commit.
    case leavesAddedOut
    /// Doesn't add again what may be done by a commit of unknown fate.
    case forgetsUnknown
    /// Takes the records of an aborted commit for done.
    case countsAborted
    /// Takes the records of a commit of unknown fate for done.
    case countsUnknown
    /// Doesn't note the records of an acknowledged commit as done.
    case forgetsAdded
    /// Takes a commit to say more than it says, so that what it doesn't say is never committed.
    case countsTooManyChanges
    /// Says that the partition is released while a call is under way.
    case releasesWhileCalling
    /// Says so while a call of an earlier tenure may be under way.
    case releasesDespiteEarlierCalls
    /// Goes on saying that the partition is released after it was taken over.
    case staysReleased
    /// Takes a partition for released whose last owner didn't say so.
    case takesHeldForReleased
    /// Starts calls before the tenure's first commit is acknowledged.
    case callsWithoutLease
}

/// The takeover and the ledger as a worker uses them, with a bug on demand.
struct LedgerSubject {
    private var ledger: PartitionLedger
    private let bug: PlantedBug?
    private let place: CommitPlace
    private let start: Takeover.Start
    private let window: Int64

    static func read(
        _ text: String, at place: CommitPlace, committed: Int64, bug: PlantedBug?
    ) -> Result<CommitMetadata, MetadataRefusal> {
        do throws(MetadataRefusal) {
            return .success(try CommitMetadata(reading: text, at: place, committed: committed))
        } catch {
            let fields = text.split(separator: ";", omittingEmptySubsequences: false)
            if bug == .believesOtherPartition, error == .foreign(.otherPartition),
                let number = Int32(fields[3])
            {
                let other = CommitPlace(cluster: place.cluster, topic: place.topic, partition: number)
                return read(text, at: other, committed: committed, bug: nil)
            }
            if bug == .believesOtherCluster, error == .foreign(.otherCluster) {
                let other = CommitPlace(
                    cluster: String(fields[1]), topic: place.topic, partition: place.partition)
                return read(text, at: other, committed: committed, bug: nil)
            }
            return .failure(error)
        }
    }

    init(
        _ start: Takeover.Start, at place: CommitPlace, limits: PartitionLedger.Limits, bug: PlantedBug?
    ) {
        self.bug = bug
        self.place = place
        window = Int64(limits.window)
        var start = start
        func change(_ done: [Int64], _ horizon: Int64, _ commitsFirst: Bool) {
            start = Takeover.Start(
                position: start.position, done: done, horizon: horizon, commitsFirst: commitsFirst,
                wasReleased: start.wasReleased)
        }
        switch bug {
        case .lowersHorizonWithWindow where !start.commitsFirst:
            let horizon = min(start.horizon, start.position + window)
            change(start.done.filter { $0 < horizon }, horizon, false)
        case .skipsFirstCommit: change(start.done, start.horizon, false)
        case .trustsUnknownBacklog where start.commitsFirst: change([], start.position, true)
        case .forgetsInherited: change([], start.horizon, start.commitsFirst)
        default: break
        }
        self.start = start
        ledger = PartitionLedger(start, limits: limits)
    }

    var frontier: Int64? { ledger.frontier }
    var heldCount: Int { ledger.heldCount }
    var admittedCount: Int { ledger.admittedCount }
    var mapLengthBound: Int { ledger.mapLengthBound }
    var openCount: Int { ledger.openCount }
    var openOffsets: [Int64] { ledger.openOffsets }
    var commitNeed: CommitNeed { ledger.commitNeed }
    var waitsForHorizon: Bool { ledger.waitsForHorizon }

    mutating func received(_ offset: Int64) -> PartitionLedger.Reception { ledger.received(offset) }
    mutating func done(_ offset: Int64) -> Int { ledger.done(offset) }

    mutating func acknowledged(_ commit: SealedCommit, adding finished: Set<Int64>) {
        if bug != .forgetsAdded { noteDone(finished) }
        ledger.acknowledged(commit)
    }

    private mutating func noteDone(_ finished: Set<Int64>) {
        for offset in finished { _ = done(offset) }
    }

    mutating func next() -> PartitionLedger.Dispatch? {
        guard let next = ledger.next() else { return nil }
        let isFresh = bug == .horizonOffByOne && next.offset + 1 >= start.horizon
        return .init(offset: next.offset, isMaybeAttempted: next.isMaybeAttempted && !isFresh)
    }

    /// A commit, and the metadata to send with it; a bug may add one of the records being worked on.
    mutating func sealed(
        adding finished: Set<Int64>, isReleased: Bool, unanswered: [Int64]
    ) -> (commit: SealedCommit, metadata: CommitMetadata) {
        var added = finished
        switch bug {
        case .addsUnanswered where !finished.isEmpty: added.formUnion(unanswered.prefix(1))
        case .leavesAddedOut: if let first = finished.min() { added.remove(first) }
        default: break
        }
        var commit = ledger.sealed(adding: added)
        let isReleased = isReleased || (bug == .staysReleased && start.wasReleased)
        var metadata = commit.metadata(at: place, isReleased: isReleased)
        func change(_ base: Int64, _ horizon: Int64, _ done: [Int64]) {
            metadata = CommitMetadata(
                place: place, base: base, horizon: max(base, horizon), done: done, isReleased: isReleased)
        }
        switch bug {
        case .skipsOne: change(commit.offset + 1, commit.horizon, commit.done.filter { $0 > commit.offset })
        case .shiftsMap:
            change(commit.offset, commit.horizon, commit.done.map { $0 + 1 }.filter { $0 < commit.horizon })
        case .sealsLowerHorizon:
            let horizon = commit.offset + window
            change(commit.offset, horizon, commit.done.filter { $0 < horizon })
        case .countsSentCommit: ledger.acknowledged(commit)
        case .countsTooManyChanges:
            commit = SealedCommit(
                offset: commit.offset, horizon: commit.horizon, done: commit.done, number: commit.number,
                changeCount: commit.changeCount + 1)
        default: break
        }
        return (commit, metadata)
    }

    /// Whether the last commit of a tenure may say that the partition is released.
    func mayRelease(isCalling: Bool, hasDelayPassed: Bool) -> Bool {
        let isEarlierOver = start.wasReleased || hasDelayPassed
        return (!isCalling || bug == .releasesWhileCalling)
            && (isEarlierOver || bug == .releasesDespiteEarlierCalls)
    }

    /// Whether the owner may look at once at what earlier ones may have attempted.
    var needsNoDelay: Bool { start.wasReleased || bug == .takesHeldForReleased }

    /// Whether a call may start that changes something.
    func mayCall(hasLease: Bool) -> Bool { hasLease || bug == .callsWithoutLease }

    /// Which records a commit has to add again, of those whose commits may have been written.
    func mustAdd(_ uncertain: Set<Int64>) -> Set<Int64> {
        bug == .forgetsUnknown || bug == .countsUnknown ? [] : uncertain
    }

    mutating func lostAnswer(_ commit: SealedCommit, adding finished: Set<Int64>) {
        if bug == .countsLostAnswer { ledger.acknowledged(commit) }
        if bug == .countsUnknown { noteDone(finished) }
    }

    mutating func aborted(adding finished: Set<Int64>) {
        if bug == .countsAborted { noteDone(finished) }
    }
}
