import Logging
import PaymentJobs

/// Runs messages: in order within a lane, side by side across lanes, within the limits of each account.
///
/// Each running job is a child task of ``run(delivering:)``; nothing outlives it.
public actor JobPipeline {
    /// Where a finished message goes; the job's slot stays taken until it returns.
    public typealias Delivery = @Sendable (Completion) async -> Void

    private let runner: JobRunner
    private let time: any Timekeeper
    private var schedule: Schedule
    private var memories: [Ticket: JobMemory] = [:]
    private var withdrawnTenures: Set<Int> = []
    private var alarm: ContinuousClock.Instant?
    private var isStopping = false
    private let bell = Bell()

    /// A pipeline for `accounts`.
    public init(
        accounts: [AccountName: any PaymentGateway], limits: [AccountName: RateLimit] = [:],
        concurrency: Int, policy: RetryPolicy = RetryPolicy(), decoder: JobDecoder = JobDecoder(),
        encoder: EventEncoder, time: any Timekeeper = SystemTime(), logger: Logger
    ) {
        var gated: [AccountName: JobRunner.Account] = [:]
        for (name, gateway) in accounts {
            let gate = AccountGate(limit: limits[name], time: time)
            gated[name] = JobRunner.Account(gateway: GatedGateway(base: gateway, gate: gate), gate: gate)
        }
        runner = JobRunner(
            accounts: gated, decoder: decoder, encoder: encoder, policy: policy, time: time, logger: logger)
        schedule = Schedule(concurrency: concurrency)
        self.time = time
    }

    /// Messages in the pipeline: queued, running and waiting for a retry.
    public var count: Int { schedule.count }

    /// Adds messages, those of one lane in their order.
    public func submit(_ works: [Work]) {
        for work in works { schedule.submit(work) }
        bell.ring()
    }

    /// Takes back every message of `tenure` that no call is being made for, and returns their tickets.
    ///
    /// A running one is delivered when its attempt ends: answered, or abandoned where it would be retried.
    public func withdraw(tenure: Int) -> [Ticket] {
        withdrawnTenures.insert(tenure)
        let tickets = schedule.withdraw(tenure: tenure)
        for ticket in tickets { memories[ticket] = nil }
        forgetTenureIfIdle(tenure)
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
                setAlarm(in: &group)
                await bell.wait()
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
                await deliver(Completion(ticket: turn.work.ticket, ending: ending, origin: turn.work.origin))
                next = await finished(turn.work)
            case .again(let pause):
                if await postponed(turn, for: pause) {
                    next = await takeOrRing()
                } else {
                    await deliver(
                        Completion(ticket: turn.work.ticket, ending: .abandoned, origin: turn.work.origin))
                    next = await finished(turn.work)
                }
            }
            guard let next else { return }
            turn = next
        }
    }

    private func finished(_ work: Work) -> Turn? {
        schedule.finish(work)
        forgetTenureIfIdle(work.ticket.tenure)
        return takeOrRing()
    }

    private func take() -> Turn? {
        guard !isStopping, let work = schedule.start() else { return nil }
        return Turn(work: work, memory: memories.removeValue(forKey: work.ticket) ?? JobMemory())
    }

    /// The next job of a slot.
    ///
    /// Where there is none, the run loop looks whether it has to end, or to set an
    /// alarm for a retry.
    private func takeOrRing() -> Turn? {
        let turn = take()
        if turn == nil || needsAlarm { bell.ring() }
        return turn
    }

    private func forgetTenureIfIdle(_ tenure: Int) {
        if !withdrawnTenures.isEmpty, !schedule.isRunning(tenure: tenure) { withdrawnTenures.remove(tenure) }
    }

    /// Lets the job wait; false where its tenure was withdrawn meanwhile.
    private func postponed(_ turn: Turn, for pause: Duration) -> Bool {
        guard !withdrawnTenures.contains(turn.work.ticket.tenure) else { return false }
        memories[turn.work.ticket] = turn.memory
        schedule.postpone(turn.work, until: time.now + pause)
        return true
    }

    private var needsAlarm: Bool {
        schedule.nextWake.map { next in alarm.map { next < $0 } ?? true } ?? false
    }

    private func setAlarm(in group: inout DiscardingTaskGroup) {
        guard needsAlarm, let next = schedule.nextWake else { return }
        alarm = next
        group.addTask {
            try? await self.time.sleep(until: next)
            await self.alarmRang(next)
        }
    }

    private func alarmRang(_ instant: ContinuousClock.Instant) {
        if alarm == instant { alarm = nil }
        bell.ring()
    }
}
