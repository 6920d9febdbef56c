import Kafka
import PaymentJobs

/// The log of a demo, shared by whoever sends and whoever reads.
actor DemoBook {
    private(set) var log = DemoLog()
    /// Answers to messages that the demo hasn't sent: those of somebody who talks to it.
    private var strangers: [DemoAnswer] = []

    func sent(_ ids: [String], at instant: ContinuousClock.Instant) {
        for id in ids { log.sent(id, at: instant) }
    }

    func received(_ records: [ConsumedRecord]) {
        let now = ContinuousClock.now
        for record in records {
            let headers = record.headers.map { MessageHeader(name: $0.name, value: $0.value) }
            let answer = DemoAnswer(
                topic: record.topic, key: record.key, headers: headers, value: record.value ?? [],
                receivedAt: now)
            guard let answer else { continue }
            if log.sentAt[answer.messageID] == nil { strangers.append(answer) } else { log.received(answer) }
        }
    }

    func takeStrangers() -> [DemoAnswer] {
        defer { strangers = [] }
        return strangers
    }
}
