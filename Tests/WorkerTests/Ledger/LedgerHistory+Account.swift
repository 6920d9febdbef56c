@testable import Worker

/// What must hold, by the account's own knowledge.
extension LedgerHistory {
    func checkState() {
        guard let subject else { return }
        let frontier = open.min() ?? position
        expectExactly(subject.frontier == frontier, "frontier \(subject.frontier ?? -1), not \(frontier)")
        expectExactly(subject.openCount == open.count, "\(subject.openCount) open, not \(open.count)")
        guard subject.commitNeed == CommitNeed.none, let acknowledged else { return }
        let isSaid = doneHere.allSatisfy {
            $0 < acknowledged.offset || acknowledged.done.contains($0)
        }
        expect(
            isSaid && frontier == acknowledged.offset,
            "\(doneHere.sorted()) are done up to \(frontier), and nothing is to be committed")
    }

    mutating func started(_ dispatch: PartitionLedger.Dispatch) {
        let offset = dispatch.offset
        trace("started \(offset), \(dispatch.isMaybeAttempted ? "maybe attempted" : "fresh")")
        expectExactly(open.contains(offset), "\(offset) starts and isn't open")
        expectExactly(offset > startedUpTo, "\(offset) starts after \(startedUpTo)")
        startedUpTo = offset
        if hasSteadyLimits { expect(!knownDone.contains(offset), "\(offset) is done, and starts again") }
        if attemptedBefore.contains(offset) {
            expect(dispatch.isMaybeAttempted, "\(offset) was attempted and starts as fresh")
        }
        count(dispatch.isMaybeAttempted ? .maybeAttempted : .fresh)
        expectExactly(
            dispatch.isMaybeAttempted == (offset < horizonAtStart),
            "\(offset) starts on the wrong side of the horizon \(horizonAtStart)")
        // Whoever comes next sees what is stored now, or a commit that is still on its way.
        let onTheirWay = sent.filter { !$0.isWritten }.compactMap(\.stored.truth?.horizon)
        let horizons = [stored?.truth?.horizon ?? -1] + onTheirWay
        expectExactly(horizons.allSatisfy { offset < $0 }, "\(offset) starts above a horizon in \(horizons)")
        attempted.insert(offset)
        running.append(offset)
    }

    mutating func sealed(_ commit: SealedCommit, _ metadata: CommitMetadata, adding added: Set<Int64>) {
        let text = metadata.text
        trace("sealed \(text), adding \(added.sorted())")
        let frontier = open.subtracting(added).min() ?? position
        expectExactly(metadata.base <= frontier, "\(metadata.base) is sealed, and \(frontier) is open")
        expect(text.utf8.count <= CommitMetadata.lengthMax, "\(text.utf8.count) characters")
        let expected = knownDone.union(added).filter { $0 >= frontier }
        if hasSteadyLimits {
            expectExactly(
                Set(metadata.done) == expected, "the map has \(metadata.done), not \(expected.sorted())")
            checkRoom(from: open.min() ?? position)
            let length = OffsetMap.text(metadata.done, base: metadata.base).count
            expectExactly(length <= limits.mapLengthMax, "the map has \(length) characters")
        } else {
            expectExactly(expected.isSuperset(of: metadata.done), "the map has too much: \(metadata.done)")
        }
        let openOffsets = subject?.openOffsets ?? []
        expectExactly(openOffsets == open.sorted(), "open \(openOffsets), not \(open.sorted())")
        let truth = Truth(
            horizon: metadata.horizon, done: Set(metadata.done), isReleased: metadata.isReleased)
        let stored = Stored(offset: metadata.base, text: text, truth: truth)
        sent.append(Sent(commit: commit, stored: stored, added: added))
    }

    /// The next record that doesn't start has no room, or no horizon.
    private func checkRoom(from frontier: Int64) {
        guard let subject else { return }
        let held = log.filter { $0 >= frontier && $0 < position }
        let inherited = knownDone.filter { $0 >= position }.sorted()
        func bound(_ count: Int) -> Int {
            let offsets = held.prefix(count) + inherited
            let steps = zip(offsets, offsets.dropFirst()).map { OffsetMap.step(from: $0.0, to: $0.1) }
            return offsets.isEmpty ? 0 : steps.reduce(1, +)
        }
        let admitted = subject.admittedCount
        let length = subject.mapLengthBound
        expectExactly(length == bound(admitted), "a bound of \(length), not \(bound(admitted))")
        guard admitted < held.count, !subject.waitsForHorizon else { return }
        let isFull = admitted + inherited.count >= limits.mapCountMax
        expectExactly(
            admitted > 0 && (isFull || bound(admitted + 1) > limits.mapLengthMax),
            "\(held[admitted]) waits, and has room")
    }

    mutating func written(_ commit: Sent) {
        let new = commit.stored
        trace("written \(new.offset)")
        // The answers are in the same transaction.
        done.formUnion(commit.added)
        checkAnswers(commit)
        for offset in log where offset < new.offset && offset >= lowWatermark {
            expect(done.contains(offset), "\(offset) is committed and was never done")
        }
        if let truth = new.truth {
            expectExactly(truth.horizon >= horizonFloor, "the horizon fell to \(truth.horizon)")
            horizonFloor = truth.horizon
            expect(done.isSuperset(of: truth.done), "the map calls open records done")
        }
        stored = new
    }

    mutating func crash() {
        // What was on its way arrives, up to some commit, or not at all.
        while let index = sent.firstIndex(where: { !$0.isWritten }), !chance.oneIn(3) {
            sent[index].isWritten = true
            written(sent[index])
        }
        trace("crashed with \(running) running, \(calling.sorted()) calling")
        endTenure()
    }

    mutating func endTenure() {
        earlierCalls.formUnion(calling)
        meddle()
        takeOver()
    }

    /// What tools, mirrors and retention do to a group that nobody runs.
    private mutating func meddle() {
        guard let before = stored, !before.text.isEmpty else { return }
        switch chance.below(20) {
        case 0: stored?.text = ""
        case 1: stored?.text = "foreign" + before.text
        case 2: stored?.text = String(before.text.dropLast(1 + chance.below(before.text.utf8.count)))
        case 3:
            let all = log.filter { $0 >= before.offset }
            let isMirrored = chance.oneIn(2)
            let other = CommitPlace(
                cluster: isMirrored ? "c2" : "c1", topic: "jobs", partition: isMirrored ? 3 : 4)
            let claimed = CommitMetadata(
                place: other, base: before.offset, horizon: logEnd + 9, done: Array(all.dropFirst()))
            stored?.text = claimed.text
        case 4:
            // Translated by a mirror, or set back by hand: the metadata stays as it was.
            let lower = log.filter { $0 >= lowWatermark && $0 < before.offset }
            guard let offset = lower.randomElement(using: &chance) else { return }
            stored?.offset = offset
        case 5:
            let isTooFar = chance.oneIn(8)
            lowWatermark = isTooFar ? min(before.offset + 1, logEnd) : max(lowWatermark, before.offset - 1)
            return
        case 6...8:
            let index = chance.below(max(1, log.count))
            guard index < log.count, log[index] >= before.offset else { return }
            trace("compacted \(log[index])")
            count(.compaction)
            hasCompaction = true
            log.remove(at: index)
            return
        default: return
        }
        stored?.truth = nil
        trace("somebody left \(stored?.offset ?? -1) with \(stored?.text ?? "")")
    }

    mutating func takeOver() {
        let before = limits.window
        if chance.oneIn(2) { limits.window = 1 + chance.below(24) }
        if limits.window < before { count(.smallerWindow) }
        if !hasSteadyLimits { limits.mapLengthMax = 1 + chance.below(30) }
        attemptedBefore = attempted
        sent = []
        running = []
        answered = []
        uncertain = []
        calling = []
        hasLease = false
        hasDelayPassed = false
        doneHere = []
        open = []
        startedUpTo = -1
        var facts = Takeover.Facts(
            committed: nil, lowWatermark: lowWatermark, logEnd: logEnd,
            isNewGroup: isNewGroup && stored == nil)
        // A worker of an earlier version can't read what the next one of this version will.
        let isReadable = !chance.oneIn(5)
        if let stored {
            let text = isReadable ? stored.text : "cobrador/0;" + stored.text
            facts.committed = Takeover.Committed(
                offset: stored.offset,
                metadata: LedgerSubject.read(text, at: Self.place, committed: stored.offset, bug: bug))
        }
        switch Takeover(facts) {
        case .stop(let reason):
            count(.stop)
            trace("stopped: \(reason)")
            expect(
                stored.map { $0.offset < lowWatermark || $0.offset > logEnd } ?? false,
                "stopped without a reason: \(reason)")
            isOver = true
        case .start(let start):
            begin(start, truth: isReadable ? stored?.truth : nil)
        }
    }

    private mutating func begin(_ start: Takeover.Start, truth: Truth?) {
        trace("takes over with window \(limits.window): \(start)")
        if !start.done.isEmpty { count(.takeoverWithMap) }
        if start.putAside != nil { count(.putAside) }
        position = stored?.offset ?? lowWatermark
        expect(position >= lowWatermark && position <= logEnd, "reads what isn't there")
        expectExactly(start.position == position, "begins at \(start.position), not \(position)")
        knownDone = truth?.done ?? []
        expectExactly(knownDone.isSuperset(of: start.done), "inherits too much: \(start.done)")
        horizonAtStart = truth?.horizon ?? (isNewGroup && stored == nil ? position : logEnd)
        horizonFloor = horizonAtStart
        let known = Acknowledged(number: 0, offset: position, done: Set(start.done))
        acknowledged = start.commitsFirst ? nil : known
        nextIndex = log.firstIndex { $0 >= position } ?? log.count
        subject = LedgerSubject(start, at: Self.place, limits: limits, bug: bug)
        checkRelease(start, truth: truth)
        checkState()
        // Most tenures get as far as having something to lose.
        guard start.commitsFirst else { return }
        if chance.oneIn(3) { hurry() } else { commitAtOnce() }
    }

    /// Whatever may start does.
    private mutating func hurry() {
        for _ in 0..<4 { receive() }
        while let dispatch = subject?.next() { started(dispatch) }
    }

    mutating func commitAtOnce() {
        seal(addsAll: true)
        for index in sent.indices {
            if !sent[index].isWritten { written(sent[index]) }
            sent[index].isWritten = true
            acknowledge(sent[index])
        }
    }

    /// Without further trouble, everything in the log gets done and committed: nothing waits for ever.
    mutating func finishEverything() {
        for _ in 0..<(4 * log.count + 8) {
            while nextIndex < log.count, subject?.heldCount ?? .max < limits.window { receiveNext() }
            if subject?.commitNeed != CommitNeed.none || !answered.isEmpty { commitAtOnce() }
            while let dispatch = subject?.next() { started(dispatch) }
            while !running.isEmpty { finish() }
            let isIdle = nextIndex == log.count && open.isEmpty && subject?.commitNeed == CommitNeed.none
            if isIdle || !findings.violations.isEmpty { break }
        }
        let missing = log.filter { $0 >= lowWatermark && !done.contains($0) }
        expect(missing.isEmpty, "never done: \(missing)")
        expect(stored?.offset == position, "\(stored?.offset ?? -1) is committed in the end, not \(position)")
        expect(subject?.commitNeed == CommitNeed.none, "there is always something to commit")
    }
}
