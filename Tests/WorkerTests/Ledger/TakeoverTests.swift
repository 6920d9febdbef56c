import Testing

@testable import Worker

@Suite struct TakeoverTests {
    let place = CommitPlace(cluster: "c1", topic: "jobs", partition: 0)

    private func takeover(
        _ committed: Int64?, _ metadata: Result<CommitMetadata, MetadataRefusal> = .failure(.absent),
        low: Int64 = 0, end: Int64 = 100, isNewGroup: Bool = false
    ) -> Takeover {
        Takeover(
            Takeover.Facts(
                committed: committed.map { Takeover.Committed(offset: $0, metadata: metadata) },
                lowWatermark: low, logEnd: end, isNewGroup: isNewGroup))
    }

    private func metadata(base: Int64, horizon: Int64, done: [Int64] = []) -> CommitMetadata {
        CommitMetadata(place: place, base: base, horizon: horizon, done: done)
    }

    @Test func aGroupWithoutACommitTakesItsBacklogForMaybeAttempted() {
        #expect(
            takeover(nil, low: 7)
                == .start(
                    .init(position: 7, done: [], horizon: 100, commitsFirst: true, isLeaseOver: true)))
    }

    @Test func aNewGroupTakesItsBacklogForFresh() {
        #expect(
            takeover(nil, low: 7, isNewGroup: true)
                == .start(
                    .init(
                        position: 7, done: [], horizon: 7, commitsFirst: true, wasReleased: true,
                        isLeaseOver: true)))
    }

    @Test func whereSomethingWasCommittedTheGroupIsNotNew() {
        #expect(takeover(50, isNewGroup: true) == takeover(50))
        #expect(takeover(500, isNewGroup: true) == takeover(500))
        for isReleased in [false, true] {
            var valid = metadata(base: 50, horizon: 60, done: [52])
            valid.isReleased = isReleased
            #expect(takeover(50, .success(valid), isNewGroup: true) == takeover(50, .success(valid)))
        }
    }

    @Test func whatWasReleasedNeedsNoDelay() {
        var valid = metadata(base: 50, horizon: 80, done: [52])
        func wasReleased(end: Int64 = 100) -> Bool? {
            guard case .start(let start) = takeover(50, .success(valid), end: end) else { return nil }
            return start.wasReleased
        }
        #expect(wasReleased() == false)
        valid.isReleased = true
        #expect(wasReleased() == true)
        #expect(wasReleased(end: 52) == false, "what is put aside is believed in nothing")
    }

    @Test func anEarlierLeaseIsOverWhereTheLastOwnerSaysSo() {
        var valid = metadata(base: 50, horizon: 80, done: [52])
        func isLeaseOver(end: Int64 = 100) -> Bool? {
            guard case .start(let start) = takeover(50, .success(valid), end: end) else { return nil }
            return start.isLeaseOver
        }
        #expect(isLeaseOver() == false)
        valid.isGivenUp = true
        #expect(isLeaseOver() == true)
        #expect(isLeaseOver(end: 52) == false, "what is put aside is believed in nothing")
        (valid.isGivenUp, valid.isReleased) = (false, true)
        #expect(isLeaseOver() == true)
    }

    @Test func aValidMapNeedsNoCommitBeforeTheFirstJob() {
        let valid = metadata(base: 50, horizon: 80, done: [52, 79])
        guard case .start(let start) = takeover(50, .success(valid)) else {
            Issue.record("a valid map is taken over")
            return
        }
        #expect(start == .init(position: 50, done: [52, 79], horizon: 80, commitsFirst: false))
        #expect([50, 51, 53, 78].allSatisfy { start.standing(of: $0) == .maybeAttempted })
        #expect([52, 79].allSatisfy { start.standing(of: $0) == .done })
        #expect([80, 81, 1000].allSatisfy { start.standing(of: $0) == .fresh })
    }

    @Test(arguments: [
        MetadataRefusal.absent, .foreign(.otherFormat), .foreign(.otherVersion), .foreign(.otherCluster),
        .foreign(.otherBase), .damaged(.checksum), .damaged(.contradictory),
    ])
    func aCommitWithoutAMapTakesItsBacklogForMaybeAttempted(_ refusal: MetadataRefusal) {
        #expect(
            takeover(50, .failure(refusal))
                == .start(
                    .init(position: 50, done: [], horizon: 100, commitsFirst: true, putAside: refusal)))
    }

    @Test func anOffsetOutsideOfTheLogStopsThePartition() {
        #expect(
            takeover(6, low: 7) == .stop(.outOfRange(committed: 6, lowWatermark: 7, logEnd: 100)))
        #expect(
            takeover(101, low: 7) == .stop(.outOfRange(committed: 101, lowWatermark: 7, logEnd: 100)))
        for edge: Int64 in [7, 100] {
            guard case .start(let start) = takeover(edge, low: 7) else {
                Issue.record("\(edge) is in the log or its end")
                continue
            }
            #expect(start.position == edge)
        }
    }

    @Test func aHorizonBeyondTheLogEndStays() {
        let valid = metadata(base: 100, horizon: 5000)
        #expect(
            takeover(100, .success(valid))
                == .start(.init(position: 100, done: [], horizon: 5000, commitsFirst: false)))
    }

    @Test func aMapOfRecordsThatTheLogDoesNotHaveSkipsNothing() {
        let valid = metadata(base: 50, horizon: 120, done: [52, 100])
        #expect(
            takeover(50, .success(valid))
                == .start(
                    .init(
                        position: 50, done: [], horizon: 120, commitsFirst: true,
                        putAside: .damaged(.doneBeyondLogEnd))))
    }
}
