import ExactJSON
import Kafka

/// Why an order of faults can't be taken; the text goes back to whoever sent it.
struct FaultRefusal: Error, Hashable {
    let text: String

    init(_ text: String) { self.text = text }
}

/// One fault, as a control request describes it.
///
/// Everything has to be known and well-formed: a typing error must not pass for a fault that never strikes.
enum FaultOrder: Hashable, Sendable {
    /// So many coming requests of a kind get this answer.
    case answers(EmbeddedBroker.Request, BrokerFault.Answer, count: Int)
    /// Every answer is held back as long.
    case latency(milliseconds: Int64)
    /// The broker takes connections, or none.
    case broker(isUp: Bool)
    /// A topic answers with an error, or no longer.
    case topic(String, KafkaErrorCode?)

    /// As long as nobody waits: the answer is lost, the request was carried out.
    static let lost = Duration.seconds(24 * 3600)
    static let countMax = 1000
    private static let delayMillisecondsMax: Int64 = 3_600_000

    /// Reads the body of a request: an object, or an array of them.
    ///
    /// - Parameters:
    ///   - bytes: The body.
    ///   - topics: The topics there are.
    /// - Returns: The faults in order, at least one.
    /// - Throws: ``FaultRefusal`` for the first thing that is wrong.
    static func parse(_ bytes: [UInt8], topics: Set<String>) throws(FaultRefusal) -> [FaultOrder] {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw FaultRefusal("the body is \(error)")
        }
        guard let list = json.array else { return [try FaultOrder(json, topics)] }
        guard !list.isEmpty else { throw FaultRefusal("the array is empty") }
        var orders: [FaultOrder] = []
        for element in list { orders.append(try FaultOrder(element, topics)) }
        return orders
    }

    private init(_ json: JSON, _ topics: Set<String>) throws(FaultRefusal) {
        guard let body = json.object else { throw FaultRefusal("a fault must be a JSON object") }
        let fields = FaultFields(body)
        let kinds = ["request", "latency_ms", "broker", "topic"].filter { body[$0] != nil }
        guard kinds.count == 1 else {
            throw FaultRefusal("a fault has exactly one of request, latency_ms, broker and topic")
        }
        switch kinds[0] {
        case "request":
            try fields.check(known: ["request", "error", "delay_ms", "lost", "count"])
            self = try Self.answers(fields)
        case "latency_ms":
            try fields.check(known: ["latency_ms"])
            let delay = try fields.integer("latency_ms", 0...Self.delayMillisecondsMax)
            self = .latency(milliseconds: delay ?? 0)
        case "broker":
            try fields.check(known: ["broker"])
            switch try fields.string("broker") {
            case "up": self = .broker(isUp: true)
            case "down": self = .broker(isUp: false)
            default: throw FaultRefusal("broker must be up or down")
            }
        default:
            try fields.check(known: ["topic", "error"])
            let name = try fields.string("topic") ?? ""
            guard topics.contains(name) else { throw FaultRefusal("there is no topic \(name)") }
            guard let error = body["error"] else { throw FaultRefusal("topic needs error, or error null") }
            self = .topic(name, error.isNull ? nil : try fields.code("error"))
        }
    }

    private static func answers(_ fields: FaultFields) throws(FaultRefusal) -> FaultOrder {
        let name = try fields.string("request") ?? ""
        guard let request = EmbeddedBroker.Request.allCases.first(where: { $0.controlName == name }) else {
            let names = EmbeddedBroker.Request.allCases.map(\.controlName).sorted()
            throw FaultRefusal(
                name == "metadata"
                    ? "metadata can't be failed by itself; fail it for a topic: {\"topic\": …, \"error\": …}"
                    : "request must be one of \(names.joined(separator: ", "))")
        }
        let error = try fields.code("error", orTransport: true)
        let delay = try fields.integer("delay_ms", 1...delayMillisecondsMax)
        let isLost = try fields.bool("lost") ?? false
        let count = try fields.integer("count", 1...Int64(countMax)) ?? 1
        guard error != nil || delay != nil || isLost else {
            throw FaultRefusal("a fault of a request needs error, delay_ms or lost")
        }
        guard !isLost || (error == nil && delay == nil) else {
            throw FaultRefusal("lost goes with neither error nor delay_ms")
        }
        guard error != .transport || delay == nil else {
            throw FaultRefusal("a connection can't be closed later: TRANSPORT goes without delay_ms")
        }
        let held = isLost ? lost : .milliseconds(delay ?? 0)
        return .answers(request, .init(error: error, delay: held), count: Int(count))
    }
}

extension EmbeddedBroker.Request {
    /// The name in control requests.
    var controlName: String {
        switch self {
        case .produce: "produce"
        case .fetch: "fetch"
        case .listOffsets: "list-offsets"
        case .offsetCommit: "offset-commit"
        case .offsetFetch: "offset-fetch"
        case .findCoordinator: "find-coordinator"
        case .joinGroup: "join-group"
        case .heartbeat: "heartbeat"
        case .leaveGroup: "leave-group"
        case .syncGroup: "sync-group"
        case .initProducerID: "init-producer-id"
        case .addPartitionsToTransaction: "add-partitions-to-txn"
        case .addOffsetsToTransaction: "add-offsets-to-txn"
        case .endTransaction: "end-txn"
        case .transactionOffsetCommit: "txn-offset-commit"
        }
    }
}

/// The members of a fault.
private struct FaultFields {
    let body: JSONObject

    init(_ body: JSONObject) { self.body = body }

    func check(known: [String]) throws(FaultRefusal) {
        for name in body.names where !known.contains(name) {
            throw FaultRefusal("unknown name \(name); known here are \(known.joined(separator: ", "))")
        }
    }

    func string(_ name: String) throws(FaultRefusal) -> String? {
        guard let value = body[name] else { return nil }
        guard let text = value.string else { throw FaultRefusal("\(name) must be a string") }
        return text
    }

    func bool(_ name: String) throws(FaultRefusal) -> Bool? {
        guard let value = body[name] else { return nil }
        guard let flag = value.bool else { throw FaultRefusal("\(name) must be true or false") }
        return flag
    }

    func integer(_ name: String, _ range: ClosedRange<Int64>) throws(FaultRefusal) -> Int64? {
        guard let value = body[name] else { return nil }
        guard let number = value.int64, range.contains(number) else {
            throw FaultRefusal("\(name) must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func code(_ name: String, orTransport: Bool = false) throws(FaultRefusal) -> KafkaErrorCode? {
        guard let text = try string(name) else { return nil }
        if orTransport, text == "TRANSPORT" { return .transport }
        guard let code = KafkaErrorCode(protocolName: text) else {
            throw FaultRefusal(
                "\(name) must be an error as Kafka's protocol spells it, such as NOT_COORDINATOR"
                    + (orTransport ? ", or TRANSPORT for a closed connection" : ""))
        }
        return code
    }
}
