import Operations
import Worker

/// How answers become durable, and what is assumed of earlier owners of a partition.
extension Catalogue {
    static let deliveryMode = Setting.choice(
        "delivery.mode", default: DeliveryMode.idempotent.rawValue, of: DeliveryMode.allCases.map(\.rawValue),
        "atomic: answers and positions in one transaction. One group never mixes the two.")
    static let transactionalID = Setting.optionalText(
        "delivery.transactional-id", "text, or empty",
        "This worker's name for transactions, and no other's; empty: of group and instance id.")
    static let transactionTimeout = Setting.duration(
        "delivery.transaction-timeout", default: "8s", in: .seconds(1) ... .seconds(900),
        "How long a transaction may take; shorter than the session timeout.")

    static let delivery = [deliveryMode.entry, transactionalID.entry, transactionTimeout.entry]

    static let newGroup = Setting.flag(
        "worker.new-group", default: "false",
        "First start: no job was ever attempted, none is looked up. Refused after a commit.")
    static let stallLimit = Setting.duration(
        "worker.stall-limit", default: "5m", in: .seconds(1) ... .seconds(86_400),
        "How long a job may hold up its partition before log and readiness name it.")
    static let indexLag = Setting.duration(
        "gateway.index-lag", default: "10s", in: .zero ... .seconds(600),
        "How far the gateway's search may be behind what it did.")

    /// Where probes are answered.
    static let operationsListen = Setting<ListenAddress?>.optional(
        "operations.listen", "host:port, or off", none: "off",
        "Where /health/live and /health/ready answer; port 0 is a free one, told in the log."
    ) { ListenAddress($0) }
}

extension ListenAddress {
    /// `host:port`, with an IPv6 address in brackets; nil for anything else.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = String(text[text.index(after: colon)...]).wholeNumber, (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard host.isVisible(maxLength: 255), !host.contains(where: { " /[]".contains($0) }) else {
            return nil
        }
        self.init(host: host, port: port)
    }
}
