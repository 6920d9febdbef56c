import Logging
import PaymentJobs

/// Runs messages: in order within a lane, side by side across lanes, within the limits of each account.
///
/// Each running job is a child task of ``run(delivering:)``; nothing outlives it.
public actor JobPipeline: BellKeeper {
    /// Where a finished message goes; the job's slot stays taken until it returns.
    public typealias Delivery = @Sendable (Completion) async -> Void

    private let runner: JobRunner
    /// The accounts, by their numbers in the schedule.
    private let accounts: [JobAccount]
    /// The clocks that the pipeline goes by.
    public let time: any Timekeeper
    private var dispatch: Dispatch
    private let waits = CallWaits()
    private var isStopping = false
    /// What was started beside a slot's next job, for a slot of its own.
    private var spare: [Turn] = []
    /// Until when the run loop sleeps; nil where it is awake.
    private var sleep: Sleep?
    /// Rung whenever the run loop has something to look at.
    public let bell = Bell()

    private enum Sleep {
        case until(ContinuousClock.Instant)
        case untilRung
    }

    /// A pipeline for `accounts`, whose calls change something only while the `leases` of their tenures hold,
    /// and that use as much of the accounts' rates as the leases' share.
    ///
    /// At most `concurrency` jobs of all accounts together run at once.
    public init(
        accounts: [AccountName: PipelineAccount], concurrency: Int, policy: RetryPolicy = RetryPolicy(),
        looks: LookPolicy = LookPolicy(), leases: Leases, decoder: JobDecoder = JobDecoder(),
        encoder: EventEncoder, time: any Timekeeper = SystemTime(), logger: Logger
    ) {
        let now = time.now
        let tenures = OpenTenures()
        self.accounts = accounts.sorted { $0.key.description < $1.key.description }.map { name, account in
            let gate = AccountGate(
                name, account.limits, share: { leases.share(at: $0) }, losses: { leases.losses }, at: now)
            return JobAccount(
                name: name, gateway: account.gateway, rules: account.rules, gate: gate, logger: logger)
        }
        let byName = Dictionary(uniqueKeysWithValues: self.accounts.map { ($0.name, $0) })
        let numbers = Dictionary(
            uniqueKeysWithValues: self.accounts.enumerated().map { ($0.element.name, $0.offset) })
        runner = JobRunner(
            accounts: byName, decoder: decoder, encoder: encoder, policy: policy, looks: looks,
            tenures: tenures, leases: leases, waits: waits, time: time, logger: logger)
        dispatch = Dispatch(
            accounts: numbers, concurrency: concurrency, tenures: tenures, looks: looks, at: now)
        self.time = time
    }

    /// Messages in the pipeline: queued, running and waiting.
    public var count: Int { dispatch.count }

    /// Lets messages of `tenures` in, of each at most `window` at once.
    public func open(tenures opened: [Int], window: Int) {
        dispatch.open(opened, window: window, at: time.now)
    }

    /// What each account's limits do at present.
    public func statuses() -> [AccountName: AccountStatus] {
        let now = time.now
        return Dictionary(uniqueKeysWithValues: accounts.map { ($0.name, $0.gate.status(at: now)) })
    }

    /// The account's secret is another one: its jobs may try it at once.
    public func credentialsChanged(of name: AccountName) {
        guard let account = runner.accounts[name] else { return }
        account.credentials.renew()
        account.gate.credentialsChanged(at: time.now)
        dispatch.unblock(name)
        bell.ring()
    }

    /// How far the message of `ticket` is; nil where it isn't in the pipeline.
    ///
    /// Costs a look at each lane.
    public func stage(of ticket: Ticket) -> JobStage? {
        let now = time.now
        return dispatch.stage(of: ticket) { JobStage.Obstacle(accounts[$0].gate.status(at: now)) }
    }

    /// Adds messages, those of one lane in their order.
    ///
    /// - Returns: Those whose tenure isn't open any more; they are not taken.
    public func submit(_ works: [Work]) -> [Ticket] {
        defer { bell.ring() }
        return dispatch.submit(works)
    }

    /// Closes `tenure`: takes back every message of it that no call is being made for, and returns their
    /// tickets.
    ///
    /// A running one is delivered when its attempt ends: answered, or abandoned where it would be retried, or
    /// where it waits at the account's gate.
    public func withdraw(tenure: Int) -> [Ticket] {
        let tickets = dispatch.withdraw(tenure: tenure, at: time.now)
        // Copies in other tenures may have waited for one of these.
        bell.ring()
        waits.wake(tenure: tenure)
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
                sleep = nil
                dispatch.wake(at: time.now)
                startReady(in: &group, deliver)
                if isStopping, dispatch.isIdle { break }
                let wake = dispatch.nextWake
                sleep = wake.map(Sleep.until) ?? .untilRung
                await sleepUntilRung(or: wake)
            }
            group.cancelAll()
        }
    }

    private func startReady(in group: inout DiscardingTaskGroup, _ deliver: @escaping Delivery) {
        while let turn = spare.popLast() ?? take() {
            group.addTask { await self.drive(turn, deliver) }
        }
    }

    /// Whether a message of `tenure`, which was withdrawn, left while a call of it had no answer; told once.
    ///
    /// The gateway may still be at it.
    public func takeDoubt(tenure: Int) -> Bool { dispatch.takeDoubt(tenure: tenure) }
}

extension JobPipeline {
    /// How a message leaves its slot.
    private enum Exit: Sendable {
        case done(Completion.Ending, JobResult?)
        /// It waits, and is here.
        case waits
    }

    /// Runs one job after another in one slot, until no job is ready.
    private nonisolated func drive(_ first: Turn, _ deliver: Delivery) async {
        var turn = first
        while true {
            let next: Turn?
            switch await exit(&turn) {
            case .done(let ending, let result):
                if case .abandoned = ending { await noteGivenBack(turn) }
                await deliver(Completion(turn.work, ending))
                next = await finished(turn, result)
            case .waits: next = await takeOrRing()
            }
            guard let next else { return }
            turn = next
        }
    }

    private nonisolated func exit(_ turn: inout Turn) async -> Exit {
        if turn.memory.submission == nil {
            let step = runner.read(turn.work, into: &turn.memory)
            if case .done(let ending, let result) = step { return .done(ending, result) }
        }
        guard let job = turn.memory.submission?.job else { preconditionFailure("decoded above") }
        switch turn.memory.part {
        case .leads, .repeats: break
        case .none, .follows, .orphan:
            switch await entered(turn, job) {
            case .runs(let memory): turn.memory = memory
            case .waits: return .waits
            case .abandoned: return .done(.abandoned, nil)
            }
        }
        switch await step(&turn) {
        case .done(let ending, let result): return .done(ending, result)
        case .again(let pause): return await postponed(turn, for: pause) ? .waits : .done(.abandoned, nil)
        }
    }

    private nonisolated func step(_ turn: inout Turn) async -> JobRunner.Step {
        if case .givingUp(_, let fault, _) = turn.start, turn.memory.part.leads {
            turn.memory.isGivenUp =
                turn.memory.hasCertainlyDoneNothing && !turn.memory.attempt.registration.mayHaveAdded
            return runner.giveUp(turn.work, fault, turn.memory)
        }
        var visit = turn.start.visit
        let step = await runner.run(turn.work, memory: &turn.memory, visit: &visit)
        if let visit { turn.start.update(visit) }
        return step
    }

    private func entered(_ turn: Turn, _ job: Job) -> Dispatch.Entrance {
        let now = time.now
        let entrance = dispatch.enter(turn, as: job, at: now)
        if case .waits = entrance { leave(turn, at: now) }
        return entrance
    }

    private func noteGivenBack(_ turn: Turn) { dispatch.noteGivenBack(turn.work.ticket, turn.memory) }

    private func finished(_ turn: Turn, _ result: JobResult?) -> Turn? {
        let now = time.now
        leave(turn, at: now)
        if dispatch.finish(turn, result, at: now) {
            // Copies that waited for this one may use other slots.
            bell.ring()
        }
        return takeOrRing()
    }

    /// Lets the job wait; false where its tenure was withdrawn meanwhile.
    private func postponed(_ turn: Turn, for pause: Duration) -> Bool {
        let now = time.now
        guard dispatch.postpone(turn, until: now + pause) else { return false }
        leave(turn, at: now)
        return true
    }

    /// Gives the job's place at its account's gate back.
    private func leave(_ turn: Turn, at now: ContinuousClock.Instant) {
        if case .visiting(let account, let visit) = turn.start {
            accounts[account].gate.leave(visit, at: now)
        }
    }

    private func take() -> Turn? {
        if isStopping { return nil }
        let now = time.now
        return dispatch.take(at: now) { accounts[$0].gate.start(at: now, isCrowded: $1()) }
    }

    /// The next job of a slot.
    ///
    /// Where there is none, the run loop looks whether it has to end.
    private func takeOrRing() -> Turn? {
        guard let turn = take() else {
            bell.ring()
            return nil
        }
        // An account may have got more places than the one that has become free.
        if let more = take() { spare.append(more) }
        if !spare.isEmpty || sleepsTooLong { bell.ring() }
        return turn
    }

    /// Whether something is due before the run loop wakes.
    private var sleepsTooLong: Bool {
        guard let sleep, let due = dispatch.nextWake else { return false }
        return switch sleep {
        case .until(let moment): due < moment
        case .untilRung: true
        }
    }
}
