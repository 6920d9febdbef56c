import Kafka
import Pipeline
import Testing

@testable import Worker

@Suite struct DeskTests {
    let now = ContinuousClock.now

    private func record(_ offset: Int64) -> ConsumedRecord {
        ConsumedRecord(topic: "jobs", partition: 0, offset: offset, epoch: AssignmentEpoch(rawValue: 1))
    }

    private func desk(
        horizon: Int64 = 100, done: [Int64] = [], lookFrom: ContinuousClock.Instant? = nil, window: Int = 10
    ) -> Desk {
        let start = Takeover.Start(position: 0, done: done, horizon: horizon, commitsFirst: false)
        return Desk(ledger: PartitionLedger(start, limits: .init(window: window)), lookFrom: lookFrom)
    }

    private func started(_ desk: inout Desk) -> [Int64] {
        var offsets: [Int64] = []
        while let (record, _) = desk.start() { offsets.append(record.offset) }
        return offsets
    }

    @Test func recordsStartInTheOrderInWhichTheyCameAndOnlyOnce() {
        var desk = desk()
        for offset in [3, 4, 8] as [Int64] { #expect(desk.receive(record(offset)) == 0) }
        #expect(started(&desk) == [3, 4, 8])
        #expect(started(&desk).isEmpty)
        #expect(desk.inPipeline == [3, 4, 8])
    }

    @Test func whatIsDoneAlreadyIsPassedOver() {
        var desk = desk(done: [1, 3])
        #expect(desk.receive(record(0)) == 0)
        #expect(desk.receive(record(1)) == 0, "the window moves on only past the frontier")
        #expect(desk.receive(record(2)) == 0)
        #expect(desk.receive(record(3)) == 0)
        #expect(started(&desk) == [0, 2])
        #expect(desk.answered(0) == 2)
        #expect(desk.answered(2) == 2)
        #expect(desk.receive(record(2)) == 1, "a record that comes again gives its credit back")
    }

    @Test func aRecordAboveTheAcknowledgedHorizonWaitsForACommit() {
        var desk = desk(horizon: 2)
        for offset in 0..<4 { _ = desk.receive(record(Int64(offset))) }
        #expect(started(&desk) == [0, 1])
        let commit = desk.ledger.sealed()
        #expect(started(&desk).isEmpty, "a commit that is only sent promises nothing")
        desk.ledger.acknowledged(commit)
        #expect(started(&desk) == [2, 3])
    }

    @Test func onlyWhatAnEarlierTenureMayHaveStartedIsLookedUpAndNotTooEarly() {
        var desk = desk(horizon: 2, lookFrom: now)
        for offset in 0..<3 { _ = desk.receive(record(Int64(offset))) }
        desk.ledger.acknowledged(desk.ledger.sealed())
        var histories: [History] = []
        while let (_, history) = desk.start() { histories.append(history) }
        let looked = History.maybeAttempted(lookFrom: now)
        #expect(histories == [looked, looked, .fresh])
    }

    @Test func aDeskIsQuietOnceItsCallsAndThoseOfEarlierOwnersHaveEnded() {
        var desk = desk(lookFrom: now)
        for offset in 0..<2 { _ = desk.receive(record(Int64(offset))) }
        #expect(desk.isQuiet(at: now, once: []), "what only waits makes no call")
        #expect(!desk.isQuiet(at: now - .nanoseconds(1), once: []), "an earlier owner's calls may still run")
        _ = started(&desk)
        #expect(!desk.isQuiet(at: now, once: [0]))
        #expect(desk.isQuiet(at: now, once: [0, 1]))
        _ = desk.answered(0)
        desk.inPipeline.remove(1)
        #expect(desk.isQuiet(at: now, once: []), "what was given back makes no call")
    }

    @Test func tenuresOfOnePartitionAreToldApart() {
        var tenures = Tenures()
        let place = TopicPartition(topic: "jobs", partition: 0)
        let assigned = AssignedPartition(topicPartition: place, committedOffset: nil, committedMetadata: nil)
        let epochs = (1...2).map { AssignmentEpoch(rawValue: UInt64($0)) }
        let first = tenures.open(assigned, epoch: epochs[0], at: now)
        #expect(tenures.number(place, epoch: epochs[1]) == nil)
        #expect(tenures.atDesk(first) { $0.receive(record(0)) } == nil, "nobody has decided how to go on")
        #expect(tenures.close(first)?.number == first)
        #expect(tenures.close(first) == nil)
        let second = tenures.open(assigned, epoch: epochs[1], at: now)
        #expect(first != second)
        #expect(tenures.number(place, epoch: epochs[0]) == nil)
        #expect(tenures.number(place, epoch: epochs[1]) == second)
        #expect(tenures.update(first) { $0.isEnding = true } == nil)
        #expect(tenures.count == 1)
    }
}
