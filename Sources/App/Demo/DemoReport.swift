import ExactJSON
import PaymentJobs

/// What happened in a demo.
struct DemoResult: Sendable {
    var messages: [DemoMessage]
    var log: DemoLog
    var ledger: [LedgerPayment]
    var gatewayCalls: Int
    var concurrency: Int
    var latency: Duration
    /// Messages whose latency says nothing, because they waited for the start or for an armed fault.
    var untimed: Set<String>
}

/// The demo's result as lines of text.
struct DemoReport {
    let result: DemoResult
    let checks: DemoChecks
    let style: Style

    init(_ result: DemoResult, style: Style) {
        self.result = result
        self.style = style
        checks = DemoChecks(messages: result.messages, log: result.log, ledger: result.ledger)
    }

    var lines: [String] {
        outcomes + [""] + deadLetters + [""] + faults + [""] + promises + [""] + speed + [""] + oneEvent
    }

    // MARK: Parts

    private var outcomes: [String] {
        var details: [EventType: [String: Int]] = [:]
        var totals: [EventType: Int] = [:]
        for answer in firstAnswers {
            guard case .event(let type) = answer.content else { continue }
            totals[type, default: 0] += 1
            details[type, default: [:]][answer.detail, default: 0] += 1
        }
        var table = Table("event", ">jobs", "of which")
        for type in EventType.allCases {
            guard let total = totals[type], let counts = details[type] else { continue }
            let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            for (index, entry) in sorted.enumerated() {
                let count = sorted.count == 1 ? "" : "\(entry.value) "
                table.add(
                    index == 0 ? type.rawValue : "", index == 0 ? grouped(total) : "", count + entry.key)
            }
        }
        return [style.bold("Outcomes")] + table.lines(style: style)
    }

    /// The reason on one line and the words on the next, which are what a person reads.
    private var deadLetters: [String] {
        var lines = [style.bold("Dead letters") + style.faint(" (what a person must look at)")]
        for answer in firstAnswers {
            guard case .deadLetter(let reason, let money, let detail) = answer.content else { continue }
            let isSure = money == MoneyState.notMoved.rawValue
            lines.append(
                "  \(reason.padding(to: 21))  money \(isSure ? money : style.yellow(money))  \(answer.messageID)"
            )
            lines.append(style.faint("    " + detail.cut(to: 76)))
        }
        return lines
    }

    private var faults: [String] {
        var table = Table("the sandbox was told to", "job", ">attempts", "charged", "answer")
        for message in result.messages {
            guard let text = message.part.faultText, let answer = result.log.answers[message.id]?.first else {
                continue
            }
            let charges = result.ledger.count { $0.jobID == message.jobID }
            let attempts = answer.fields["attempts"]?.int64.map(String.init) ?? "?"
            table.add(text, message.id, attempts, charges == 1 ? "once" : "\(charges) times", answer.summary)
        }
        return [style.bold("Faults")] + table.lines(style: style)
    }

    private var promises: [String] {
        let sent = grouped(result.messages.count)
        let answered = grouped(result.log.answeredCount)
        var lines = [
            style.bold("Promises"),
            mark("answered") + "\(answered) of \(sent) messages answered",
            mark("charged")
                + "\(grouped(checks.payments)) payments in the sandbox's ledger, asked for \(grouped(checks.chargeCalls)) times",
            mark("once") + "no job charged twice; every payment is in exactly one job's event",
        ]
        if let repeated = result.messages.first(where: { $0.part == .sentTwice }) {
            lines.append(mark("repeated") + "\(repeated.id) was sent twice: same event id, one charge")
        }
        lines += checks.problems.map { style.red("  ✗ ") + $0 }
        return lines
    }

    private var speed: [String] {
        let timed = Percentiles(result.log.latencies(without: result.untimed))
        let count = result.messages.count - result.untimed.count
        let span = result.log.span(without: result.untimed)
        let rate = span.map { $0 > .zero ? Double(count) / ($0 / .seconds(1)) : 0 } ?? 0
        let calls = "\(grouped(result.gatewayCalls)) gateway calls of \(readable(result.latency))"
        let shares = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)].map { "\($0.0) \(readable(timed[$0.1]))" }
        return [
            style.bold("Speed"),
            "  throughput  \(decimal(rate, digits: 0)) jobs/s, \(result.concurrency) at once"
                + style.faint("  (\(calls))"),
            "  latency     \(shares.joined(separator: "   "))" + style.faint("  (sent → event read)"),
        ] + buildNote
    }

    private var buildNote: [String] {
        #if DEBUG
        [style.faint("  (of a debug build, which is slower than a release build)")]
        #else
        []
        #endif
    }

    private var oneEvent: [String] {
        let chosen = result.messages.first { $0.part == .failsAfterCharging } ?? result.messages.first
        guard let chosen, let answer = result.log.answers[chosen.id]?.first else { return [] }
        var lines = [style.bold("One event") + style.faint(" (\(answer.topic))")]
        lines.append(style.faint("  key: ") + String(decoding: answer.key ?? [], as: UTF8.self))
        for header in answer.headers {
            lines.append(
                style.faint("  \(header.name): ") + String(decoding: header.value ?? [], as: UTF8.self))
        }
        let text = JSON.object(answer.fields).pretty()
        return lines + text.split(separator: "\n").map { "  " + $0 }
    }

    private var firstAnswers: [DemoAnswer] {
        result.messages.compactMap { result.log.answers[$0.id]?.first }
    }

    private func mark(_ check: String) -> String {
        checks.problems.isEmpty ? style.green("  ✓ ") : style.yellow("  ? ")
    }
}

extension DemoAnswer {
    /// What tells answers of one type apart.
    fileprivate var detail: String {
        let fields = fields
        if let isKnown = fields["already_registered"]?.bool {
            return isKnown ? "saved before (already_registered)" : "newly saved"
        }
        if let error = fields["error"] {
            let codes = error["codes"]?.array?.compactMap(\.string).joined(separator: ", ") ?? ""
            return "code \(codes): \(error["message"]?.string ?? "")"
        }
        var detail = fields["status_detail"]?.string ?? ""
        if detail.hasPrefix("cc_rejected_") { detail = String(detail.dropFirst("cc_rejected_".count)) }
        return fields["advice"]?.string.map { "\(detail) → \($0)" } ?? detail
    }
}

extension DemoPart {
    /// What the sandbox was told to do to the job's first call.
    fileprivate var faultText: String? {
        switch self {
        case .failsAfterCharging: "charge, then answer 500"
        case .failsBeforeCharging: "answer 500, not charge"
        case .throttled: "answer 429, wait 1 s"
        default: nil
        }
    }
}

extension DemoLog {
    /// From the first message sent to the last answered.
    func span(without excluded: Set<String>) -> Duration? {
        let ids = sentAt.keys.filter { !excluded.contains($0) }
        guard let first = ids.compactMap({ sentAt[$0] }).min(),
            let last = ids.compactMap({ answers[$0]?.first?.receivedAt }).max()
        else { return nil }
        return last - first
    }
}
