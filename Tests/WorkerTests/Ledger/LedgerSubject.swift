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
                position: start.position, done: done, horizon: horizon, commitsFirst: commitsFirst)
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
    mutating func acknowledged(_ commit: SealedCommit) { ledger.acknowledged(commit) }

    mutating func next() -> PartitionLedger.Dispatch? {
        guard let next = ledger.next() else { return nil }
        let isFresh = bug == .horizonOffByOne && next.offset + 1 >= start.horizon
        return .init(offset: next.offset, isMaybeAttempted: next.isMaybeAttempted && !isFresh)
    }

    /// A commit, and the metadata to send with it.
    mutating func sealed() -> (commit: SealedCommit, metadata: CommitMetadata)? {
        guard let commit = ledger.sealed() else { return nil }
        var metadata = commit.metadata(at: place)
        func change(_ base: Int64, _ horizon: Int64, _ done: [Int64]) {
            metadata = CommitMetadata(place: place, base: base, horizon: max(base, horizon), done: done)
        }
        switch bug {
        case .skipsOne: change(commit.offset + 1, commit.horizon, commit.done.filter { $0 > commit.offset })
        case .shiftsMap:
            change(commit.offset, commit.horizon, commit.done.map { $0 + 1 }.filter { $0 < commit.horizon })
        case .sealsLowerHorizon:
            let horizon = commit.offset + window
            change(commit.offset, horizon, commit.done.filter { $0 < horizon })
        case .countsSentCommit: ledger.acknowledged(commit)
        default: break
        }
        return (commit, metadata)
    }

    mutating func lostAnswer(_ commit: SealedCommit) {
        if bug == .countsLostAnswer { ledger.acknowledged(commit) }
    }
}
