import PaymentJobs
import Pipeline
import Testing

@testable import Worker

@Suite struct LetterQueueTests {
    let start = ContinuousClock.now

    private func entry(
        _ offset: Int64, key: String = "a", tenure: Int = 1,
        _ destination: OutboundMessage.Destination = .deadLetters
    ) -> LetterQueue.Entry {
        let message = OutboundMessage(
            destination: destination, key: Array(key.utf8), value: [1, 2, 3],
            headers: [MessageHeader("theirs", "x"), MessageHeader("cobrador-dl-reason", "invalid")])
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

    @Test func whatIsFreshGoesInOneBatch() {
        var queue = queue([entry(1), entry(2), entry(3, key: "b")])
        #expect(queue.take(at: start).map(\.ticket.offset) == [1, 3])
        #expect(queue.take(at: start).map(\.ticket.offset) == [2], "a lane's answers go one after another")
        #expect(queue.take(at: start).isEmpty)
    }

    @Test func aLateAnswerOfAnEndedTenureIsNotWritten() {
        var queue = queue([])
        queue.drop(tenure: 1)
        queue.add(entry(1))
        queue.add(entry(2, tenure: 2))
        #expect(queue.take(at: start).map(\.ticket.offset) == [2])
    }

    @Test func aRefusedAnswerHoldsUpItsLaneAndNoOther() {
        var queue = queue([entry(1)])
        let first = queue.take(at: start)[0]
        _ = queue.failed(first, isTooLarge: false, at: start)
        queue.add(entry(2))
        queue.add(entry(3, key: "b"))
        #expect(queue.take(at: start).map(\.ticket.offset) == [3])
        #expect(queue.nextTry == start + .seconds(1))
        let again = queue.take(at: start + .seconds(1))
        #expect(again.map(\.ticket.offset) == [1])
        queue.sent(again[0])
        #expect(queue.take(at: start + .seconds(1)).map(\.ticket.offset) == [2])
        #expect(queue.nextTry == nil)
    }

    @Test func aDeadLetterThatIsTooLargeBecomesSmallerStepByStep() {
        var queue = queue([entry(1)])
        var now = start
        var forms: [String] = []
        for _ in 0..<4 {
            let entry = queue.take(at: now)[0]
            let message = entry.letter?.message
            let isWhole = message?.value == [1, 2, 3]
            let hasTheirs = message?.headers.text("theirs") != nil
            forms.append(isWhole ? "whole" : hasTheirs ? "truncated" : "stripped")
            _ = queue.failed(entry, isTooLarge: true, at: now)
            now += .seconds(1)
        }
        #expect(forms == ["whole", "whole", "truncated", "stripped"])
        let marks = queue.take(at: now).first?.letter?.message.headers.count {
            $0.name == "cobrador-dl-stripped"
        }
        #expect(marks == 1, "a header is set, never appended")
    }

    @Test func anEventIsNeverMadeSmaller() {
        var queue = queue([entry(1, .events(.charges))])
        var now = start
        for _ in 0..<4 {
            let entry = queue.take(at: now)[0]
            #expect(entry.letter?.message.value == [1, 2, 3])
            _ = queue.failed(entry, isTooLarge: true, at: now)
            now += .seconds(1)
        }
    }

    @Test func whatWasTooLargeGoesAlone() {
        var queue = queue([entry(1), entry(2, key: "b")])
        for entry in queue.take(at: start) { _ = queue.failed(entry, isTooLarge: true, at: start) }
        queue.add(entry(3, key: "c"))
        let later = start + .seconds(1)
        let offsets = (0..<3).map { _ in queue.take(at: later).map(\.ticket.offset) }
        #expect(offsets.allSatisfy { $0.count == 1 })
        #expect(offsets[1] == [3], "the others have their turn in between")
    }

    @Test func eventsThatWereTooLargeTogetherGoOneByOne() {
        var queue = queue([entry(1, .events(.charges)), entry(2, key: "b", .events(.charges))])
        for entry in queue.take(at: start) { _ = queue.failed(entry, isTooLarge: true, at: start) }
        let later = start + .seconds(1)
        #expect(queue.take(at: later).count == 1)
        #expect(queue.take(at: later).count == 1)
    }

    @Test func anEndedTenureLeavesNothingBehind() {
        var queue = queue([entry(1), entry(2, tenure: 2)])
        let batch = queue.take(at: start)
        queue.add(entry(3))
        queue.drop(tenure: 1)
        #expect(queue.failed(batch[0], isTooLarge: false, at: start) == nil)
        #expect(queue.take(at: start + .seconds(9)).isEmpty)
        #expect(queue.nextTry == nil)
    }
}
