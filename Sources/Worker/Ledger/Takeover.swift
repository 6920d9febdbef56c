/// How to go on with a partition that was just assigned; nothing else may decide it.
enum Takeover: Hashable, Sendable {
    /// Go on so.
    case start(Start)
    /// Read nothing, and say why, until an operator decides.
    case stop(Stop)

    /// What an assignment has found out about a partition.
    struct Facts: Hashable, Sendable {
        /// The committed offset, and what its metadata says or why it says nothing; nil where there is none.
        var committed: Committed?
        /// The offset of the oldest record in the log.
        var lowWatermark: Int64
        /// The offset that the next record gets, asked of the broker since the assignment: a remembered, lower
        /// one would let jobs pass for fresh that were attempted.
        var logEnd: Int64
        /// Whether the operator says that no job of the group was ever attempted; it is believed only where
        /// nothing was ever committed.
        var isNewGroup = false
    }

    /// A committed offset.
    struct Committed: Hashable, Sendable {
        let offset: Int64
        let metadata: Result<CommitMetadata, MetadataRefusal>
    }

    /// Where and how a tenure begins.
    struct Start: Hashable, Sendable {
        /// The offset to read from.
        let position: Int64
        /// Offsets from the position on that are done, ascending; they must not be run again.
        let done: [Int64]
        /// Every offset below, unless it is done, may have been attempted; every other one is fresh.
        let horizon: Int64
        /// Whether position and horizon must be committed, and acknowledged, before the first job starts.
        let commitsFirst: Bool
        /// Whether all calls of earlier owners had ended when the last one gave the partition up.
        var wasReleased = false
        /// Whether no earlier owner can start a call any more.
        var isLeaseOver = false
        /// Why a committed offset's metadata was put aside, for a log line.
        var putAside: MetadataRefusal?

        /// What is known of an offset from the position on.
        func standing(of offset: Int64) -> Standing {
            if offset >= horizon { return .fresh }
            var low = 0
            var high = done.count
            while low < high {
                let middle = (low + high) / 2
                if done[middle] < offset { low = middle + 1 } else { high = middle }
            }
            return low < done.count && done[low] == offset ? .done : .maybeAttempted
        }
    }

    /// What earlier tenures have done with an offset.
    enum Standing: Hashable, Sendable {
        case done
        case maybeAttempted
        case fresh
    }

    /// Why a partition must not be read.
    enum Stop: Error, Hashable, Sendable {
        /// The log doesn't have the committed offset: jobs were deleted unread, or the log is another one.
        case outOfRange(committed: Int64, lowWatermark: Int64, logEnd: Int64)
    }

    init(_ facts: Facts) {
        guard let committed = facts.committed else {
            let backlogEnd = max(facts.lowWatermark, facts.logEnd)
            self = .start(
                Start(
                    position: facts.lowWatermark, done: [],
                    horizon: facts.isNewGroup ? facts.lowWatermark : backlogEnd, commitsFirst: true,
                    wasReleased: facts.isNewGroup,
                    // Who has never committed has never had a lease.
                    isLeaseOver: true))
            return
        }
        if committed.offset < facts.lowWatermark || committed.offset > facts.logEnd {
            self = .stop(
                .outOfRange(
                    committed: committed.offset, lowWatermark: facts.lowWatermark, logEnd: facts.logEnd))
        } else {
            self = .start(Self.start(from: committed, logEnd: facts.logEnd))
        }
    }

    private static func start(from committed: Committed, logEnd: Int64) -> Start {
        switch committed.metadata {
        case .failure(let refusal):
            // A job that was attempted is in the log, so the log's end is above all of them.
            return Start(
                position: committed.offset, done: [], horizon: logEnd, commitsFirst: true, putAside: refusal)
        case .success(let metadata) where metadata.done.last ?? -1 >= logEnd:
            // New records would be skipped when the log reaches these offsets.
            return Start(
                position: committed.offset, done: [], horizon: max(metadata.horizon, logEnd),
                commitsFirst: true, putAside: .damaged(.doneBeyondLogEnd))
        case .success(let metadata):
            return Start(
                position: committed.offset, done: metadata.done, horizon: metadata.horizon,
                commitsFirst: false, wasReleased: metadata.isReleased,
                isLeaseOver: metadata.isReleased || metadata.isGivenUp)
        }
    }
}
