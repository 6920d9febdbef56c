import Logging
import PaymentJobs

extension JobRunner {
    func log(_ message: OutboundMessage, _ work: Work, _ memory: JobMemory) {
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

    func logRetry(
        _ error: GatewayError, after pause: Duration, _ submission: Submission, _ work: Work,
        _ memory: JobMemory
    ) {
        let level: Logger.Level =
            switch error {
            // The account's log says once, and loudly, that its credentials are refused.
            case .misconfigured: .warning
            case .unleased, .deferred: .debug
            case .notSent, .throttled, .busy, .conflict, .ambiguous, .tokenUnusable, .refused, .lookRefused:
                .info
            }
        logger.log(
            level: level, "the job has no answer yet; trying again",
            metadata: [
                "job.id": .string(submission.job.id.description), "job.account": "\(submission.job.account)",
                "job.attempts": "\(memory.progress.attempts)", "retry.pause": "\(pause)",
                "gateway.error": "\(error.fault)", "money.may.have.moved": "\(memory.moneyState == .unknown)",
            ])
    }
}
