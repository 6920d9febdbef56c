import ExactJSON
import PaymentJobs

/// Compares what was asked for, what was answered, and what the sandbox's ledger says was charged.
struct DemoChecks: Sendable {
    /// Everything that doesn't agree; empty where all does.
    private(set) var problems: [String] = []
    let payments: Int
    let chargeCalls: Int

    init(messages: [DemoMessage], log: DemoLog, ledger: [LedgerPayment]) {
        payments = ledger.count
        chargeCalls = ledger.reduce(0) { $0 + $1.posts }
        for message in messages { check(message, log.answers[message.id] ?? []) }
        checkRepeats(messages, log)
        checkLedger(ledger, log)
    }

    private mutating func check(_ message: DemoMessage, _ answers: [DemoAnswer]) {
        guard let answer = answers.first else {
            problems.append("\(message.id) has no answer")
            return
        }
        if answers.count > 1 { problems.append("\(message.id) has \(answers.count) answers") }
        if !answer.matches(message.part.expected) {
            problems.append("\(message.id) (\(message.part)) ended as \(answer.summary)")
        }
    }

    /// Two messages of one job have one and the same answer.
    private mutating func checkRepeats(_ messages: [DemoMessage], _ log: DemoLog) {
        var answerIDs: [String: Set<String>] = [:]
        for message in messages {
            guard let jobID = message.jobID, let answer = log.answers[message.id]?.first,
                case .event = answer.content, let id = answer.answerID
            else { continue }
            answerIDs[jobID, default: []].insert(id)
        }
        for (job, ids) in answerIDs where ids.count > 1 {
            problems.append("\(job) has answers with \(ids.count) different ids")
        }
    }

    private mutating func checkLedger(_ ledger: [LedgerPayment], _ log: DemoLog) {
        var told: [Int64: (job: String, status: String)] = [:]
        for answer in log.answers.values.joined() {
            let fields = answer.fields
            guard case .event = answer.content, let id = fields["payment_id"]?.int64 else { continue }
            told[id] = (fields["job_id"]?.string ?? "?", fields["status"]?.string ?? "?")
        }
        var charged: [String: Int] = [:]
        for payment in ledger {
            charged[payment.jobID, default: 0] += 1
            guard let event = told.removeValue(forKey: payment.id) else {
                problems.append("payment \(payment.id) of \(payment.jobID) is in no event")
                continue
            }
            if event.job != payment.jobID || event.status != payment.status {
                problems.append(
                    "payment \(payment.id) is \(payment.status) for \(payment.jobID), "
                        + "and \(event.status) for \(event.job) in its event")
            }
        }
        for (job, count) in charged.sorted(by: { $0.key < $1.key }) where count > 1 {
            problems.append("\(job) was charged \(count) times")
        }
        for (id, event) in told { problems.append("payment \(id) of \(event.job) is in no ledger") }
    }
}
