import PaymentJobs
import Pipeline
import Testing

@testable import Worker

/// Answers that are written all or none.
@Suite struct AtomicLettersTests {
    let start = ContinuousClock.now
    var later: ContinuousClock.Instant { start + .seconds(1) }

    private func entry(_ offset: Int64, key: String = "a", tenure: Int = 1) -> LetterQueue.Entry {
        let message = OutboundMessage(
            destination: .deadLetters, key: Array(key.utf8), value: [1, 2, 3],
            headers: [MessageHeader("cobrador-dl-reason", "invalid")])
        let origin = Origin(topic: "jobs", partition: 0, offset: offset, consumerGroup: "g")
        return LetterQueue.Entry(
            ticket: Ticket(tenure: tenure, offset: offset), lane: .key(tenure: tenure, Array(key.utf8)),
            letter: Letter(message: message, origin: origin))
    }

    private func queue(_ entries: [LetterQueue.Entry]) -> LetterQueue {
        var queue = LetterQueue(retryPause: .seconds(1))
        for entry in entries { queue.add(entry) }
        return queue
    }

    private func take(
        _ queue: inout LetterQueue, at now: ContinuousClock.Instant, limit: Int = .max
    ) -> [LetterQueue.Entry] {
        queue.take(at: now, limit: limit, isAtomic: true)
    }

    @Test func aLanesAnswersGoTogetherUpToTheLimit() {
        var queue = queue([entry(1), entry(2), entry(3, key: "b"), entry(4)])
        #expect(take(&queue, at: start, limit: 3).map(\.ticket.offset) == [1, 2, 3])
        #expect(queue.hasFresh)
        #expect(take(&queue, at: start, limit: 3).map(\.ticket.offset) == [4])
        #expect(!queue.hasFresh)
    }

    @Test func whatIsPutBackComesBeforeWhatCameMeanwhile() {
        var queue = queue([entry(1), entry(2), entry(3, key: "b")])
        let batch = take(&queue, at: start)
        queue.add(entry(4))
        queue.putBack(batch, at: start)
        #expect(take(&queue, at: start).map(\.ticket.offset) == [1, 2, 3, 4])
    }

    @Test func theOthersGoWithoutTheRefusedOneAndItsLaneWaits() {
        var queue = queue([entry(1, key: "b"), entry(2), entry(3), entry(4, key: "c")])
        let batch = take(&queue, at: start)
        queue.putBack(batch, refused: 1, isTooLarge: false, at: start)
        #expect(take(&queue, at: start).map(\.ticket.offset) == [1, 4])
        #expect(take(&queue, at: start).isEmpty)
        let again = take(&queue, at: later)
        #expect(again.map(\.ticket.offset) == [2])
        queue.sent(again[0])
        #expect(take(&queue, at: later).map(\.ticket.offset) == [3])
        #expect(queue.nextTry == nil)
    }

    @Test func whatComesBeforeTheRefusedOneInItsLaneStaysBeforeIt() {
        var queue = queue([entry(1), entry(2), entry(3), entry(4)])
        let batch = take(&queue, at: start)
        queue.putBack(batch, refused: 2, isTooLarge: true, at: start)
        var written: [Int64] = []
        for now in [start, start, start, later, later] {
            let batch = take(&queue, at: now)
            written += batch.map(\.ticket.offset)
            for entry in batch { queue.sent(entry) }
        }
        #expect(written == [1, 2, 3, 4])
        #expect(!queue.hasFresh)
        #expect(queue.nextTry == nil)
    }

    @Test func theRefusedOneWaitsItsPauseAlsoBehindOthers() {
        var queue = queue([entry(1), entry(2)])
        queue.putBack(take(&queue, at: start), refused: 1, isTooLarge: false, at: start)
        let first = take(&queue, at: start)
        #expect(first.map(\.ticket.offset) == [1])
        queue.sent(first[0])
        #expect(take(&queue, at: start).isEmpty)
        #expect(queue.nextTry == later)
        #expect(take(&queue, at: later).map(\.ticket.offset) == [2])
    }

    @Test func aRefusedOneGoesAloneAndTheOthersHaveTheirTurn() {
        var queue = queue([entry(1), entry(2, key: "b")])
        queue.putBack(take(&queue, at: start), refused: 0, isTooLarge: false, at: start)
        queue.putBack(take(&queue, at: start), refused: 0, isTooLarge: false, at: start)
        var taken: [[Int64]] = []
        for offset in Int64(10)..<14 {
            queue.add(entry(offset, key: "other \(offset)"))
            let batch = take(&queue, at: later)
            taken.append(batch.map(\.ticket.offset))
            for (index, entry) in batch.enumerated() {
                guard entry.ticket.offset < 10 else { continue }
                queue.putBack(batch, refused: index, isTooLarge: false, at: later)
            }
        }
        let (alone, others) = ([taken[0], taken[2]], [taken[1], taken[3]])
        #expect(others == [[10, 11], [12, 13]], "what is refused for ever holds up no other")
        #expect(Set(alone) == [[1], [2]], "nor another that was refused")
    }

    @Test func aHeldAnswerThatIsPutBackIsNextAndGoesOnHoldingItsLane() {
        var queue = queue([entry(1)])
        queue.putBack(take(&queue, at: start), refused: 0, isTooLarge: true, at: start)
        let again = take(&queue, at: later)
        #expect(again.map(\.ticket.offset) == [1])
        #expect(queue.nextTry == nil, "it is on its way")
        queue.putBack(again, at: later)
        #expect(queue.nextTry == later)
        let batch = take(&queue, at: later)
        #expect(batch.map(\.ticket.offset) == [1])
        #expect(batch.first?.failures == 1, "a commit's failure is no fault of the answer's")
        queue.add(entry(2))
        #expect(take(&queue, at: later).isEmpty, "its lane waits for it")
        for entry in batch { queue.sent(entry) }
        #expect(take(&queue, at: later).map(\.ticket.offset) == [2])
    }

    @Test func nothingOfAnEndedTenureIsPutBack() {
        var queue = queue([entry(1), entry(2, tenure: 2), entry(3)])
        let batch = take(&queue, at: start)
        queue.drop(tenure: 1)
        queue.putBack(batch, at: start)
        let left = take(&queue, at: start)
        #expect(left.map(\.ticket.offset) == [2])
        queue.drop(tenure: 2)
        queue.putBack(left, refused: 0, isTooLarge: true, at: start)
        #expect(take(&queue, at: later).isEmpty)
        #expect(!queue.hasFresh)
        #expect(queue.nextTry == nil)
    }

    @Test func anEndedTenuresRefusedAnswerHoldsUpNothing() {
        var queue = queue([entry(1), entry(2), entry(3, key: "b", tenure: 2)])
        let batch = take(&queue, at: start)
        queue.drop(tenure: 1)
        queue.putBack(batch, refused: 1, isTooLarge: false, at: start)
        #expect(take(&queue, at: start).map(\.ticket.offset) == [3])
        #expect(queue.nextTry == nil)
    }
}
