import Logging
import PaymentJobs

/// Runs one message to its ending or to its next pause: decodes it, calls the gateway, writes the answer.
struct JobRunner: Sendable {
    /// How a run of a message ended.
    enum Step: Sendable {
        /// With its ending, and what it tells copies of the job where it is an event.
        case done(Completion.Ending, JobResult?)
        case again(after: Duration)
    }

    let accounts: [AccountName: JobAccount]
    let decoder: JobDecoder
    let encoder: EventEncoder
    let policy: RetryPolicy
    let looks: LookPolicy
    let tenures: OpenTenures
    let leases: Leases
    let waits: CallWaits
    let time: any Timekeeper
    let logger: Logger

    /// Decodes `work` into `memory`; returns how it ends where it is no job.
    func read(_ work: Work, into memory: inout JobMemory) -> Step? {
        memory.startedAt = time.wallTime
        do {
            memory.submission = try decoder.decode(work.message)
            return nil
        } catch {
            var letter = DeadLetter(error, headers: work.message.headers)
            // What this configuration refuses, an earlier owner's may have taken.
            if work.history != .fresh, letter.reason != .undecodable { letter.money = .unknown }
            return deadLetter(letter, work, memory)
        }
    }

    /// Runs `work`, which has been decoded, once, with a place at its account's gate.
    ///
    /// `memory` lives as long as the message is in the pipeline. Without a `visit` only what needs no call can
    /// be run.
    func run(_ work: Work, memory: inout JobMemory, visit: inout AccountGate.Visit?) async -> Step {
        guard let submission = memory.submission else { preconditionFailure("decoded before") }
        if case .repeats(let result) = memory.part { return repeated(result, submission, work, memory) }
        guard let account = accounts[submission.job.account] else {
            return deadLetter(.unknownAccount(of: submission.job, memory.moneyState), work, memory)
        }
        guard let place = visit else { preconditionFailure("a job that calls has a place") }
        memory.progress.began()
        memory.waitsForAccount = false
        let open = OpenVisit(place)
        defer { visit = open.visit }
        let gateway = GatedGateway(
            account: account, visit: open, tenure: work.ticket.tenure, expiresAt: submission.job.expiresAt,
            time: time, tenures: tenures, leases: leases, waits: waits, patience: memory.patience)
        var attempt = Attempt(
            gateway: gateway, now: time.wallTime,
            submittedAt: work.submitted(before: memory.startedAt), looks: looks)
        attempt.rules = account.rules
        do {
            let finding = try await attempt.run(submission.job, memory: &memory.attempt)
            return finish(finding, submission, work, memory)
        } catch {
            if case .deferred = error, open.hasCalled { memory.deferrals += 1 }
            return failed(error, to: open.lastCall, submission, account, work, &memory)
        }
    }

    /// How a job ends whose account's credentials have been refused for too long, without a call.
    ///
    /// The dispatch lets those wait that may have moved money.
    func giveUp(_ work: Work, _ fault: GatewayFault, _ memory: JobMemory) -> Step {
        guard let job = memory.submission?.job else { preconditionFailure("decoded before") }
        guard accounts[job.account] != nil else {
            return deadLetter(.unknownAccount(of: job, memory.moneyState), work, memory)
        }
        let letter = DeadLetter(
            reason: .accountMisconfigured, detail: fault.description, money: memory.moneyState, jobID: job.id)
        return deadLetter(letter, work, memory)
    }

    /// Answers a copy of a job whose other copy has an answer.
    private func repeated(
        _ result: JobResult, _ submission: Submission, _ work: Work, _ memory: JobMemory
    ) -> Step {
        guard result.digest == submission.job.digest else {
            let letter = DeadLetter(
                reason: .conflict, detail: "this job id was answered a moment ago, for other content",
                money: memory.moneyState, jobID: submission.job.id)
            return deadLetter(letter, work, memory)
        }
        return answered(result.answer, result.requestID, submission, work, memory)
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
            let letter = DeadLetter(
                reason: .invalid, detail: detail, money: memory.moneyState, jobID: submission.job.id)
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
        let result = JobResult(answer: answer, requestID: requestID, digest: submission.job.digest)
        return .done(.answered(message), result)
    }

    private func failed(
        _ error: GatewayError, to call: CallKind?, _ submission: Submission, _ account: JobAccount,
        _ work: Work, _ memory: inout JobMemory
    ) -> Step {
        // A call that this process broke off says nothing about the job: the next owner repeats it.
        if Task.isCancelled { return .done(.abandoned, nil) }
        let verdict = memory.progress.verdict(
            on: error, to: call, kind: submission.job.kind, risk: memory.attempt.risk, policy: policy,
            answers: account.gate.answers, now: time.now, chance: .random(in: 0..<1))
        memory.note(error)
        switch verdict {
        case .again(let pause):
            logRetry(error, after: pause, submission, work, memory)
            return .again(after: pause)
        case .lookInto(let fault):
            memory.attempt.lookInto(.silence(fault))
            logRetry(error, after: looks.pause, submission, work, memory)
            return .again(after: looks.pause)
        case .lookAnew:
            memory.attempt.lookAnew()
            logRetry(error, after: looks.pause, submission, work, memory)
            return .again(after: looks.pause)
        case .end(.deadLetter(let reason, let money, let fault)):
            let letter = DeadLetter(
                reason: reason, detail: fault.description,
                money: memory.isRepeat ? memory.moneyState : money, jobID: submission.job.id)
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
        return .done(.answered(message), nil)
    }

    private func trail(_ work: Work, _ memory: JobMemory, _ requestID: String?) -> Trail {
        Trail(
            attempts: memory.progress.attempts, submittedAt: work.message.timestamp,
            startedAt: memory.startedAt,
            finishedAt: time.wallTime, requestID: requestID)
    }
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

extension Work {
    /// When the job was first submitted, in milliseconds since 1970; nil where that isn't known.
    ///
    /// Never after its first run began, whatever the producer's clock says: where that was elsewhere, a moment
    /// after this run's beginning says nothing. A record that was a dead letter has a timestamp of its own.
    fileprivate func submitted(before firstRun: Int64) -> Int64? {
        let wasDeadLetter = DeadLetterHeader.marks(message.headers)
        let original = DeadLetterHeader.originalTimestamp(in: message.headers)
        guard let written = wasDeadLetter ? original : message.timestamp else { return nil }
        if written <= firstRun { return written }
        return history == .fresh && !wasDeadLetter ? firstRun : nil
    }
}

extension DeadLetter {
    /// A job that names an account that isn't configured; an earlier configuration may have had it.
    fileprivate static func unknownAccount(of job: Job, _ money: MoneyState) -> DeadLetter {
        DeadLetter(
            reason: .accountMisconfigured, detail: "no account of this name is configured", money: money,
            jobID: job.id)
    }
}
