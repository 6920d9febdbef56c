import Logging
import PaymentJobs

@testable import Pipeline

/// A running pipeline of one account with hand-turned clocks; everything ends with the body.
///
/// The account's limits are the pipeline's, unless they are adjusted.
func withPipeline(
    gateway: ScriptedGateway, limit: RateLimit? = nil, concurrency: Int = 10,
    policy: RetryPolicy = RetryPolicy(attemptsMax: 3, loneAttemptsMax: 3), leases: Leases = .unlimited,
    time: ManualTime = ManualTime(), adjust: (inout AccountLimits) -> Void = { _ in },
    _ body: (JobPipeline, Deliveries, ManualTime) async throws -> Void
) async rethrows {
    var limits = AccountLimits(rate: limit, concurrencyMax: concurrency)
    adjust(&limits)
    try await withPipeline(
        accounts: [.standard: PipelineAccount(gateway, limits: limits)], concurrency: concurrency,
        policy: policy, leases: leases, time: time, body)
}

/// A running pipeline of any accounts with hand-turned clocks; everything ends with the body.
func withPipeline(
    accounts: [AccountName: PipelineAccount], concurrency: Int = 10,
    policy: RetryPolicy = RetryPolicy(attemptsMax: 3, loneAttemptsMax: 3), leases: Leases = .unlimited,
    time: ManualTime = ManualTime(), window: Int = 1000, logger: Logger? = nil,
    _ body: (JobPipeline, Deliveries, ManualTime) async throws -> Void
) async rethrows {
    let pipeline = JobPipeline(
        accounts: accounts, concurrency: concurrency, policy: policy, leases: leases,
        encoder: EventEncoder(source: "/test"), time: time,
        logger: logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await pipeline.open(tenures: [1, 2], window: window)
    let deliveries = Deliveries()
    try await withThrowingTaskGroup { group in
        group.addTask { await pipeline.run { await deliveries.put($0) } }
        try await body(pipeline, deliveries, time)
        await pipeline.stop()
        group.cancelAll()
        try await group.waitForAll()
    }
}

extension JobPipeline {
    /// Returns when the message of `ticket` is at `step`.
    func until(_ ticket: Ticket, is step: JobStage.Step?) async {
        while stage(of: ticket)?.step != step { await Task.yield() }
    }
}

extension ManualTime {
    /// Moves on step by step until `count` messages have left the pipeline.
    func run(until count: Int, of deliveries: Deliveries, by step: Duration) async -> [Completion] {
        while await deliveries.all.count < count {
            advance(by: step)
            for _ in 0..<20 { await Task.yield() }
        }
        return await deliveries.all
    }
}

extension JobRunner {
    /// A runner for one account without a limit.
    init(
        alone gateway: any PaymentGateway, rules: AccountRules = AccountRules(), policy: RetryPolicy,
        time: ManualTime
    ) {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let tenures = OpenTenures()
        tenures.open([1], at: time.now)
        let account = JobAccount(alone: gateway, rules: rules, time: time, logger: logger)
        self.init(
            accounts: [.standard: account], decoder: JobDecoder(), encoder: EventEncoder(source: "/test"),
            policy: policy, looks: LookPolicy(), tenures: tenures, leases: .unlimited, waits: CallWaits(),
            time: PassingTime(time), logger: logger)
    }

    /// Runs `work` once, with a place at the gate of the one account; waits for the place on the hand-turned
    /// clock.
    func run(_ work: Work, memory: inout JobMemory, turning time: ManualTime) async -> Step {
        guard let gate = accounts[.standard]?.gate else { preconditionFailure("one account") }
        while true {
            switch gate.start(at: time.now, isCrowded: false) {
            case .go(let place):
                var visit: AccountGate.Visit? = place
                let step = await run(work, memory: &memory, visit: &visit)
                if let visit { gate.leave(visit, at: time.now) }
                return step
            case .wait(let moment), .giveUp(_, let moment): time.advance(by: moment - time.now)
            case .full: preconditionFailure("one job at a time")
            }
        }
    }
}

/// A clock that moves on to whatever moment somebody waits for: for one job alone.
private struct PassingTime: Timekeeper {
    private let time: ManualTime

    init(_ time: ManualTime) { self.time = time }

    var now: ContinuousClock.Instant { time.now }
    var wallTime: Int64 { time.wallTime }

    func sleep(until instant: ContinuousClock.Instant) async throws(CancellationError) {
        if instant > now { time.advance(by: instant - now) }
    }
}

extension JobAccount {
    /// An account without a limit on its calls.
    init(
        alone gateway: any PaymentGateway, rules: AccountRules = AccountRules(), time: ManualTime,
        logger: Logger
    ) {
        let gate = AccountGate(
            .standard, AccountLimits(concurrencyMax: 10), share: { _ in 1 }, at: time.now)
        self.init(name: .standard, gateway: gateway, rules: rules, gate: gate, logger: logger)
    }
}
