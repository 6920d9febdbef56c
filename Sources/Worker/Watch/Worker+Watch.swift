import Kafka
import Logging
import PaymentJobs
import Pipeline

extension Worker {
    /// Whether the worker does what it is for; stalls are those of the last look, at most a second ago.
    public func readiness() async -> Readiness {
        let statuses = await pipeline.statuses()
        let now = time.now
        let names = statuses.keys.sorted { $0.description < $1.description }
        let accounts = names.compactMap { name in
            statuses[name].flatMap { Readiness.Account(name, $0, at: now) }
        }
        let stopped = tenures.all.compactMap { tenure in
            tenure.stop.map { Readiness.Stopped(partition: tenure.partition, reason: $0.description) }
        }
        return Readiness(
            isJoined: isJoined, isDraining: isDraining, stalls: stalls,
            stopped: stopped.sorted { $0.partition < $1.partition }, accounts: accounts)
    }

    /// Looks every second whether a job holds up its partition.
    ///
    /// It is named and never ended for that: what became of its money may not be known yet.
    func watching() async {
        var watch = StallWatch(limit: configuration.stallLimit)
        while !isStopped, (try? await time.sleep(until: time.now + .seconds(1))) != nil {
            let frontiers = tenures.all.compactMap { tenure in
                tenure.desk?.ledger.openOffsets.first.map {
                    StallWatch.Frontier(tenure: tenure.number, offset: $0)
                }
            }
            let (standing, moved) = watch.look(at: frontiers, now: time.now)
            for frontier in moved { report(moved: frontier) }
            var found: [Readiness.Stall] = []
            for standstill in standing {
                guard let stall = await stall(standstill) else { continue }
                found.append(stall)
                if standstill.isNews { report(stall) }
            }
            stalls = found
        }
    }

    private func stall(_ standstill: StallWatch.Standstill) async -> Readiness.Stall? {
        let frontier = standstill.frontier
        guard let partition = tenures[frontier.tenure]?.partition else { return nil }
        let stage = await pipeline.stage(of: Ticket(tenure: frontier.tenure, offset: frontier.offset))
        return Readiness.Stall(
            partition: partition, offset: frontier.offset, age: standstill.age, stage: stage)
    }

    private func report(_ stall: Readiness.Stall) {
        var metadata: Logger.Metadata = [
            "kafka.topic": "\(stall.partition.topic)", "kafka.partition": "\(stall.partition.partition)",
            "kafka.offset": "\(stall.offset)", "job.age": "\(stall.age)",
            "job.id": .string(stall.stage?.jobID?.description ?? "-"),
            "job.stage": .string(stall.stageName),
        ]
        if let stage = stall.stage {
            metadata["job.attempts"] = "\(stage.attempts)"
            if let error = stage.lastError { metadata["gateway.error"] = .string(error) }
        }
        logger.error("a job holds up its partition", metadata: metadata)
    }

    private func report(moved frontier: StallWatch.Frontier) {
        guard let partition = tenures[frontier.tenure]?.partition else { return }
        logger.notice(
            "a partition moves again",
            metadata: [
                "kafka.topic": "\(partition.topic)", "kafka.partition": "\(partition.partition)",
                "kafka.offset": "\(frontier.offset)",
            ])
    }
}

extension Readiness.Stall {
    /// How far the job is, in words.
    public var stageName: String {
        switch stage?.step {
        case .queued: "waits behind an earlier job of its key"
        case .ready: "waits for a free slot"
        case .account(let obstacle): "waits for its account: " + obstacle.rawValue
        case .running: "runs"
        case .waiting: "waits for its next attempt"
        case .joined: "waits for another copy of the same job"
        case .delayed: "waits until an earlier owner's calls show at the gateway"
        case nil: "its answer isn't written yet, or it may not start before a commit"
        }
    }
}

extension PartitionStop: CustomStringConvertible {
    /// For people, without secrets.
    var description: String {
        switch self {
        case .takeover(.outOfRange(let committed, let low, let end)):
            "the committed offset \(committed) isn't in the log, which has \(low) to \(end)"
        case .unreadable(let error): "the log can't be read: \(error)"
        }
    }
}
