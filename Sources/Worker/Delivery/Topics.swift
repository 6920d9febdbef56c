import Kafka
import PaymentJobs
import Pipeline

/// Which topic a message goes to.
struct Topics: Sendable {
    private let events: [EventStream: String]
    private let deadLetters: [String: String]

    init(_ configuration: WorkerConfiguration) {
        events = configuration.eventTopics
        deadLetters = Dictionary(
            uniqueKeysWithValues: configuration.inbound.map { ($0.topic, $0.deadLetterTopic) })
    }

    /// Every topic that an answer may go to.
    var all: Set<String> {
        Set(EventStream.allCases.map { topic(of: .events($0), origin: "") }).union(deadLetters.values)
    }

    /// The topic of a finished record's answer; one without an answer goes where its dead letter would.
    func topic(of completion: Completion) -> String {
        switch completion.ending {
        case .answered(let message): topic(of: message.destination, origin: completion.origin.topic)
        case .abandoned: topic(of: .deadLetters, origin: completion.origin.topic)
        }
    }

    func topic(of letter: Letter) -> String {
        topic(of: letter.message.destination, origin: letter.origin.topic)
    }

    private func topic(of destination: OutboundMessage.Destination, origin: String) -> String {
        switch destination {
        case .events(let stream): events[stream] ?? "cobrador.events.\(stream.rawValue)"
        case .deadLetters: deadLetters[origin] ?? origin + ".dead-letters"
        }
    }

    @Sendable func record(of letter: Letter) -> ProducerRecord {
        ProducerRecord(
            topic: topic(of: letter), key: letter.message.key, value: letter.message.value,
            headers: letter.message.headers.map { RecordHeader($0.name, $0.value) })
    }
}
