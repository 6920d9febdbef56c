import Kafka
import PaymentJobs
import Pipeline
import Sandbox
import Worker

/// What the demo does once everything runs.
struct DemoStage: Sendable {
    let demo: Demo
    let configuration: AppConfiguration
    let bootstrap: String
    let sandbox: SandboxControl
    let producer: Producer
    let book: DemoBook

    private var style: Style { demo.terminal.style }
    /// How often the screen looks whether anything is new.
    private static let glance = Duration.milliseconds(20)

    func run() async throws -> ExitStatus {
        show(header)
        let script = try await prepare()
        let total = script.messages.count
        var bar = ProgressBar(total: total, label: "  messages", terminal: demo.terminal) {
            demo.output.write($0)
        }
        try await send(script.warmUp)
        try await wait(&bar, note: "first join, 3 s")
        try await send(script.mix)
        try await wait(&bar, note: "")
        try await send(script.faulty)
        try await wait(&bar, note: "with faults armed")
        bar.finish()
        let untimed = Set((script.warmUp + script.faulty).map(\.id))
        let result = DemoResult(
            messages: script.messages, log: await book.log, ledger: try await sandbox.ledger(),
            gatewayCalls: try await sandbox.callCount(), concurrency: demo.concurrency, latency: demo.latency,
            untimed: untimed)
        let report = DemoReport(result, style: style)
        show([""] + report.lines)
        if demo.keep { try await stay() }
        return report.checks.problems.isEmpty ? .done : .software
    }

    private func show(_ lines: [String]) { demo.output.write(lines.joined(separator: "\n") + "\n") }

    private var header: [String] {
        [
            style.bold("Cobrador demo")
                + style.faint(": everything in this process, real sockets, no real money"),
            "",
            "  broker    \(bootstrap)" + style.faint("  \(Demo.partitions) partitions a topic"),
            "  gateway   \(sandbox.baseURL)" + style.faint("  sandbox, \(readable(demo.latency)) a call"),
            "  worker    \(demo.concurrency) calls at once"
                + style.faint("  group \(configuration.worker.groupID)"),
        ]
    }

    // MARK: Steps

    /// Seeds the sandbox, writes the script, and arms the faults.
    private func prepare() async throws -> DemoScript {
        let counts = DemoPart.counts(total: demo.jobs)
        var customers: [DemoPart: [SandboxCustomer]] = [:]
        for part in DemoPart.allCases where part.needsCustomer {
            customers[part] = try await sandbox.seed(customers: counts[part] ?? 0, holder: part.holder)
        }
        var otherCards: [String] = []
        let year = Int(Timestamp.text(SystemTime().wallTime).prefix(4)).map { $0 + 4 } ?? 2030
        for _ in 0..<(counts[.otherCard] ?? 0) {
            otherCards.append(try await sandbox.typedCardToken(publicKey: Demo.account.publicKey, year: year))
        }
        let script = DemoScript(
            counts,
            DemoScript.Supplies(
                customers: customers, newCardTokens: try await sandbox.cardTokens(counts[.newCustomer] ?? 1),
                otherCardTokens: otherCards))
        for message in script.faulty {
            guard let fault = message.part.fault else { continue }
            try await sandbox.arm(fault.kind, reference: message.jobID ?? "", retryAfter: fault.retryAfter)
        }
        return script
    }

    private func send(_ messages: [DemoMessage]) async throws {
        var topics: [JobKind: String] = [:]
        for inbound in configuration.worker.inbound { topics[inbound.kind] = inbound.topic }
        for start in stride(from: 0, to: messages.count, by: 200) {
            let part = messages[start..<min(start + 200, messages.count)]
            let records = part.map { message in
                ProducerRecord(
                    topic: topics[message.kind] ?? "", key: Array(message.key.utf8), value: message.value,
                    headers: JobHeaders.cloudEvent(
                        id: message.id, kind: message.kind, source: "/cobrador/demo"))
            }
            await book.sent(part.map(\.id), at: .now)
            for case .failure(let error) in await producer.send(records) {
                throw CommandFailure(.unavailable, "the embedded broker took no job: \(error)")
            }
        }
    }

    /// Returns when every message that was sent is answered.
    private func wait(_ bar: inout ProgressBar, note: String) async throws {
        var lastDone = -1
        var lastChange = ContinuousClock.now
        while true {
            let log = await book.log
            if log.answeredCount != lastDone {
                lastDone = log.answeredCount
                lastChange = .now
            }
            bar.update(log.answeredCount, note: log.isComplete ? "" : note, at: .now)
            if log.isComplete { return }
            if .now - lastChange > demo.patience {
                bar.finish()
                let open = log.sentAt.keys.filter { log.answers[$0] == nil }.sorted()
                throw CommandFailure(
                    .software,
                    "no answer for \(readable(demo.patience)) to: \(open.prefix(20).joined(separator: " "))")
            }
            try await Task.sleep(for: Self.glance)
        }
    }

    /// Tells how to talk to it, shows what comes, and waits for a signal.
    private func stay() async throws {
        let customer = try await sandbox.seed(customers: 1, holder: "APRO")[0]
        show([""] + guide(customer))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await Signals.first() }
            group.addTask {
                while true {
                    for answer in await book.takeStrangers() {
                        show(["  → \(answer.messageID): \(answer.summary)"])
                    }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func guide(_ customer: SandboxCustomer) -> [String] {
        let events = configuration.worker.eventTopics[.charges] ?? ""
        let letters = configuration.worker.inbound.first?.deadLetterTopic ?? ""
        return [
            style.bold("Still running")
                + style.faint(" (end it with ^C). Answers to what you send appear here."),
            "",
            "  export B=\(bootstrap) S=\(sandbox.baseURL)",
            "",
            style.faint("  # the newest event of each partition; dead letters with their headers"),
            "  kcat -b $B -C -t \(events) -o -1 -e -q",
            "  kcat -b $B -C -t \(letters) -o beginning -e -q -f '%h\\n'",
            style.faint("  # a charge of your own (a token pays once; the next line gives more)"),
            "  \(Program.name) enqueue --bootstrap-servers $B --job-id mine-1 --amount 12.50 \\",
            "    --customer-id \(customer.id) \\",
            "    --token \(customer.tokens.first ?? "")",
            "  curl -s $S/_sandbox/seed -d '{\"customers\": 1, \"tokens\": 3}'",
            style.faint("  # let the gateway fail once after it has charged; then see what it charged"),
            "  curl -s $S/_sandbox/faults -d '{\"kind\": \"5xx-after\", \"times\": 1}'",
            "  curl -s $S/_sandbox/payments",
        ]
    }
}
