import Logging
import PaymentJobs

@testable import Pipeline

/// A running pipeline with hand-turned clocks; everything ends with the body.
func withPipeline(
    gateway: ScriptedGateway, limit: RateLimit? = nil, concurrency: Int = 10,
    policy: RetryPolicy = RetryPolicy(attemptsMax: 3), leases: Leases = .unlimited,
    time: ManualTime = ManualTime(),
    _ body: (JobPipeline, Deliveries, ManualTime) async throws -> Void
) async rethrows {
    let pipeline = JobPipeline(
        accounts: [.standard: gateway], limits: limit.map { [.standard: $0] } ?? [:],
        concurrency: concurrency,
        policy: policy, leases: leases, encoder: EventEncoder(source: "/test"), time: time,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await pipeline.open(tenures: [1, 2])
    let deliveries = Deliveries()
    try await withThrowingTaskGroup { group in
        group.addTask { await pipeline.run { await deliveries.put($0) } }
        try await body(pipeline, deliveries, time)
        await pipeline.stop()
        group.cancelAll()
        try await group.waitForAll()
    }
}
