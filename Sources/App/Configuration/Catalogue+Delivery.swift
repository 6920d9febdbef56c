import Worker

/// How answers become durable, and what is assumed of earlier owners of a partition.
extension Catalogue {
    static let deliveryMode = Setting.choice(
        "delivery.mode", default: DeliveryMode.idempotent.rawValue, of: DeliveryMode.allCases.map(\.rawValue),
        "idempotent: an answer may be repeated, with its id; atomic: answers and positions in one Kafka "
            + "transaction. Never both in one group.")
    static let transactionalID = Setting.optionalText(
        "delivery.transactional-id", "text, or empty",
        "What brokers fence this worker's earlier transactions by; no other worker's. Empty: of the group and "
            + "kafka.consumer.group-instance-id, or unique where that is empty.")
    static let transactionTimeout = Setting.duration(
        "delivery.transaction-timeout", default: "8s", in: .seconds(1) ... .seconds(900),
        "How long a transaction may take; shorter than the session timeout.")
    static let newGroup = Setting.flag(
        "worker.new-group", default: "false",
        "No job of the group was ever attempted, so that the backlog isn't looked up at the gateway first; "
            + "refused where the group has committed.")
    static let stallLimit = Setting.duration(
        "worker.stall-limit", default: "5m", in: .seconds(1) ... .seconds(86_400),
        "How long one job may hold up its partition before it is named in log and readiness.")
    static let indexLag = Setting.duration(
        "gateway.index-lag", default: "10s", in: .zero ... .seconds(600),
        "How far the gateway's search may be behind what it did.")

    static let delivery = [
        deliveryMode.entry, transactionalID.entry, transactionTimeout.entry, newGroup.entry, stallLimit.entry,
    ]
}
