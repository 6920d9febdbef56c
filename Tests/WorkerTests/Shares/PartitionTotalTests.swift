import Kafka
import Testing

@testable import Worker

@Suite struct PartitionTotalTests {
    let now = ContinuousClock.now
    private let away = KafkaError.broker(KafkaErrorCode(rawValue: 5))
    private let unknown = KafkaError.broker(.unknownTopicOrPartition)

    @Test func theLargestCountOfEachTopicStaysAndAnAssignedPartitionRaisesIt() {
        var total = PartitionTotal(topics: ["a", "b"])
        for (count, topic) in [(3, "a"), (2, "b"), (1, "a")] {
            #expect(total.note(.success(count), of: topic, at: now) == nil)
        }
        #expect(total.count == 5)
        total.note(TopicPartition(topic: "b", partition: 1))
        #expect(total.count == 5)
        total.note(TopicPartition(topic: "b", partition: 6))
        #expect(total.count == 3 + 7)
    }

    @Test func thereIsNoTotalBeforeEachTopicIsCounted() {
        var total = PartitionTotal(topics: ["a", "b"])
        #expect(total.count == nil)
        _ = total.note(.success(3), of: "a", at: now)
        _ = total.note(.failure(away), of: "b", at: now)
        total.note(TopicPartition(topic: "b", partition: 1))
        #expect(total.count == nil, "an assigned partition doesn't say how many there are")
        _ = total.note(.failure(unknown), of: "b", at: now)
        #expect(total.count == nil, "a broker that doesn't know an assigned partition's topic can't tell")
        _ = total.note(.success(4), of: "b", at: now)
        #expect(total.count == 7)
    }

    @Test func aTopicThatCanNoLongerBeCountedKeepsItsCount() {
        var total = PartitionTotal(topics: ["a", "b"])
        _ = total.note(.success(3), of: "a", at: now)
        _ = total.note(.success(4), of: "b", at: now)
        for error in [away, unknown, .broker(.timedOut), .closed] {
            #expect(total.note(.failure(error), of: "b", at: now) == nil)
            #expect(total.count == 7)
        }
    }

    @Test func aTopicThatIsAbsentHasNoPartitions() {
        for code in [KafkaErrorCode.unknownTopicOrPartition, .unknownTopic, .topicAuthorizationFailed] {
            var total = PartitionTotal(topics: ["a", "b"])
            _ = total.note(.success(3), of: "a", at: now)
            #expect(total.note(.failure(.broker(code)), of: "b", at: now) == nil)
            #expect(total.count == 3)
        }
    }

    @Test func aTopicIsCountedAgainASecondAfterAFailureSecondsAfterAnAbsenceAndElseEachMinute() {
        var total = PartitionTotal(topics: ["counted", "absent", "failed"])
        #expect(total.due(at: now) == ["counted", "absent", "failed"])
        _ = total.note(.success(3), of: "counted", at: now)
        _ = total.note(.failure(unknown), of: "absent", at: now)
        _ = total.note(.failure(away), of: "failed", at: now)
        func due(after pause: Duration) -> [String] { total.due(at: now + pause) }
        #expect(due(after: .milliseconds(999)) == [])
        #expect(due(after: .seconds(1)) == ["failed"])
        #expect(due(after: .milliseconds(4999)) == ["failed"])
        #expect(due(after: .seconds(5)) == ["absent", "failed"])
        #expect(due(after: .milliseconds(59_999)) == ["absent", "failed"])
        #expect(due(after: .seconds(60)) == ["counted", "absent", "failed"])
        _ = total.note(.success(2), of: "absent", at: now + .seconds(5))
        _ = total.note(.failure(unknown), of: "counted", at: now + .seconds(5))
        #expect(due(after: .milliseconds(64_999)) == ["failed", "counted"])
        #expect(due(after: .seconds(65)) == ["failed", "absent", "counted"])
    }

    @Test func aFailureIsToldOnceUnlessItChangesAndOnlyWhereThereIsNoCount() {
        var total = PartitionTotal(topics: ["a"])
        let answers: [(Result<Int, KafkaError>, told: KafkaError?)] = [
            (.failure(away), away), (.failure(away), nil), (.failure(.broker(.timedOut)), .broker(.timedOut)),
            (.success(1), nil), (.failure(away), nil),
        ]
        for (answer, told) in answers { #expect(total.note(answer, of: "a", at: now) == told) }
    }

    @Test func aRoundTakesNoLongerThanOneTopicMayAndTheNextBeginsWithWhatIsLeft() {
        var total = PartitionTotal(topics: ["a", "b", "c", "d"])
        var clock = now
        /// Counts what is due; each topic uses all the time that it has, up to `wish`.
        func count(eachTaking wish: Duration) -> [String] {
            let began = clock
            var asked: [String] = []
            var round = CountRound(total.due(at: clock), until: clock + .seconds(5))
            while let (topic, timeout) = round.next(at: clock) {
                clock += min(wish, timeout)
                _ = total.note(.failure(.broker(.timedOut)), of: topic, at: clock)
                asked.append(topic)
            }
            #expect(clock - began <= .seconds(5))
            return asked
        }
        #expect(count(eachTaking: .seconds(5)) == ["a"])
        #expect(count(eachTaking: .seconds(2)) == ["b", "c", "d"])
        #expect(count(eachTaking: .seconds(5)) == ["a"])
        #expect(count(eachTaking: .seconds(1)) == ["b", "c", "d"], "what has just been asked isn't due")
        clock += .seconds(1)
        #expect(count(eachTaking: .zero) == ["a", "b", "c", "d"])
        #expect(count(eachTaking: .zero) == [])
    }
}
