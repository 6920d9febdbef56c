import PaymentJobs

extension Dispatch {
    /// How far a message is, with `why` an account's jobs don't start now; nil where it isn't here.
    func stage(of ticket: Ticket, why: (_ account: Int) -> JobStage.Obstacle) -> JobStage? {
        guard let (work, phase, need) = schedule.place(of: ticket) else { return nil }
        let memory = memories[ticket]
        let job = memory?.submission?.job
        let step: JobStage.Step =
            switch phase {
            case nil: .queued
            case .ready: ready(need, why)
            case .read: .ready
            case .running: .running
            case .waiting(let instant): waiting(work, until: instant, need, memory, why)
            case .parked:
                job.flatMap { joins.leader(of: JobIdentity($0)) }.map(JobStage.Step.joined) ?? .ready
            }
        return JobStage(
            jobID: job?.id ?? joins.job(ledBy: ticket), attempts: memory?.progress.attempts ?? 0, step: step,
            lastError: memory?.lastFault?.description)
    }

    private func ready(
        _ need: Schedule.Need, _ why: (_ account: Int) -> JobStage.Obstacle
    ) -> JobStage.Step {
        guard case .place(let account) = need else { return .ready }
        return switch schedule.obstacle(of: account) {
        case nil: .ready
        case .full: .account(.limit)
        case .until: .account(why(account))
        }
    }

    private func waiting(
        _ work: Work, until instant: Instant, _ need: Schedule.Need, _ memory: JobMemory?,
        _ why: (_ account: Int) -> JobStage.Obstacle
    ) -> JobStage.Step {
        if case .place(let account) = need, memory?.waitsForAccount ?? false { return .account(why(account)) }
        return work.history == .maybeAttempted(lookFrom: instant)
            ? .delayed(until: instant) : .waiting(until: instant)
    }
}
