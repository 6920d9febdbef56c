/// What a commit must fulfil before librdkafka sees it.
enum CommitCheck {
    static let metadataBytesMax = 32_767

    /// - Throws: ``KafkaError/invalidCommit(_:reason:)`` for the first position that can't be sent.
    static func validate(_ positions: [TopicPartitionOffset]) throws(KafkaError) {
        var seen: Set<TopicPartition> = []
        for position in positions {
            if let reason = problem(position) {
                throw .invalidCommit(position.topicPartition, reason: reason)
            }
            guard seen.insert(position.topicPartition).inserted else {
                throw .invalidCommit(position.topicPartition, reason: "is named twice")
            }
        }
    }

    private static func problem(_ position: TopicPartitionOffset) -> String? {
        guard position.offset >= 0 else { return "the offset is negative" }
        guard TopicName.isLegal(position.topicPartition.topic) else { return "the topic's name isn't legal" }
        guard position.topicPartition.partition >= 0 else { return "the partition is negative" }
        guard let bytes = position.metadata?.utf8 else { return nil }
        if bytes.count > metadataBytesMax { return "the metadata has more than \(metadataBytesMax) bytes" }
        if bytes.contains(0) { return "the metadata contains a NUL" }
        return nil
    }
}
