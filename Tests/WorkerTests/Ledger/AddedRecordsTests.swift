import Testing

@testable import Worker

/// Commits that make records done themselves, as scripts.
@Suite struct AddedRecordsTests {
    private func ledger(
        done: [Int64] = [], horizon: Int64 = 100, started offsets: [Int64], mapCountMax: Int = 100
    ) -> PartitionLedger {
        var ledger = PartitionLedger(
            .init(position: 0, done: done, horizon: horizon, commitsFirst: false),
            limits: .init(window: 10, mapCountMax: mapCountMax))
        for offset in offsets { _ = ledger.received(offset) }
        while ledger.next() != nil {}
        return ledger
    }

    private func acknowledge(
        _ commit: SealedCommit, adding finished: Set<Int64>, _ ledger: inout PartitionLedger
    ) {
        for offset in finished { _ = ledger.done(offset) }
        ledger.acknowledged(commit)
    }

    @Test func aCommitCallsWhatItAddsDone() {
        var ledger = ledger(started: [0, 1, 2, 3, 4])
        _ = ledger.done(1)
        let commit = ledger.sealed(adding: [0, 3])
        #expect(commit.offset == 2 && commit.done == [3])
        #expect(ledger.frontier == 0 && ledger.doneOffsets == [1], "nothing has changed yet")
        #expect(ledger.openOffsets == [0, 2, 3, 4])
        acknowledge(commit, adding: [0, 3], &ledger)
        #expect(ledger.frontier == 2 && ledger.openOffsets == [2, 4])
        #expect(ledger.commitNeed == .none)
    }

    @Test func anAbortedCommitChangesNothing() {
        var ledger = ledger(started: [0, 1, 2])
        _ = ledger.sealed(adding: [0, 2])
        #expect(ledger.openOffsets == [0, 1, 2])
        #expect(ledger.commitNeed == .none, "there is nothing new to commit, either")
        let second = ledger.sealed(adding: [2])
        #expect(second.offset == 0 && second.done == [2])
        acknowledge(second, adding: [2], &ledger)
        #expect(ledger.openOffsets == [0, 1])
        #expect(ledger.commitNeed == .none)
    }

    @Test func whatIsDoneOtherwiseMeanwhileIsStillToBeCommitted() {
        var ledger = ledger(started: [0, 1, 2, 3])
        let commit = ledger.sealed(adding: [2])
        _ = ledger.done(3)
        acknowledge(commit, adding: [2], &ledger)
        #expect(ledger.commitNeed == .due, "3 was done after it was sealed")
        #expect(ledger.doneOffsets == [2, 3])
    }

    @Test func aRecordMayBeAddedAgainWhileTheFirstCommitMayHaveBeenWritten() {
        var ledger = ledger(started: [0, 1, 2, 3])
        let first = ledger.sealed(adding: [2])
        let second = ledger.sealed(adding: [2, 3])
        acknowledge(second, adding: [2, 3], &ledger)
        #expect(ledger.commitNeed == .none)
        acknowledge(first, adding: [2], &ledger)
        #expect(ledger.commitNeed == .none, "the later one is what the coordinator has")
        #expect(ledger.commits.acknowledgedOffset == 0)
    }

    @Test func theFrontierMayPassWhatIsAdmitted() {
        var ledger = ledger(done: [6], horizon: 9, started: [0, 1, 9, 10])
        #expect(ledger.waitsForHorizon)
        let commit = ledger.sealed(adding: [0, 1])
        #expect(commit.offset == 9 && commit.done == [])
        acknowledge(commit, adding: [0, 1], &ledger)
        let next = ledger.next()
        #expect(next == PartitionLedger.Dispatch(offset: 9, isMaybeAttempted: false))
    }

    @Test func whatHasNotComeYetStaysInTheMap() {
        var ledger = ledger(done: [3, 5], started: [0, 1])
        let part = ledger.sealed(adding: [1])
        #expect(part.offset == 0 && part.done == [1, 3, 5])
        let all = ledger.sealed(adding: [0, 1])
        #expect(all.offset == 2 && all.done == [3, 5])
    }

    @Test func whatTheMapHasNoRoomForIsNotInIt() {
        var ledger = ledger(done: [3], started: [0, 1, 3, 4], mapCountMax: 2)
        #expect(ledger.doneOffsets == [], "3 has come, behind two that are admitted")
        let commit = ledger.sealed(adding: [0])
        #expect(commit.offset == 1 && commit.done == [])
        acknowledge(commit, adding: [0], &ledger)
        #expect(ledger.doneOffsets == [3])
    }

    /// A record without room in the map can't be in it.
    @Test func onlyWhatHasStartedIsAdded() {
        var ledger = ledger(started: [0, 1, 2, 3], mapCountMax: 2)
        _ = ledger.done(1)
        let commit = ledger.sealed(adding: [1, 3, 77])
        #expect(commit.offset == 0 && commit.done == [1])
        ledger.acknowledged(commit)
        #expect(ledger.commitNeed == .none)
        _ = ledger.done(3)
        #expect(ledger.commitNeed == .due)
    }
}
