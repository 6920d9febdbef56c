@testable import Worker

/// What becomes of commits, and how a tenure ends in good order.
extension LedgerHistory {
    /// Records that a commit on its way, or of unknown fate, may make done.
    private var maybeDone: Set<Int64> {
        var offsets = uncertain
        for commit in sent where !commit.added.isEmpty { offsets.formUnion(commit.added) }
        return offsets.isEmpty ? offsets : offsets.intersection(open)
    }

    mutating func seal(addsAll: Bool = false, isReleased: Bool = false) {
        let again = maybeDone
        var added = subject?.mustAdd(again) ?? []
        for offset in answered where !again.contains(offset) {
            if addsAll || !chance.oneIn(3) { added.insert(offset) }
        }
        if !added.isEmpty { count(again.isEmpty ? .addingCommit : .addedAgain) }
        guard
            let (commit, metadata) = subject?.sealed(
                adding: added, isReleased: isReleased, unanswered: running)
        else { return }
        sealed(commit, metadata, adding: added)
    }

    /// The coordinator gets the next commit, or never does.
    mutating func write() {
        guard let index = sent.firstIndex(where: { !$0.isWritten }) else { return }
        guard chance.oneIn(isAtomic ? 4 : 6) else {
            sent[index].isWritten = true
            return written(sent[index])
        }
        count(.lostCommit)
        let lost = sent.remove(at: index)
        if isAtomic, chance.oneIn(2) {
            trace("aborted the commit of \(lost.stored.offset)")
            if !lost.added.isEmpty { count(.aborted) }
            subject?.aborted(adding: lost.added)
        } else {
            if !lost.added.isEmpty { count(.unknownAndNotWritten) }
            loseAnswer(lost)
        }
        checkState()
    }

    /// The worker hears of some commit that was written, or never does.
    mutating func answer() {
        let written = sent.indices.filter { sent[$0].isWritten }
        guard !written.isEmpty else { return }
        let index = written[chance.below(written.count)]
        if index != written.last { count(.lateAnswer) }
        let answered = sent.remove(at: index)
        if chance.oneIn(5) {
            count(.lostAnswer)
            if !answered.added.isEmpty { count(.unknownAndWritten) }
            loseAnswer(answered)
        } else {
            acknowledge(answered)
        }
        checkState()
    }

    private mutating func loseAnswer(_ commit: Sent) {
        trace("lost the answer to the commit of \(commit.stored.offset)")
        uncertain.formUnion(commit.added.intersection(open))
        subject?.lostAnswer(commit.commit, adding: commit.added)
    }

    mutating func acknowledge(_ commit: Sent) {
        trace("acknowledged \(commit.stored.offset)")
        for offset in commit.added { noteDone(offset) }
        subject?.acknowledged(commit.commit, adding: commit.added)
        hasLease = true
        guard commit.commit.number > acknowledged?.number ?? 0 else { return }
        acknowledged = Acknowledged(
            number: commit.commit.number, offset: commit.stored.offset,
            done: commit.stored.truth?.done ?? [])
    }

    /// An answer that could wait for a commit is sent by itself instead; one that may be in a transaction of
    /// unknown fate turns out to be there, or is sent again.
    mutating func doOtherwise() {
        let onTheirWay = sent.reduce(into: Set<Int64>()) { $0.formUnion($1.added) }
        let waiting = answered.filter { !onTheirWay.contains($0) }
        guard let offset = waiting.randomElement(using: &chance) else { return }
        count(.doneOtherwise)
        finish(offset)
    }

    /// What the answers in a transaction, and those before, have to do with the position in it.
    func checkAnswers(_ commit: Sent) {
        let new = commit.stored
        guard let truth = new.truth else { return }
        func isDone(_ offset: Int64) -> Bool { offset < new.offset || truth.done.contains(offset) }
        for offset in commit.added {
            expect(isDone(offset), "\(offset) is answered by a commit that calls it open")
        }
        if let old = stored, let before = old.truth, isAtomic, hasSteadyLimits {
            func isTakenBack(_ offset: Int64) -> Bool {
                !isDone(offset) && (offset < old.offset || before.done.contains(offset))
            }
            let taken = doneHere.first(where: isTakenBack) ?? maybeDone.first(where: isTakenBack)
            expect(taken == nil, "\(taken ?? -1) was committed as done, and is open again")
        }
        expect(
            !truth.isReleased || (calling.isEmpty && earlierCalls.isEmpty),
            "released, and \(calling.union(earlierCalls).sorted()) are under way")
    }

    /// A call that changes something begins.
    mutating func call() {
        let idle = running.filter { !calling.contains($0) }
        guard subject?.mayCall(hasLease: hasLease) ?? false,
            let offset = idle.randomElement(using: &chance)
        else { return }
        trace("calls for \(offset)")
        count(.callWithLease)
        calling.insert(offset)
        expectExactly(stored?.truth?.isReleased != true, "\(offset) is called for in a released partition")
    }

    /// So much time has passed since the assignment that no call of an earlier tenure is under way.
    mutating func passDelay() {
        trace("the takeover delay has passed")
        hasDelayPassed = true
        earlierCalls = []
    }

    /// The tenure ends in good order: nothing starts any more, and the last commit says what was under way.
    mutating func release() {
        guard let subject else { return }
        while !running.isEmpty, !chance.oneIn(6) { finish() }
        let isReleased = subject.mayRelease(isCalling: !calling.isEmpty, hasDelayPassed: hasDelayPassed)
        seal(addsAll: true, isReleased: isReleased)
        trace("gives the partition up, \(calling.sorted()) calling")
        count(isReleased ? .released : .releasedNot)
        while let index = sent.firstIndex(where: { !$0.isWritten }), !chance.oneIn(8) {
            sent[index].isWritten = true
            written(sent[index])
        }
        endTenure()
    }

    /// Who takes over knows of a release, and is never told of one while a call may be under way.
    func checkRelease(_ start: Takeover.Start, truth: Truth?) {
        let isReleased = start.putAside == nil && truth?.isReleased ?? (isNewGroup && stored == nil)
        expectExactly(start.wasReleased == isReleased, "released: \(start.wasReleased), not \(isReleased)")
        if isReleased { count(.takeoverReleased) }
        if !earlierCalls.isEmpty { count(.takeoverDuringCalls) }
        expect(
            !(subject?.needsNoDelay ?? false) || earlierCalls.isEmpty,
            "taken for released while \(earlierCalls.sorted()) are under way")
    }
}
