import Kafka
import Pipeline
import Testing

@testable import Worker

@Suite struct CommitRoundTests {
    let now = ContinuousClock.now
    let lease = Duration.seconds(12)
    let place = CommitPlace(cluster: "c1", topic: "jobs", partition: 0)

    /// A tenure with `open` records that have started.
    private func tenure(
        open: Int = 0, waiting: Int = 0, leaseEnd: ContinuousClock.Instant?,
        lookFrom: ContinuousClock.Instant? = nil
    ) -> Tenure {
        let partition = TopicPartition(topic: "jobs", partition: 0)
        let epoch = AssignmentEpoch(rawValue: 1)
        var tenure = Tenure(
            number: 1, epoch: epoch,
            assigned: .init(topicPartition: partition, committedOffset: 0, committedMetadata: nil),
            assignedAt: now)
        let start = Takeover.Start(position: 0, done: [], horizon: 100, commitsFirst: false)
        var desk = Desk(
            ledger: PartitionLedger(start, limits: .init(window: 10)), lookFrom: lookFrom)
        func receive(_ offsets: Range<Int>) {
            for offset in offsets {
                _ = desk.receive(
                    ConsumedRecord(topic: "jobs", partition: 0, offset: Int64(offset), epoch: epoch))
            }
        }
        receive(0..<open)
        while desk.start() != nil {}
        receive(open..<open + waiting)
        tenure.desk = desk
        tenure.leaseEnd = leaseEnd
        return tenure
    }

    private func need(_ tenure: Tenure, isRenewing: Bool? = nil) -> CommitNeed {
        tenure.commitNeed(at: now, leaseTime: lease, isRenewing: isRenewing ?? tenure.isWorking)
    }

    @Test func withoutADeskNothingIsCommitted() {
        var tenure = tenure(leaseEnd: nil)
        #expect(need(tenure) == .pressing, "nothing may start before the first commit")
        tenure.desk = nil
        #expect(need(tenure) == .none)
        #expect(tenure.nextRenewal(leaseTime: lease) == nil)
        let part = tenure.seal(adding: [], at: place, isReleasing: true, now: now)
        #expect(part == nil)
    }

    @Test func aLeaseIsRenewedFromItsMiddleOnWhereARecordMayNeedIt() {
        #expect(need(tenure(open: 1, leaseEnd: now + .seconds(7))) == .none)
        #expect(need(tenure(open: 1, leaseEnd: now + .seconds(6))) == .due)
        #expect(need(tenure(open: 1, leaseEnd: now)) == .pressing)
        #expect(need(tenure(waiting: 1, leaseEnd: now)) == .pressing, "what waits needs it too")
        #expect(need(tenure(leaseEnd: now - .seconds(60))) == .none, "an idle partition commits nothing")
    }

    @Test func theNextRenewalIsInTheMiddleOfTheLease() {
        for open in 0...1 {
            let held = tenure(open: open, leaseEnd: now + .seconds(8))
            #expect(held.nextRenewal(leaseTime: lease) == now + .seconds(2))
            #expect(held.isWorking == (open == 1))
        }
        #expect(tenure(open: 1, leaseEnd: nil).nextRenewal(leaseTime: lease) == nil)
    }

    @Test func anIdlePartitionsLeaseIsRenewedOnlyWhileAnotherPartitionWorksAndNotBeforeItsMiddle() {
        for end in [lease, .seconds(7), .seconds(6), .zero, .seconds(-60)] {
            let idle = tenure(leaseEnd: now + end)
            #expect(need(idle, isRenewing: false) == .none)
            #expect(need(idle, isRenewing: true) == (end <= .seconds(6) ? .due : .none))
        }
    }

    @Test func aLeaseThatWasGivenUpIsNeverRenewed() {
        var tenure = tenure(open: 2, leaseEnd: now)
        tenure.isGivenUp = true
        #expect(!tenure.isWorking)
        #expect(need(tenure, isRenewing: true) == .none)
        #expect(tenure.nextRenewal(leaseTime: lease) == nil)
        _ = tenure.desk?.answered(0)
        #expect(need(tenure) == .due, "an answer still has its position")
    }

    @Test(arguments: [false, true])
    func theNextOwnerLearnsThatALeaseIsOverOnceNoEarlierOneCanHold(isAlone: Bool) throws {
        var tenure = tenure(open: 1, leaseEnd: now)
        tenure.desk?.limitsFrom = isAlone ? now : now + .nanoseconds(1)
        func state() throws -> CommitMetadata {
            let sealed = tenure.seal(adding: [], at: place, isReleasing: true, now: now)
            let part = try #require(sealed)
            return try CommitMetadata(
                reading: part.position.metadata, at: place, committed: part.position.offset)
        }
        #expect(try !state().isGivenUp, "its own lease may hold")
        tenure.isGivenUp = true
        #expect(try state().isGivenUp == isAlone)
        #expect(try !state().isReleased, "a call is under way")
        _ = tenure.desk?.answered(0)
        #expect(try state().isReleased)
    }

    @Test func nothingFollowsARelease() {
        var tenure = tenure(waiting: 1, leaseEnd: now)
        tenure.isReleased = true
        #expect(need(tenure) == .none, "it would take the release back")
        #expect(tenure.nextRenewal(leaseTime: lease) == nil)
    }

    @Test func aChangeIsCommittedInTimeAndAWaitingRecordAtOnce() {
        var tenure = tenure(open: 2, leaseEnd: now + .seconds(12))
        _ = tenure.desk?.answered(0)
        #expect(need(tenure) == .due)
        let record = ConsumedRecord(topic: "jobs", partition: 0, offset: 100, epoch: tenure.epoch)
        _ = tenure.desk?.receive(record)
        #expect(need(tenure) == .pressing)
    }

    @Test(arguments: [false, true])
    func itIsReleasedOnlyOnceNothingRuns(isReleasing: Bool) throws {
        var tenure = tenure(open: 2, waiting: 1, leaseEnd: now + lease)
        func isReleased(adding finished: Set<Int64>) throws -> Bool {
            let sealed = tenure.seal(adding: finished, at: place, isReleasing: isReleasing, now: now)
            let part = try #require(sealed)
            let metadata = try CommitMetadata(
                reading: part.position.metadata, at: place, committed: part.position.offset)
            #expect(metadata.isReleased == part.isReleased)
            return part.isReleased
        }
        #expect(try !isReleased(adding: []))
        #expect(try !isReleased(adding: [0]))
        #expect(try isReleased(adding: [0, 1]) == isReleasing)
    }

    @Test func itIsNotReleasedWhileAnEarlierOwnersCallsMayRun() throws {
        for (lookFrom, isReleased) in [(now, true), (now + .nanoseconds(1), false)] {
            var tenure = tenure(leaseEnd: now + lease, lookFrom: lookFrom)
            let part = tenure.seal(adding: [], at: place, isReleasing: true, now: now)
            #expect(part?.isReleased == isReleased)
        }
    }

    @Test func finishedRecordsAreDoneByTheCommitAndOnlyOnceItIsMade() throws {
        var tenure = tenure(open: 3, leaseEnd: now + lease)
        let sealed = tenure.seal(adding: [0, 2], at: place, isReleasing: false, now: now)
        let part = try #require(sealed)
        #expect(part.position.offset == 1)
        let metadata = try CommitMetadata(reading: part.position.metadata, at: place, committed: 1)
        #expect(metadata.done == [2])
        #expect(part.position.epoch == tenure.epoch)
        #expect(tenure.desk?.ledger.frontier == 0, "it may be aborted")
        #expect(tenure.desk?.inPipeline == [0, 1, 2])
    }

    @Test func ofADoubtfulRoundOnlyOpenTenuresAreKept() {
        var round = CommitRound(sentAt: now)
        for number in 1...2 {
            let ticket = Ticket(tenure: number, offset: 0)
            round.answers.append(.init(ticket: ticket, lane: .alone(ticket)))
            var tenure = tenure(leaseEnd: nil)
            let sealed = tenure.seal(adding: [], at: place, isReleasing: false, now: now)
            guard let part = sealed else { continue }
            round.parts.append(
                .init(tenure: number, commit: part.commit, position: part.position, isReleased: false))
        }
        let kept = round.keeping { $0 == 2 }
        #expect(kept.answers.map(\.ticket.tenure) == [2])
        #expect(kept.parts.map(\.tenure) == [2])
        #expect(kept.sentAt == round.sentAt)
        #expect(round.keeping { _ in false }.isEmpty)
    }
}
