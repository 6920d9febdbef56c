import Testing

@testable import Worker

/// The ledger's life with its commits, as scripts.
@Suite struct HorizonTests {
    @Test func whatWasWrittenAfterTheLastOwnerIsFreshWhateverTheHorizonSays() {
        var ledger = ledger(position: 5, horizon: 1000)
        receive(5...9, &ledger)
        var doubted = [ledger.next()?.isMaybeAttempted]
        ledger.limitAttempted(below: 7)
        doubted += [ledger.next()?.isMaybeAttempted, ledger.next()?.isMaybeAttempted]
        ledger.limitAttempted(below: 900)
        doubted.append(ledger.next()?.isMaybeAttempted)
        #expect(doubted == [true, true, false, false], "what is known isn't forgotten")
        let horizon = ledger.sealed().horizon
        #expect(horizon >= 1000, "a horizon never goes down")
    }

    private func ledger(
        position: Int64, done: [Int64] = [], horizon: Int64, commitsFirst: Bool = false, window: Int = 10,
        mapLengthMax: Int = OffsetMap.lengthMax, mapCountMax: Int = OffsetMap.countMax
    ) -> PartitionLedger {
        PartitionLedger(
            .init(position: position, done: done, horizon: horizon, commitsFirst: commitsFirst),
            limits: .init(window: window, mapLengthMax: mapLengthMax, mapCountMax: mapCountMax))
    }

    private func receive(_ offsets: some Sequence<Int64>, _ ledger: inout PartitionLedger) {
        for offset in offsets { _ = ledger.received(offset) }
    }

    private func started(_ ledger: inout PartitionLedger) -> [Int64] {
        var offsets: [Int64] = []
        while let next = ledger.next() { offsets.append(next.offset) }
        return offsets
    }

    /// `#expect` can't contain a call that changes the ledger.
    private func expect<Value: Equatable>(
        _ actual: Value, _ expected: Value, _ comment: Comment? = nil,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(actual == expected, comment, sourceLocation: location)
    }

    private func commit(_ ledger: inout PartitionLedger) {
        ledger.acknowledged(ledger.sealed())
    }

    @Test func nothingStartsBeforeTheFirstCommitIsAcknowledged() {
        var ledger = ledger(position: 5, horizon: 8, commitsFirst: true)
        #expect(ledger.commitNeed == .pressing, "even before the first record")
        receive(5...8, &ledger)
        expect(started(&ledger), [])
        let first = ledger.sealed()
        #expect(first.offset == 5)
        #expect(first.horizon == 19, "the next ten from the position, since less than five were left")
        expect(started(&ledger), [], "it isn't acknowledged yet")
        ledger.acknowledged(first)
        expect(ledger.next(), PartitionLedger.Dispatch(offset: 5, isMaybeAttempted: true))
        expect(started(&ledger), [6, 7, 8])
        #expect(ledger.commitNeed == .none)
    }

    @Test func whatTheHorizonCoversIsMaybeAttemptedAndTheRestFresh() {
        var ledger = ledger(position: 5, done: [6], horizon: 8)
        receive([5], &ledger)
        expect(ledger.received(6), .done(moved: 0))
        receive(7...8, &ledger)
        expect(ledger.next(), PartitionLedger.Dispatch(offset: 5, isMaybeAttempted: true))
        expect(ledger.next(), PartitionLedger.Dispatch(offset: 7, isMaybeAttempted: true))
        expect(ledger.next(), nil)
        #expect(ledger.commitNeed == .pressing)
        commit(&ledger)
        expect(ledger.next(), PartitionLedger.Dispatch(offset: 8, isMaybeAttempted: false))
    }

    @Test func aRecordThatWasDoneMovesTheFrontierAsItComes() {
        var ledger = ledger(position: 5, done: [6, 7, 9], horizon: 20)
        receive([5], &ledger)
        expect(started(&ledger), [5])
        expect(ledger.done(5), 1)
        #expect(ledger.doneOffsets == [6, 7, 9], "what hasn't come yet stays in the map")
        expect(ledger.received(6), .done(moved: 1))
        #expect(ledger.frontier == 7)
        receive([8], &ledger)
        #expect(ledger.frontier == 8, "7 isn't in the log any more")
        #expect(ledger.doneOffsets == [9])
        #expect(ledger.heldCount == 1)
    }

    @Test func theHorizonGoesAheadBeforeItIsNeeded() {
        var ledger = ledger(position: 0, horizon: 10)
        receive(0..<5, &ledger)
        #expect(ledger.nextHorizon == 10, "half of the window is left")
        receive([5], &ledger)
        #expect(ledger.nextHorizon == 16)
        #expect(ledger.commitNeed == .due)
        let commit = ledger.sealed()
        receive(6..<10, &ledger)
        expect(started(&ledger), Array(0..<10), "nothing has waited")
        ledger.acknowledged(commit)
        receive(10..<16, &ledger)
        expect(started(&ledger), Array(10..<16))
    }

    @Test func aHorizonNeverGoesDown() {
        var ledger = ledger(position: 0, horizon: 5000, window: 4)
        let first = ledger.sealed()
        #expect(first.horizon == 5000, "not for a smaller window")
        receive([4990, 4999], &ledger)
        let second = ledger.sealed()
        #expect(second.horizon == 5004)
        let third = ledger.sealed()
        #expect(third.horizon == 5004, "a commit whose fate is unknown may have been written")
    }

    @Test func aLostAnswerPromisesNothing() {
        var ledger = ledger(position: 0, horizon: 0, commitsFirst: true)
        receive(0..<3, &ledger)
        _ = ledger.sealed()
        expect(started(&ledger), [])
        #expect(ledger.commitNeed == .pressing)
        commit(&ledger)
        expect(started(&ledger), [0, 1, 2])
    }

    @Test func answersMayComeInAnyOrder() {
        var ledger = ledger(position: 0, horizon: 10)
        receive(0..<8, &ledger)
        _ = started(&ledger)
        _ = ledger.done(0)
        let first = ledger.sealed()
        _ = ledger.done(1)
        receive(8..<17, &ledger)
        let second = ledger.sealed()
        #expect(first.horizon == 18 && second.horizon == 27)
        ledger.acknowledged(second)
        #expect(ledger.commitNeed == .none)
        ledger.acknowledged(first)
        #expect(ledger.commitNeed == .none, "the later commit is what the coordinator has")
        expect(started(&ledger), Array(8..<17))
        #expect(ledger.commits.acknowledgedHorizon == 27)
        #expect(ledger.commits.acknowledgedOffset == 2)
    }

    @Test func aRecordWithoutRoomInTheMapWaitsForTheFrontier() {
        var ledger = ledger(position: 0, horizon: 1_000_000, window: 100, mapLengthMax: 5)
        receive([0, 600_000, 700_000], &ledger)
        expect(started(&ledger), [0], "a gap of 99,999 groups needs seven characters")
        #expect(ledger.commitNeed == .none, "no commit helps")
        expect(ledger.done(0), 1)
        expect(started(&ledger), [600_000], "the frontier always has room")
        #expect(ledger.done(600_000) == 1)
        expect(started(&ledger), [700_000])
    }

    @Test func aFrontierMakesRoomByForgettingTheFarthest() {
        var ledger = ledger(position: 0, done: [6, 12, 18], horizon: 100, mapLengthMax: 3)
        receive([0], &ledger)
        expect(started(&ledger), [0])
        #expect(ledger.doneOffsets == [6, 12])
        let reception = [6, 12, 18].map { ledger.received($0) }
        #expect(reception == [.done(moved: 0), .done(moved: 0), .open], "what is forgotten is looked up")
        expect(ledger.done(0), 3)
        expect(ledger.next(), PartitionLedger.Dispatch(offset: 18, isMaybeAttempted: true))
    }

    @Test func atMostTheLargestWindowIsInTheMap() {
        var ledger = ledger(position: 0, horizon: 1000, window: 100, mapCountMax: 3)
        receive(0..<5, &ledger)
        expect(started(&ledger), [0, 1, 2])
        _ = ledger.done(1)
        expect(started(&ledger), [])
        expect(ledger.done(0), 2)
        expect(started(&ledger), [3, 4])
    }

    @Test func aCommitIsNeededForWhatChangedAndForNothingElse() {
        var ledger = ledger(position: 0, horizon: 100)
        #expect(ledger.commitNeed == .none)
        receive(0..<3, &ledger)
        _ = started(&ledger)
        #expect(ledger.commitNeed == .none)
        _ = ledger.done(2)
        #expect(ledger.commitNeed == .due, "the map has changed")
        let sealed = ledger.sealed()
        #expect(sealed.offset == 0 && sealed.done == [2])
        _ = ledger.done(0)
        ledger.acknowledged(sealed)
        #expect(ledger.commitNeed == .due, "0 was done after it was sealed")
        commit(&ledger)
        #expect(ledger.commitNeed == .none)
        expect(ledger.sealed().offset, 1, "a commit that isn't needed renews a lease")
    }

    /// What a job costs depends on the logarithm of the window at most.
    @Test(arguments: [64, 512, 4096, 16_384])
    func aJobCostsNoMoreInALargeWindow(_ window: Int) {
        var ledger = ledger(position: 0, horizon: 1 << 40, window: window)
        let jobs = 3 * window
        var offset: Int64 = 0
        for _ in 0..<3 {
            let first = offset
            receive(first..<(first + Int64(window)), &ledger)
            offset += Int64(window)
            // From the last to the first: the frontier waits for all.
            for started in started(&ledger).reversed() { _ = ledger.done(started) }
            #expect(ledger.heldCount == 0)
        }
        let logarithm = Int.bitWidth - window.leadingZeroBitCount
        #expect(ledger.stepCount <= jobs * (logarithm + 4), "\(ledger.stepCount) steps, \(jobs) jobs")
    }
}
