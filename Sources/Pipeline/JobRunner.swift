import Logging
import PaymentJobs

/// Runs one message to its ending or to its next pause: decodes it, calls the gateway, writes the answer.
struct JobRunner: Sendable {
    /// How a run of a message ended.
    enum Step: Sendable {
        case done(Completion.Ending)
        case again(after: Duration)
    }

    let accounts: [AccountName: Account]
    let decoder: JobDecoder
    let encoder: EventEncoder
    let policy: RetryPolicy
    let looks: LookPolicy
    let tenures: OpenTenures
    let leases: Leases
    let time: any Timekeeper
    let logger: Logger

    struct Account: Sendable {
        var gateway: any PaymentGateway
        var gate: AccountGate
    }

    /// Runs `work` once.
    ///
    /// `memory` lives as long as the message is in the pipeline.
    func run(_ work: Work, memory: inout JobMemory) async -> Step {
        if memory.submission == nil {
            memory.startedAt = time.wallTime
            do {
                memory.submission = try decoder.decode(work.message)
                let wasDeadLetter = DeadLetterHeader.marks(work.message.headers)
                memory.progress = Progress(mayHaveMovedMoney: wasDeadLetter)
                memory.attempt.mayHaveBeenDone = wasDeadLetter
            } catch {
                return deadLetter(DeadLetter(error, headers: work.message.headers), work, memory)
            }
        }
        guard let submission = memory.submission else { preconditionFailure("decoded above") }
        guard let account = accounts[submission.job.account] else {
            return deadLetter(.unknownAccount(of: submission.job), work, memory)
        }
        memory.progress.began()
        let gateway = GatedGateway(
            base: account.gateway, gate: account.gate, tenure: work.ticket.tenure,
            expiresAt: submission.job.expiresAt, time: time, tenures: tenures, leases: leases)
        let attempt = Attempt(
            gateway: gateway, now: time.wallTime,
            submittedAt: work.message.submitted(before: memory.startedAt))
        do {
            let finding = try await attempt.run(submission.job, memory: &memory.attempt)
            return finish(finding, submission, work, memory)
        } catch {
            return await failed(error, submission, account, work, &memory)
        }
    }

    private func finish(
        _ finding: Finding<Answer>, _ submission: Submission, _ work: Work, _ memory: JobMemory
    ) -> Step {
        switch finding {
        case .answer(let answer, let requestID):
            return answered(answer, requestID, submission, work, memory)
        case .suspicious(let reason, let detail):
            let money: MoneyState = submission.job.kind.canMoveMoney ? .unknown : .notMoved
            let letter = DeadLetter(reason: reason, detail: detail, money: money, jobID: submission.job.id)
            return deadLetter(letter, work, memory)
        case .impossible(let detail):
            let money: MoneyState = memory.progress.isAmbiguous ? .unknown : .notMoved
            let letter = DeadLetter(
                reason: .invalid, detail: detail, money: money, jobID: submission.job.id)
            return deadLetter(letter, work, memory)
        case .lookAgain(let pause):
            return .again(after: pause)
        }
    }

    private func answered(
        _ answer: Answer, _ requestID: String?, _ submission: Submission, _ work: Work, _ memory: JobMemory
    ) -> Step {
        let message = encoder.message(
            for: answer, of: submission.job, key: work.message.key, provenance: submission.provenance,
            trail: trail(work, memory, requestID))
        log(message, work, memory)
        return .done(.answered(message))
    }

    private func failed(
        _ error: GatewayError, _ submission: Submission, _ account: Account, _ work: Work,
        _ memory: inout JobMemory
    ) async -> Step {
        // A call that this process broke off says nothing about the job: the next owner repeats it.
        if Task.isCancelled { return .done(.abandoned) }
        let now = time.now
        let verdict = memory.progress.verdict(
            on: error, kind: submission.job.kind, policy: policy, now: now, chance: .random(in: 0..<1))
        switch verdict {
        case .again(let pause, let hold):
            if let hold { await account.gate.hold(until: now + hold) }
            logRetry(error, after: pause, submission, work, memory)
            return .again(after: pause)
        case .end(.deadLetter(let reason, let money, let fault)):
            let letter = DeadLetter(
                reason: reason, detail: fault.description, money: money, jobID: submission.job.id)
            return deadLetter(letter, work, memory)
        case .end(.refused(let refusal)):
            return answered(
                .failed(refusal, submission.job), error.fault.requestID, submission, work, memory)
        }
    }

    private func deadLetter(_ letter: DeadLetter, _ work: Work, _ memory: JobMemory) -> Step {
        logger.warning(
            "dead letter",
            metadata: [
                "job.id": .string(letter.jobID?.description ?? "-"),
                "deadletter.reason": "\(letter.reason.rawValue)",
                "deadletter.money": "\(letter.money.rawValue)", "deadletter.detail": "\(letter.detail)",
                "kafka.topic": "\(work.origin.topic)", "kafka.partition": "\(work.origin.partition)",
                "kafka.offset": "\(work.origin.offset)",
            ])
        let message = letter.message(
            from: work.message, origin: work.origin, attempts: memory.progress.attempts, at: time.wallTime)
        return .done(.answered(message))
    }

    private func trail(_ work: Work, _ memory: JobMemory, _ requestID: String?) -> Trail {
        Trail(
            attempts: memory.progress.attempts, submittedAt: work.message.timestamp,
            startedAt: memory.startedAt,
            finishedAt: time.wallTime, requestID: requestID)
    }
}

/// What is remembered of a message while it is in the pipeline.
struct JobMemory: Sendable {
    var submission: Submission?
    var progress = Progress()
    var attempt = AttemptMemory()
    var startedAt: Int64 = 0
}

extension Answer {
    /// The answer to a job that the gateway refused.
    fileprivate static func failed(_ refusal: GatewayRefusal, _ job: Job) -> Answer {
        switch job {
        case .charge: .charge(.failed(refusal))
        case .register: .card(.failed(refusal))
        case .operation: .operation(.failed(refusal, payment: nil))
        }
    }
}

extension InboundMessage {
    /// When the job was first submitted, in milliseconds since 1970.
    ///
    /// Never after its first run began, whatever the producer's clock says. A record that was a dead letter has
    /// a timestamp of its own.
    fileprivate func submitted(before firstRun: Int64) -> Int64? {
        let original = DeadLetterHeader.originalTimestamp(in: headers)
        let written = DeadLetterHeader.marks(headers) ? original : timestamp
        return written.map { min($0, firstRun) }
    }
}

extension DeadLetter {
    /// A job that names an account that isn't configured.
    ///
    /// For a charge the money is unknown: an earlier configuration may have had the account.
    fileprivate static func unknownAccount(of job: Job) -> DeadLetter {
        DeadLetter(
            reason: .accountMisconfigured, detail: "no account of this name is configured",
            money: job.kind.canMoveMoney ? .unknown : .notMoved, jobID: job.id)
    }
}

extension JobRunner {
    private func log(_ message: OutboundMessage, _ work: Work, _ memory: JobMemory) {
        guard logger.logLevel <= .info else { return }
        logger.info(
            "answered",
            metadata: [
                "job.id": .string(memory.submission?.job.id.description ?? "-"),
                "event.type": .string(message.headers.text("ce_type") ?? "-"),
                "job.attempts": "\(memory.progress.attempts)", "kafka.topic": "\(work.origin.topic)",
                "kafka.partition": "\(work.origin.partition)", "kafka.offset": "\(work.origin.offset)",
            ])
    }

    private func logRetry(
        _ error: GatewayError, after pause: Duration, _ submission: Submission, _ work: Work,
        _ memory: JobMemory
    ) {
        let level: Logger.Level =
            switch error {
            case .misconfigured: .error
            case .notSent, .unleased, .throttled, .busy, .conflict, .ambiguous, .tokenUnusable, .refused,
                .lookRefused:
                .info
            }
        logger.log(
            level: level, "the gateway gave no answer; trying again",
            metadata: [
                "job.id": .string(submission.job.id.description), "job.account": "\(submission.job.account)",
                "job.attempts": "\(memory.progress.attempts)", "retry.pause": "\(pause)",
                "gateway.error": "\(error.fault)", "money.may.have.moved": "\(memory.progress.isAmbiguous)",
            ])
    }
}
