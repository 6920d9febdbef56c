import ExactJSON
import Kafka

/// What is wrong with the embedded broker at the moment.
actor BrokerFaults {
    private static let broker: Int32 = 1

    private let broker: EmbeddedBroker
    private let names: Set<String>
    private var isUp = true
    private var latencyMilliseconds: Int64 = 0
    private var topics: [String: KafkaErrorCode] = [:]

    /// - Parameters:
    ///   - broker: A cluster of one broker.
    ///   - topics: Its topics.
    init(_ broker: EmbeddedBroker, topics: Set<String>) {
        self.broker = broker
        names = topics
    }

    /// Applies all faults of a request body in order, or none.
    func order(_ body: [UInt8]) throws {
        for order in try FaultOrder.parse(body, topics: names) { try apply(order) }
    }

    /// Makes everything right again: no fault is left, and the broker is up.
    func clear() async throws(KafkaError) {
        try apply(.broker(isUp: true))
        try apply(.latency(milliseconds: 0))
        for topic in topics.keys { try apply(.topic(topic, nil)) }
        try await broker.takeBackAnswers(broker: Self.broker)
    }

    private func apply(_ order: FaultOrder) throws(KafkaError) {
        switch order {
        case .answers(let request, let answer, let count):
            let answers = Array(repeating: answer, count: count)
            try broker.apply(.answers(answers, request, broker: Self.broker))
        case .latency(let milliseconds):
            try broker.apply(.latency(.milliseconds(milliseconds), broker: Self.broker))
            latencyMilliseconds = milliseconds
        case .broker(let isUp):
            try broker.apply(isUp ? .up(broker: Self.broker) : .down(broker: Self.broker))
            self.isUp = isUp
        case .topic(let name, let code):
            try broker.apply(.topic(name, code))
            topics[name] = code
        }
    }

    /// What is wrong now; `pending` counts the answers that no request has met yet.
    func describe() throws(KafkaError) -> JSON {
        var pending: JSONObject = [:]
        for request in EmbeddedBroker.Request.allCases {
            let count = try broker.pendingAnswers(request, broker: Self.broker)
            if count > 0 { pending[request.controlName] = JSON(count) }
        }
        var failing: JSONObject = [:]
        for (name, code) in topics.sorted(by: { $0.key < $1.key }) {
            failing[name] = .string(code.protocolName ?? code.description)
        }
        return [
            "broker": isUp ? "up" : "down", "latency_ms": JSON(latencyMilliseconds),
            "pending": .object(pending), "topics": .object(failing),
        ]
    }
}
