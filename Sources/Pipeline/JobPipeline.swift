import Logging
import PaymentJobs

/// Runs messages: in order within a lane, side by side across lanes, within the limits of each account.
///
/// Each running job is a child task of ``run(delivering:)``; nothing outlives it.
public actor JobPipeline: BellKeeper {
    /// Where a finished message goes; the job's slot stays taken until it returns.
    public typealias Delivery = @Sendable (Completion) async -> Void

    private let runner: JobRunner
    /// The clocks that the pipeline goes by.
    public let time: any Timekeeper
    private var schedule: Schedule
    private var memories: [Ticket: JobMemory] = [:]
    private let tenures = OpenTenures()
    private var isStopping = false
    /// Rung whenever the run loop has something to look at.
    public let bell = Bell()

    /// A pipeline for `accounts`, whose calls change something only while the `leases` of their tenures hold.
    public init(
        accounts: [AccountName: any PaymentGateway], limits: [AccountName: RateLimit] = [:],
        concurrency: Int, policy: RetryPolicy = RetryPolicy(), looks: LookPolicy = LookPolicy(),
        leases: Leases, decoder: JobDecoder = JobDecoder(), encoder: EventEncoder,
        time: any Timekeeper = SystemTime(), logger: Logger
    ) {
        var gated: [AccountName: JobRunner.Account] = [:]
        for (name, gateway) in accounts {
            let gate = AccountGate(limit: limits[name], time: time)
            gated[name] = JobRunner.Account(gateway: gateway, gate: gate)
        }
        runner = JobRunner(
            accounts: gated, decoder: decoder, encoder: encoder, policy: policy, looks: looks,
            tenures: tenures, leases: leases, time: time, logger: logger)
        schedule = Schedule(concurrency: concurrency)
        self.time = time
    }

    /// Messages in the pipeline: queued, running and waiting for a retry.
    public var count: Int { schedule.count }

    /// Lets messages of `tenures` in.
    public func open(tenures opened: [Int]) { tenures.open(opened, at: time.now) }

    /// How far the message of `ticket` is; nil where it isn't in the pipeline.
    ///
    /// Costs a look at each lane.
    public func stage(of ticket: Ticket) -> JobStage? {
        guard let step = schedule.step(of: ticket) else { return nil }
        let memory = memories[ticket]
        return JobStage(
            jobID: memory?.submission?.job.id, attempts: memory?.progress.attempts ?? 0, step: step,
            lastError: nil)
    }

    /// Adds messages, those of one lane in their order.
    ///
    /// - Returns: Those whose tenure isn't open any more; they are not taken.
    public func submit(_ works: [Work]) -> [Ticket] {
        var refused: [Ticket] = []
        for work in works {
            if tenures.contains(work.ticket.tenure) {
                schedule.submit(work)
            } else {
                refused.append(work.ticket)
            }
        }
        bell.ring()
        return refused
    }

    /// Closes `tenure`: takes back every message of it that no call is being made for, and returns their
    /// tickets.
    ///
    /// A running one is delivered when its attempt ends: answered, or abandoned where it would be retried, or
    /// where it waits at the account's gate.
    public func withdraw(tenure: Int) async -> [Ticket] {
        tenures.close(tenure)
        let tickets = schedule.withdraw(tenure: tenure)
        for ticket in tickets { memories[ticket] = nil }
        for account in runner.accounts.values { await account.gate.wake(tenure: tenure) }
        return tickets
    }

    /// Ends ``run(delivering:)`` when no job is running; queued messages are left.
    public func stop() {
        isStopping = true
        bell.ring()
    }

    /// Runs messages until ``stop()``.
    public func run(delivering deliver: @escaping Delivery) async {
        await withDiscardingTaskGroup { group in
            while true {
                schedule.wake(at: time.now)
                startReady(in: &group, deliver)
                if isStopping, schedule.running == 0 { break }
                await sleepUntilRung(or: schedule.nextWake)
            }
            group.cancelAll()
        }
    }

    private func startReady(in group: inout DiscardingTaskGroup, _ deliver: @escaping Delivery) {
        while let turn = take() {
            group.addTask { await self.drive(turn, deliver) }
        }
    }

    /// A job that has a slot, with what is remembered of it.
    private struct Turn {
        var work: Work
        var memory: JobMemory
    }

    /// Runs one job after another in one slot, until no job is ready.
    private nonisolated func drive(_ first: Turn, _ deliver: Delivery) async {
        var turn = first
        while true {
            let next: Turn?
            switch await runner.run(turn.work, memory: &turn.memory) {
            case .done(let ending):
                await deliver(Completion(turn.work, ending))
                next = await finished(turn.work)
            case .again(let pause):
                if await postponed(turn, for: pause) {
                    next = await takeOrRing()
                } else {
                    await deliver(Completion(turn.work, .abandoned))
                    next = await finished(turn.work)
                }
            }
            guard let next else { return }
            turn = next
        }
    }

    private func finished(_ work: Work) -> Turn? {
        schedule.finish(work)
        return takeOrRing()
    }

    private func take() -> Turn? {
        guard !isStopping, let work = schedule.start() else { return nil }
        return Turn(work: work, memory: memories.removeValue(forKey: work.ticket) ?? JobMemory())
    }

    /// The next job of a slot.
    ///
    /// Where there is none, the run loop looks whether it has to end.
    private func takeOrRing() -> Turn? {
        let turn = take()
        if turn == nil { bell.ring() }
        return turn
    }

    /// Lets the job wait; false where its tenure was withdrawn meanwhile.
    private func postponed(_ turn: Turn, for pause: Duration) -> Bool {
        guard tenures.contains(turn.work.ticket.tenure) else { return false }
        memories[turn.work.ticket] = turn.memory
        schedule.postpone(turn.work, until: time.now + pause)
        // The run loop's sleep may end too late for this one.
        bell.ring()
        return true
    }
}
