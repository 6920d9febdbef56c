import Testing

@testable import Kafka

@Suite("The verdict on a transactional call's error")
struct TransactionVerdictTests {
    /// What librdkafka says besides the code.
    enum Flag: Sendable { case none, retriable, abortable, fatal }

    struct Row: Sendable, CustomStringConvertible {
        let call: TransactionCall
        let codes: [Int32]
        let flag: Flag
        let verdict: TransactionVerdict

        init(_ call: TransactionCall, _ codes: [Int32], _ flag: Flag, _ verdict: TransactionVerdict) {
            (self.call, self.codes, self.flag, self.verdict) = (call, codes, flag, verdict)
        }

        var description: String { "\(call) \(codes) \(flag)" }
    }

    /// The errors that brokers and librdkafka 2.0.2 give, with the flags it gives them.
    static let rows: [Row] = [
        Row(.initialize, [-185, 14, 15, 16, 51], .retriable, .retry),
        Row(.initialize, [50, 53, -165], .fatal, .fatal),
        Row(.initialize, [-144, 90], .fatal, .fenced),
        Row(.initialize, [-172], .none, .fatal),
        Row(.begin, [-172], .none, .fatal),
        Row(.begin, [-150], .fatal, .fatal),
        Row(.produce, [10, 48, 59, -1, -152, -192], .abortable, .abort),
        Row(.produce, [45], .fatal, .fatal),
        Row(.produce, [47, -144], .fatal, .fenced),
        Row(.produce, [-184, -190], .none, .abort),
        Row(.sendOffsets, [12, 22, 25, 27, 82, 30, -1], .abortable, .abort),
        Row(.sendOffsets, [14, 15, 16, 51, -172], .retriable, .retry),
        Row(.sendOffsets, [-185, -195, 7, -166], .retriable, .indefinite),
        Row(.sendOffsets, [-185, -195, 7, -166], .abortable, .indefinite),
        Row(.sendOffsets, [48, 53], .fatal, .fatal),
        Row(.sendOffsets, [-144, 47], .fatal, .fenced),
        Row(.sendOffsets, [-186], .none, .abort),
        Row(.commit, [-185, -195, 14, 15, 16, 51], .retriable, .retry),
        Row(.commit, [-1, -149, 29], .abortable, .abort),
        Row(.commit, [59, 49, -185, -195], .abortable, .indefinite),
        Row(.commit, [48, 53], .fatal, .fatal),
        Row(.commit, [90, 47, -144], .fatal, .fenced),
        Row(.commit, [-172], .none, .indefinite),
        Row(.abort, [-185, -195, 14, 15, 16, 51], .retriable, .retry),
        Row(.abort, [48], .fatal, .fatal),
        Row(.abort, [90, 47, -144], .fatal, .fenced),
        Row(.abort, [-1], .abortable, .indefinite),
        Row(.abort, [-172], .none, .indefinite),
    ]

    @Test("is that of the table", arguments: rows)
    func table(_ row: Row) {
        for code in row.codes {
            let error = TransactionError(
                code: KafkaErrorCode(rawValue: code), isRetriable: row.flag == .retriable,
                requiresAbort: row.flag == .abortable, isFatal: row.flag == .fatal)
            #expect(TransactionVerdict.decide(row.call, error) == row.verdict, "\(code)")
        }
    }

    /// Every call, every code a broker or librdkafka has, every combination of flags.
    @Test("is safe for every error there is", arguments: TransactionCall.allCases)
    func safety(_ call: TransactionCall) {
        for number in Int32(-200)...130 {
            let code = KafkaErrorCode(rawValue: number)
            for flags in 0..<8 {
                let error = TransactionError(
                    code: code, isRetriable: flags & 1 != 0, requiresAbort: flags & 2 != 0,
                    isFatal: flags & 4 != 0)
                let verdict = TransactionVerdict.decide(call, error)
                if error.isFatal { #expect([.fatal, .fenced].contains(verdict)) }
                if verdict == .retry { #expect(error.isRetriable && !error.isFatal) }
                if verdict == .fenced { #expect(code.isFencing) }
                if verdict == .abort { #expect([.produce, .sendOffsets, .commit].contains(call)) }
                // Never an abort, and so never a promise that nothing is visible, on librdkafka's silence.
                if call == .commit, verdict == .abort { #expect(error.requiresAbort && !code.isUnanswered) }
                if call == .sendOffsets, code.isUnanswered { #expect(verdict != .retry && verdict != .abort) }
            }
        }
    }

    @Test("ends retries so that nothing doubtful is called aborted")
    func exhausted() {
        let verdicts = TransactionCall.allCases.map { TransactionVerdict.exhausted($0) }
        #expect(verdicts == [.fatal, .fatal, .abort, .abort, .indefinite, .indefinite])
    }

    @Test("names the reason of an abort")
    func reasons() {
        func reason(
            _ call: TransactionCall, _ code: Int32, failed: TransactionReports.Failure? = nil
        ) -> AbortReason {
            AbortReason.of(call, KafkaErrorCode(rawValue: code), failed: failed)
        }
        for code in [Int32(22), 25, 27, 82] {
            #expect(reason(.sendOffsets, code) == .groupMoved(.init(rawValue: code)))
            #expect(reason(.commit, code) == .refused(.commit, .init(rawValue: code)))
        }
        #expect(reason(.sendOffsets, 12) == .metadataTooLarge)
        #expect(reason(.sendOffsets, 30) == .refused(.sendOffsets, .init(rawValue: 30)))
        let large = TransactionReports.Failure(index: 3, code: .messageTooLarge)
        #expect(reason(.produce, -149, failed: large) == .recordRefused(index: 3, .messageTooLarge))
        let late = TransactionReports.Failure(index: 3, code: .messageTimedOut)
        #expect(reason(.sendOffsets, -149, failed: late) == .refused(.produce, .messageTimedOut))
    }

    @Test("counts only the current transaction's reports, and names the record that failed by itself")
    func reports() throws {
        let reports = try TransactionReports()
        let earlier = reports.begin()
        let current = reports.begin()
        reports.settle(opaque: TransactionReports.opaque(earlier, index: 0), .messageTooLarge)
        reports.settle(opaque: TransactionReports.opaque(current, index: 0), .init(rawValue: 0))
        #expect(reports.summary == .init())
        reports.settle(opaque: TransactionReports.opaque(current, index: 4), .purgedFromQueue)
        #expect(reports.summary == .init(failed: nil, isIncomplete: true))
        reports.settle(opaque: TransactionReports.opaque(current, index: 7), .messageTooLarge)
        reports.settle(opaque: TransactionReports.opaque(current, index: 8), .messageTimedOut)
        #expect(reports.summary.failed == .init(index: 7, code: .messageTooLarge))
    }

    @Test("says which outcomes spend the producer and which may be visible")
    func outcomes() {
        func failure(_ mayBeCommitted: Bool) -> TransactionFailure {
            TransactionFailure(call: .commit, code: .timedOut, reason: "", mayBeCommitted: mayBeCommitted)
        }
        let outcomes: [(TransactionOutcome, isSpent: Bool, mayBeCommitted: Bool)] = [
            (.committed, false, true), (.aborted(.metadataTooLarge), false, false),
            (.refused(.closed), true, false), (.refused(.fatal(.timedOut, reason: "")), true, false),
            (.refused(.broker(.timedOut)), false, false), (.fenced(failure(true)), true, true),
            (.fatal(failure(false)), true, false), (.indefinite(failure(true)), true, true),
        ]
        for (outcome, isSpent, mayBeCommitted) in outcomes {
            #expect(outcome.mustReplaceProducer == isSpent, "\(outcome)")
            #expect(outcome.mayBeCommitted == mayBeCommitted, "\(outcome)")
        }
    }

    @Test("refuses settings that would let a stuck transaction outlive its member")
    func configuration() {
        var configuration = TransactionalProducerConfiguration(
            producer: ProducerConfiguration(kafka: KafkaConfiguration(bootstrapServers: ["localhost:1"])),
            transactionalID: "")
        configuration.transactionTimeout = .seconds(12)
        configuration.producer.kafka.raw = ["transaction.timeout.ms": "1", "transactional.id": "other"]
        let expected: Set = ["transactional.id", "transaction.timeout.ms"]
        let (settings, problems) = configuration.settings().resolved()
        #expect(Set(problems.map(\.name)) == expected)
        #expect(problems.count == 4)
        #expect(throws: KafkaError.self) {
            try TransactionalProducer(configuration, logger: Cluster.logger)
        }
        let values = Dictionary(settings.map { ($0.name, $0.value) }) { $1 }
        #expect(values["message.timeout.ms"] == "12000")
        #expect(values["socket.timeout.ms"] == "12000")
    }
}
