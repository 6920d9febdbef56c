import CLibrdkafka

/// A member's identity in its group: what brokers fence its offsets by in a transaction (KIP-447).
///
/// It is a copy of one moment. Brokers refuse it once the group has moved on, so it is read when a batch
/// is sealed, not earlier; within ``ConsumerEvent/revoking(_:_:)`` it is that of the generation
/// that is ending, until ``Consumer/release(epoch:)``.
public final class ConsumerGroupMetadata: @unchecked Sendable {
    // Never changed after it was made, and read by librdkafka only, which copies it.
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) { self.pointer = pointer }

    /// Names a group without a membership, by which brokers fence nobody: for tools that aren't members,
    /// and for tests.
    ///
    /// - Parameter groupID: The group; it ends at its first NUL.
    public convenience init(groupID: String) {
        guard let pointer = rd_kafka_consumer_group_metadata_new(groupID) else {
            preconditionFailure("this allocates, and librdkafka aborts where it can't")
        }
        self.init(taking: pointer)
    }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }

    /// Whether it names a generation and a member.
    ///
    /// librdkafka resets either when the coordinator disowns the member. Brokers accept offsets that
    /// name neither from anybody, so they must never be sent on a member's behalf.
    var isMembership: Bool { bytes.map { Self.isMembership($0) } ?? false }

    /// What librdkafka writes of it: names, generation, and the instance's name where there is one.
    var bytes: [UInt8]? {
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        let error = rd_kafka_consumer_group_metadata_write(pointer, &buffer, &size)
        guard !KafkaErrorCode(consuming: error).isError, let buffer else { return nil }
        defer { rd_kafka_mem_free(nil, buffer) }
        return Array(UnsafeRawBufferPointer(start: buffer, count: size))
    }

    /// Reads the form of 2.0.2's `rd_kafka_consumer_group_metadata_write`: magic, generation in the host's
    /// order, group and member, each with a NUL.
    ///
    /// Any other form is another version's and is trusted, since the assignment is checked besides.
    static func isMembership(_ bytes: [UInt8]) -> Bool {
        let magic = Array("CGMDv2:".utf8)
        guard bytes.starts(with: magic) else { return true }
        let body = bytes.dropFirst(magic.count)
        guard body.count > 4 else { return false }
        let generation = body.prefix(4).withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
        let names = body.dropFirst(4).split(
            separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        return generation >= 0 && names.count == 3 && !names[1].isEmpty
    }
}
