import Testing

@testable import Worker

/// SplitMix64, as in `SeededGenerator`, without a line printed for each of very many seeds.
struct HistoryChance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; the bias of small bounds doesn't matter here.
    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % bound }

    mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }
}

/// One partition's life under several workers, one after another: what they do, and an independent account of
/// what really happened, kept in sets and dictionaries by offset.
struct LedgerHistory {
    static let place = CommitPlace(cluster: "c1", topic: "jobs", partition: 3)

    /// What the group's coordinator has; a later worker sees nothing else.
    struct Stored {
        var offset: Int64
        var text: String
        /// What the text says, by the account's own knowledge; nil where it is none of this place.
        var truth: Truth?
    }

    struct Truth {
        var horizon: Int64
        var done: Set<Int64>
        var isReleased: Bool
    }

    /// What is wrong so far; an object, so that a message may read the history that it is about.
    final class Findings {
        var violations: [String] = []
        /// How often something happened that a history is for.
        var events: [Event: Int] = [:]
    }

    enum Event: CaseIterable {
        case takeoverWithMap, inheritedRecord, maybeAttempted, fresh, waitForRoom, waitForHorizon, stop
        case putAside, compaction, lostCommit, lostAnswer, lateAnswer, smallerWindow
        case addingCommit, aborted, unknownAndWritten, unknownAndNotWritten, addedAgain, doneOtherwise
        case released, releasedNot, takeoverReleased, takeoverDuringCalls, callWithLease
    }

    /// A commit on its way.
    struct Sent {
        let commit: SealedCommit
        let stored: Stored
        /// Records whose answers are in the same transaction.
        var added: Set<Int64> = []
        var isWritten = false
    }

    /// What the coordinator has told a tenure.
    struct Acknowledged {
        var number: Int
        var offset: Int64
        var done: Set<Int64>
    }

    var chance: HistoryChance
    let bug: PlantedBug?
    let isTracing: Bool
    /// Whether the ledger must do exactly what the account expects, beside doing no harm.
    let isExact: Bool
    let findings = Findings()

    // The world.
    var log: [Int64] = []
    var logEnd: Int64
    var lowWatermark: Int64
    var stored: Stored?
    var attempted: Set<Int64> = []
    var done: Set<Int64> = []
    var isNewGroup: Bool
    /// Whether answers and positions are committed together, in transactions.
    let isAtomic: Bool
    /// Calls of earlier tenures that may still be under way.
    var earlierCalls: Set<Int64> = []

    // The tenure.
    var subject: LedgerSubject?
    var limits = PartitionLedger.Limits(window: 8)
    /// Whether every tenure has the same limits, so that no map is ever forgotten.
    let hasSteadyLimits: Bool
    var hasCompaction = false
    var nextIndex = 0
    var position: Int64 = 0
    var open: Set<Int64> = []
    var running: [Int64] = []
    var knownDone: Set<Int64> = []
    var startedUpTo: Int64 = -1
    var attemptedBefore: Set<Int64> = []
    var horizonAtStart: Int64 = 0
    var horizonFloor: Int64 = 0
    var sent: [Sent] = []
    /// Records whose answers wait for a transaction, in the order in which they came about.
    var answered: [Int64] = []
    /// Records that a transaction of unknown fate may have answered.
    var uncertain: Set<Int64> = []
    /// Records that are being worked on with a call that changes something.
    var calling: Set<Int64> = []
    var hasLease = false
    var hasDelayPassed = false
    /// What the last acknowledged commit says; nil before the tenure's first where nothing was taken over.
    var acknowledged: Acknowledged?
    /// What this tenure has done.
    var doneHere: Set<Int64> = []
    var isOver = false

    init(seed: UInt64, bug: PlantedBug?, isExact: Bool, isTracing: Bool) {
        chance = HistoryChance(seed)
        self.bug = bug
        self.isExact = isExact
        self.isTracing = isTracing
        lowWatermark = Int64(chance.below(20))
        logEnd = lowWatermark
        isNewGroup = chance.oneIn(4)
        isAtomic = chance.oneIn(2)
        hasSteadyLimits = !chance.oneIn(8)
        if chance.oneIn(3) { limits.mapLengthMax = 1 + chance.below(24) }
        if chance.oneIn(8) { limits.mapCountMax = 1 + chance.below(6) }
        append()
    }

    /// Runs a whole history, and returns what was found in it.
    static func run(
        seed: UInt64, bug: PlantedBug? = nil, isExact: Bool = true, isTracing: Bool = false
    ) -> Findings {
        var history = LedgerHistory(seed: seed, bug: bug, isExact: isExact, isTracing: isTracing)
        history.takeOver()
        for _ in 0..<(20 + history.chance.below(40)) {
            if history.isOver || !history.findings.violations.isEmpty { break }
            history.step()
        }
        let isToEnd = history.chance.oneIn(4)
        if isToEnd, !history.isOver, history.findings.violations.isEmpty { history.finishEverything() }
        return history.findings
    }

    func trace(_ text: @autoclosure () -> String) {
        if isTracing { print(text()) }
    }

    func expect(_ condition: Bool, _ problem: @autoclosure () -> String) {
        guard !condition else { return }
        findings.violations.append(problem())
        trace("VIOLATION \(findings.violations.last ?? "")")
    }

    /// Checks what does no harm by itself, and says where harm comes from.
    func expectExactly(_ condition: Bool, _ problem: @autoclosure () -> String) {
        if isExact { expect(condition, problem()) }
    }

    func count(_ event: Event) { findings.events[event, default: 0] += 1 }

    private mutating func step() {
        switch chance.below(30) {
        case 0, 24: append()
        case 1...5: receive()
        case 6...9:
            start()
            call()
        case 10...15: finish()
        case 16...18:
            seal()
            if chance.oneIn(2) { write() }
            if chance.oneIn(2) { answer() }
        case 19...20: write()
        case 21...22: answer()
        case 25: call()
        case 26: finish()
        case 27: doOtherwise()
        case 28:
            if chance.oneIn(2) { passDelay() } else { release() }
        case 29:
            finish()
            seal(addsAll: true)
            write()
            answer()
        default: crash()
        }
    }

    /// New records, mostly one after another; transactions, compaction and aborted batches leave gaps.
    mutating func append() {
        for _ in 0...chance.below(6) {
            switch chance.below(12) {
            case 0...8: break
            case 9: logEnd += 1
            case 10: logEnd += Int64(1 + chance.below(12))
            default: logEnd += chance.oneIn(3) ? 1_000_000_000 : Int64(1 + chance.below(400))
            }
            log.append(logEnd)
            logEnd += 1
        }
        if chance.oneIn(3) { logEnd += 1 }
        trace("log ends at \(logEnd)")
    }

    mutating func receive() {
        guard subject != nil else { return }
        for _ in 0...chance.below(4) {
            guard nextIndex < log.count, let held = subject?.heldCount, held < limits.window else { return }
            receiveNext()
        }
    }

    mutating func receiveNext() {
        let offset = log[nextIndex]
        nextIndex += 1
        let reception = subject?.received(offset)
        trace("received \(offset): \(String(describing: reception))")
        // What was compacted away is forgotten when it is passed.
        if hasCompaction { knownDone = knownDone.filter { $0 < position || $0 >= offset } }
        position = offset + 1
        let isKnown = knownDone.contains(offset)
        switch reception {
        case .open:
            open.insert(offset)
            if hasSteadyLimits { expect(!isKnown, "\(offset) is done by a map, and is open again") }
        case .done:
            expect(done.contains(offset), "\(offset) is skipped and was never done")
            count(.inheritedRecord)
            expectExactly(isKnown, "\(offset) is skipped, and no map says that it is done")
        case .again, nil: expect(false, "\(offset) came for the first time")
        }
        checkState()
    }

    mutating func start() {
        for _ in 0...chance.below(4) {
            guard let dispatch = subject?.next() else {
                countWait()
                return
            }
            started(dispatch)
        }
    }

    private func countWait() {
        guard let subject, running.count < open.count else { return }
        count(subject.waitsForHorizon ? .waitForHorizon : .waitForRoom)
    }

    /// A job ends, and is answered at once or with a later commit.
    mutating func finish() {
        guard !running.isEmpty else { return }
        let offset = running.remove(at: chance.below(running.count))
        calling.remove(offset)
        if isAtomic, !chance.oneIn(8) {
            trace("answered \(offset), with a later commit")
            answered.append(offset)
        } else {
            finish(offset)
        }
    }

    /// An answer is durable by itself.
    mutating func finish(_ offset: Int64) {
        trace("done \(offset)")
        done.insert(offset)
        noteDone(offset)
        _ = subject?.done(offset)
        if chance.oneIn(10) { _ = subject?.done(offset) }
        checkState()
    }

    mutating func noteDone(_ offset: Int64) {
        guard open.remove(offset) != nil else { return }
        knownDone.insert(offset)
        doneHere.insert(offset)
        uncertain.remove(offset)
        answered.removeAll { $0 == offset }
    }
}
