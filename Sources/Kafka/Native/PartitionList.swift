import CLibrdkafka
import Glibc

/// librdkafka's list of partitions, freed with this object.
final class PartitionList {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init?(capacity: Int) {
        guard let pointer = rd_kafka_topic_partition_list_new(Int32(capacity)) else { return nil }
        self.pointer = pointer
    }

    convenience init?(_ partitions: some Collection<TopicPartition>) {
        self.init(capacity: partitions.count)
        for partition in partitions { add(partition) }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    @discardableResult
    func add(_ partition: TopicPartition) -> UnsafeMutablePointer<rd_kafka_topic_partition_t>? {
        rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
    }

    func add(_ partition: TopicPartition, start: StartOffset) {
        guard let element = add(partition) else { return }
        element.pointee.offset =
            switch start {
            case .offset(let offset): offset
            case .earliest: Int64(RD_KAFKA_OFFSET_BEGINNING)
            }
    }

    /// The metadata is copied with malloc, because librdkafka frees it with the list.
    func add(_ position: TopicPartitionOffset) {
        guard let element = add(position.topicPartition) else { return }
        element.pointee.offset = position.offset
        guard let metadata = position.metadata, !metadata.isEmpty else { return }
        let bytes = Array(metadata.utf8)
        guard let copy = malloc(bytes.count) else { return }
        bytes.withUnsafeBytes {
            copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count)
        }
        element.pointee.metadata = copy
        element.pointee.metadata_size = bytes.count
    }

    var partitions: [TopicPartition] { elements.map(\.topicPartition) }

    var elements: UnsafeBufferPointer<rd_kafka_topic_partition_t> { PartitionList.elements(pointer) }

    static func elements(
        _ list: UnsafePointer<rd_kafka_topic_partition_list_t>
    ) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
    }
}

extension rd_kafka_topic_partition_t {
    var topicPartition: TopicPartition {
        TopicPartition(topic: String(cString: topic), partition: partition)
    }

    var metadataText: String? {
        guard let metadata, metadata_size > 0 else { return nil }
        return String(
            decoding: UnsafeRawBufferPointer(start: metadata, count: metadata_size), as: UTF8.self)
    }
}
