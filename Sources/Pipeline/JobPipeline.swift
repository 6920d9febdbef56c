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
    private var dispatch: Dispatch
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
            let gate = FormerAccountGate(limit: limits[name], time: time)
            gated[name] = JobRunner.Account(gateway: gateway, gate: gate)
        }
        runner = JobRunner(
            accounts: gated, decoder: decoder, encoder: encoder, policy: policy, looks: looks,
            tenures: tenures, leases: leases, time: time, logger: logger)
        dispatch = Dispatch(concurrency: concurrency, tenures: tenures, looks: looks, at: time.now)
        self.time = time
    }

    /// Messages in the pipeline: queued, running and waiting.
    public var count: Int { dispatch.count }

    /// Lets messages of `tenures` in.
    public func open(tenures opened: [Int]) { tenures.open(opened, at: time.now) }

    /// How far the message of `ticket` is; nil where it isn't in the pipeline.
    ///
    /// Costs a look at each lane.
    public func stage(of ticket: Ticket) -> JobStage? { dispatch.stage(of: ticket) }

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
    public func withdraw(tenure: Int) async -> [Ticket] {
        let tickets = dispatch.withdraw(tenure: tenure, at: time.now)
        // Copies in other tenures may have waited for one of these.
        bell.ring()
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
                dispatch.wake(at: time.now)
                startReady(in: &group, deliver)
                if isStopping, dispatch.running == 0 { break }
                await sleepUntilRung(or: dispatch.nextWake)
            }
            group.cancelAll()
        }
    }

    private func startReady(in group: inout DiscardingTaskGroup, _ deliver: @escaping Delivery) {
        while let turn = take() {
            group.addTask { await self.drive(turn, deliver) }
        }
    }

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
        switch await runner.run(turn.work, memory: &turn.memory) {
        case .done(let ending, let result): return .done(ending, result)
        case .again(let pause): return await postponed(turn, for: pause) ? .waits : .done(.abandoned, nil)
        }
    }

    private func entered(_ turn: Turn, _ job: Job) -> Dispatch.Entrance {
        let entrance = dispatch.enter(turn, as: job, at: time.now)
        // The run loop's sleep may end too late for one that waits for its moment.
        if case .waits = entrance { bell.ring() }
        return entrance
    }

    /// Whether a message of `tenure`, which was withdrawn, left while a call of it had no answer; told once.
    ///
    /// The gateway may still be at it.
    public func takeDoubt(tenure: Int) -> Bool { dispatch.takeDoubt(tenure: tenure) }

    private func noteGivenBack(_ turn: Turn) { dispatch.noteGivenBack(turn.work.ticket, turn.memory) }

    private func finished(_ turn: Turn, _ result: JobResult?) -> Turn? {
        if dispatch.finish(turn, result, at: time.now) {
            // Copies that waited for this one may use other slots.
            bell.ring()
        }
        return takeOrRing()
    }

    private func take() -> Turn? { isStopping ? nil : dispatch.take() }

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
        guard dispatch.postpone(turn, until: time.now + pause) else { return false }
        // The run loop's sleep may end too late for this one.
        bell.ring()
        return true
    }
}
