import ExactJSON
import PaymentJobs

/// An answer that was read from an events topic or a dead-letter topic.
struct DemoAnswer: Sendable {
    enum Content: Sendable, Hashable {
        case event(EventType)
        case deadLetter(reason: String, money: String, detail: String)
    }

    /// The id of the message that it answers.
    var messageID: String
    var content: Content
    var topic: String
    var key: [UInt8]?
    var headers: [MessageHeader]
    var value: [UInt8]
    var receivedAt: ContinuousClock.Instant

    /// Nil where the headers aren't those of an answer.
    init?(
        topic: String, key: [UInt8]?, headers: [MessageHeader], value: [UInt8],
        receivedAt: ContinuousClock.Instant
    ) {
        if let reason = headers.text(DeadLetterHeader.prefix + "reason") {
            guard let id = headers.text("ce_id") else { return nil }
            messageID = id
            content = .deadLetter(
                reason: reason, money: headers.text(DeadLetterHeader.prefix + "money") ?? "?",
                detail: headers.text(DeadLetterHeader.prefix + "detail") ?? "")
        } else {
            guard let id = headers.text("ce_causationid"),
                let type = headers.text("ce_type").flatMap(EventType.init(rawValue:))
            else { return nil }
            messageID = id
            content = .event(type)
        }
        self.topic = topic
        self.key = key
        self.headers = headers
        self.value = value
        self.receivedAt = receivedAt
    }

    var fields: JSONObject { (try? JSON(parsing: value))?.object ?? JSONObject() }

    /// The id that tells repeated answers of one job apart from answers of two.
    var answerID: String? { headers.text("ce_id") }

    /// Whether this is how a message of `part` has to be answered.
    func matches(_ expected: DemoPart.Expected) -> Bool {
        switch (content, expected) {
        case (.event(let type), .event(let expectedType, let detail)):
            type == expectedType && (detail == nil || fields["status_detail"]?.string == detail)
        case (.deadLetter(let reason, let money, _), .deadLetter(let expectedReason, let expectedMoney)):
            reason == expectedReason.rawValue && money == expectedMoney.rawValue
        case (.event, .deadLetter), (.deadLetter, .event): false
        }
    }

    /// What it came to, in words.
    var summary: String {
        switch content {
        case .event(let type): type.rawValue
        case .deadLetter(let reason, let money, _): "dead letter (\(reason), money \(money))"
        }
    }
}

/// Which messages were sent and which were answered, and when.
struct DemoLog: Sendable {
    private(set) var sentAt: [String: ContinuousClock.Instant] = [:]
    private(set) var answers: [String: [DemoAnswer]] = [:]
    private(set) var firstSent: ContinuousClock.Instant?
    private(set) var lastAnswered: ContinuousClock.Instant?

    var sentCount: Int { sentAt.count }
    var answeredCount: Int { answers.count }
    var isComplete: Bool { answeredCount == sentCount }

    mutating func sent(_ id: String, at instant: ContinuousClock.Instant) {
        sentAt[id] = instant
        firstSent = min(firstSent ?? instant, instant)
    }

    mutating func received(_ answer: DemoAnswer) {
        guard sentAt[answer.messageID] != nil else { return }
        answers[answer.messageID, default: []].append(answer)
        lastAnswered = max(lastAnswered ?? answer.receivedAt, answer.receivedAt)
    }

    /// From sending to the first answer, for each message that has one, but for those in `excluded`.
    func latencies(without excluded: Set<String> = []) -> [Duration] {
        sentAt.compactMap { id, instant in
            excluded.contains(id) ? nil : answers[id]?.first.map { $0.receivedAt - instant }
        }
    }
}
