import CLibrdkafka
import Synchronization

extension ConsumerLoop {
    /// Librdkafka waits for an (un)assign call after this, and we take the time we need for it.
    func rebalance(_ event: OpaquePointer) {
        let partitions =
            rd_kafka_event_topic_partition_list(event).map {
                PartitionList.elements($0).map(\.topicPartition)
            } ?? []
        isUnanswered = true
        guard stage == .open else { return rebalanceWhileClosing() }
        switch rd_kafka_event_error(event) {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            assigning(partitions)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            revoking(partitions, isLost: rd_kafka_assignment_lost(client.pointer) != 0)
        default:
            outbox.put(.warning(EventError.describe(event)))
            revoking(tenures.held, isLost: true)
        }
    }

    private func rebalanceWhileClosing() {
        guard stage == .ending else { return }
        offsetsLane.add { [client] isClosed in
            // In an ending group every assign call means unassign, whatever the protocol
            // (2.0.2 `rd_kafka_cgrp_handle_assign_op`).
            if !isClosed { rd_kafka_assign(client.pointer, nil) }
        }
    }

    private func assigning(_ partitions: [TopicPartition]) {
        let epoch = tenures.assigned(partitions)
        guard !partitions.isEmpty else {
            outbox.put(.assigning(Assignment(epoch: epoch, partitions: [])))
            return assign([:])
        }
        wantedEpoch.store(epoch.rawValue, ordering: .releasing)
        let offsets = CommittedOffsets(client: client)
        offsetsLane.add { [self] isClosed in
            guard !isClosed else { return }
            let result = offsets.read(partitions, lane: offsetsLane) {
                wantedEpoch.load(ordering: .acquiring) == epoch.rawValue
            }
            // Refused only when closing has begun; then nobody asks.
            _ = mailbox.post(.offsetsRead(epoch, result))
        }
    }

    func offer(_ epoch: AssignmentEpoch, _ result: Result<[AssignedPartition], KafkaError>) {
        guard tenures.isReading(epoch) else { return }
        switch result {
        case .failure(let error): outbox.put(.failed(error))
        case .success(let offsets):
            guard let partitions = tenures.offered(epoch) else { return }
            let offered =
                offsets
                .filter { partitions.contains($0.topicPartition) }
                .sorted { $0.topicPartition < $1.topicPartition }
            outbox.put(.assigning(Assignment(epoch: epoch, partitions: offered)))
        }
    }

    func start(_ epoch: AssignmentEpoch, _ offsets: [TopicPartition: StartOffset]) -> Bool {
        guard let partitions = tenures.started(epoch) else { return false }
        var starts: [TopicPartition: StartOffset] = [:]
        for (partition, offset) in offsets where partitions.contains(partition) {
            // Negative numbers are commands to librdkafka: -1 would silently mean the end of the log.
            if case .offset(let number) = offset, number < 0 {
                let error = KafkaError.offsetUnavailable(reason: "start offset \(number) is negative")
                outbox.put(.partitionFailed(partition, epoch, error))
                continue
            }
            guard
                let reader = PartitionReader(client, partition, epoch: epoch, wakeUp: mailbox.wakeUp)
            else {
                outbox.put(.failed(.noResources("queue of \(partition)")))
                return true
            }
            readers[partition] = reader
            demand.add(partition)
            starts[partition] = offset
        }
        assign(starts)
        return true
    }

    private func revoking(_ partitions: [TopicPartition], isLost: Bool) {
        for partition in partitions { stopReading(partition) }
        if isLost {
            for part in tenures.lost(partitions) {
                withdraw(part.partitions, of: part.epoch)
                outbox.put(.lost(part.epoch, part.partitions))
            }
            unassign(partitions)
        } else {
            let asked = tenures.revoked(partitions)
            for part in asked { outbox.put(.revoking(part.epoch, part.partitions)) }
            if asked.isEmpty { unassign(partitions) }
        }
        let wanted = AssignmentEpoch(rawValue: wantedEpoch.load(ordering: .acquiring))
        if !tenures.isReading(wanted) { wantedEpoch.store(0, ordering: .releasing) }
    }

    func release(_ epoch: AssignmentEpoch) -> Bool {
        switch tenures.released(epoch) {
        case .stale: return false
        case .partial(let gone): withdraw(gone, of: epoch)
        case .complete(let gone, let all):
            withdraw(gone, of: epoch)
            unassign(all)
        }
        return true
    }

    private func stopReading(_ partition: TopicPartition) {
        readers[partition] = nil
        demand.remove(partition)
    }

    private func withdraw(_ partitions: [TopicPartition], of epoch: AssignmentEpoch) {
        demand.refund(outbox.withdraw(Set(partitions), of: epoch))
    }

    private func assign(_ starts: [TopicPartition: StartOffset]) {
        isUnanswered = false
        guard let list = PartitionList(capacity: starts.count) else {
            return outbox.put(.failed(.noResources("partition list")))
        }
        for (partition, start) in starts { list.add(partition, start: start) }
        let code: KafkaErrorCode
        if isCooperative {
            code = KafkaErrorCode(consuming: rd_kafka_incremental_assign(client.pointer, list.pointer))
            assigned.formUnion(starts.keys)
        } else {
            code = KafkaErrorCode(rd_kafka_assign(client.pointer, list.pointer))
            assigned = Set(starts.keys)
        }
        if code.isError { outbox.put(.failed(EventError.describe(code, reason: "assign"))) }
    }

    /// The eager protocol always gives everything up.
    func unassign(_ partitions: [TopicPartition]) {
        isUnanswered = false
        let code: KafkaErrorCode
        if isCooperative {
            let leaving = assigned.intersection(partitions)
            assigned.subtract(leaving)
            guard let list = PartitionList(leaving) else { return }
            code = KafkaErrorCode(consuming: rd_kafka_incremental_unassign(client.pointer, list.pointer))
        } else {
            assigned = []
            code = KafkaErrorCode(rd_kafka_assign(client.pointer, nil))
        }
        if code.isError, code != .fatal, stage == .open {
            outbox.put(.failed(EventError.describe(code, reason: "unassign")))
        }
    }
}

extension KafkaErrorCode {
    /// Takes the code out of an error object and frees it; none means success.
    init(consuming error: OpaquePointer?) {
        guard let error else {
            self.init(rawValue: 0)
            return
        }
        self.init(rd_kafka_error_code(error))
        rd_kafka_error_destroy(error)
    }
}
