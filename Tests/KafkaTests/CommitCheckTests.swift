import Testing

@testable import Kafka

@Suite("What a commit must fulfil")
struct CommitCheckTests {
    private let epoch = AssignmentEpoch(rawValue: 1)

    private func reason(_ positions: TopicPartitionOffset...) -> String? {
        do throws(KafkaError) {
            try CommitCheck.validate(positions)
            return nil
        } catch {
            guard case .invalidCommit(_, let reason) = error else { return "\(error)" }
            return reason
        }
    }

    private func position(
        _ offset: Int64 = 0, _ metadata: String? = nil, partition number: Int32 = 0
    ) -> TopicPartitionOffset {
        .init(topicPartition: partition(number), offset: offset, metadata: metadata, epoch: epoch)
    }

    @Test("accepts offsets from zero on, and text up to the wire's limit")
    func accepts() {
        #expect(reason(position(), position(.max, "ä", partition: 1)) == nil)
        #expect(reason(position(1, String(repeating: "x", count: 32_767))) == nil)
        #expect(reason(position(1, "")) == nil)
    }

    @Test("refuses what librdkafka would mangle")
    func refuses() {
        #expect(reason(position(-1)) != nil)
        #expect(reason(position(1, "a\0b")) != nil)
        #expect(reason(position(1, String(repeating: "x", count: 32_768))) != nil)
        #expect(reason(position(1, String(repeating: "ä", count: 16_384))) != nil)
        #expect(reason(position(1, nil, partition: -1)) != nil)
        #expect(reason(position(1), position(2)) != nil)
    }
}
