import CLibrdkafka
import Synchronization

/// Records sent together, and the place where their delivery reports are collected.
///
/// A record's opaque pointer is the address of its slot, which knows its batch: two allocations for a
/// batch, none for a record. Each slot is written once, by the thread that has its record's fate; the
/// count of open slots orders those writes before ``finish()`` reads them.
final class SendBatch: @unchecked Sendable {
    struct Slot {
        let batch: Unmanaged<SendBatch>
        var result: Result<RecordMetadata, ProduceError>?
    }

    typealias Results = [Result<RecordMetadata, ProduceError>]

    let records: [ProducerRecord]
    /// When waiting for room in the queue ends.
    let deadline: ContinuousClock.Instant
    /// The first record that isn't queued yet.
    ///
    /// Guarded by the producer's lock.
    var nextIndex = 0
    private let slots: UnsafeMutableBufferPointer<Slot>
    private let open: Atomic<Int>
    private let continuation: CheckedContinuation<Results, Never>

    init(
        _ records: [ProducerRecord], deadline: ContinuousClock.Instant,
        _ continuation: CheckedContinuation<Results, Never>
    ) {
        self.records = records
        self.deadline = deadline
        self.continuation = continuation
        open = Atomic(records.count)
        slots = .allocate(capacity: records.count)
        slots.initialize(repeating: Slot(batch: Unmanaged.passUnretained(self), result: nil))
    }

    deinit {
        slots.deinitialize()
        slots.deallocate()
    }

    func opaque(_ index: Int) -> UnsafeMutableRawPointer? {
        slots.baseAddress.map { UnsafeMutableRawPointer($0 + index) }
    }

    /// Settles a record.
    ///
    /// - Returns: Whether it was the last one; then the caller must call ``finish()``.
    func settle(_ index: Int, _ result: Result<RecordMetadata, ProduceError>) -> Bool {
        slots[index].result = result
        return open.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
    }

    /// Settles the record that a delivery report is about.
    ///
    /// - Returns: The batch, if that was its last record.
    static func settle(
        opaque: UnsafeMutableRawPointer, _ result: Result<RecordMetadata, ProduceError>
    ) -> SendBatch? {
        let slot = opaque.assumingMemoryBound(to: Slot.self)
        // The producer keeps a batch until its last record is settled.
        let batch = slot.pointee.batch.takeUnretainedValue()
        slot.pointee.result = result
        let isLast = batch.open.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
        return isLast ? batch : nil
    }

    /// Answers the sender, in the order of the records.
    ///
    /// Call exactly once. A record without a fate (no report came before the end) is unknown, or never sent
    /// where it wasn't even queued.
    func finish() {
        let results = slots.indices.map { index in
            slots[index].result ?? .failure(index < nextIndex ? .unknown(.timedOut) : .closed)
        }
        continuation.resume(returning: results)
    }
}
