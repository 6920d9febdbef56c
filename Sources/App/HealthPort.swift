import Kafka
import Logging
import Operations
import PaymentJobs
import Pipeline
import Synchronization
import Worker

/// Knows the worker once there is one, for whoever asks how it is.
final class ReadinessDesk: Sendable {
    private let worker = Mutex<Worker?>(nil)

    func answer(for worker: Worker) { self.worker.withLock { $0 = worker } }

    /// How the worker is; before there is one, it hasn't joined its group.
    @Sendable func report() async -> ReadinessReport {
        guard let worker = worker.withLock({ $0 }) else { return ReadinessReport() }
        return ReadinessReport(await worker.readiness())
    }
}

/// The port for operators, open for as long as the process works.
struct HealthPort: Sendable {
    let address: ListenAddress
    let logs: LogSetup

    /// Opens the port, runs `body`, drains included, and closes it.
    ///
    /// - Throws: Where the address can't be listened on, before `body` begins; else what `body` throws.
    func open(
        asking desk: ReadinessDesk, _ body: @escaping @Sendable () async -> Result<ExitStatus, CommandFailure>
    ) async throws(CommandFailure) -> ExitStatus {
        let logger = logs.logger("operations")
        let (openings, opening) = AsyncThrowingStream.makeStream(of: ListenAddress.self)
        // The server calls it an error that it was told to end.
        var quiet = logger
        quiet.logLevel = .critical
        let server = OperationsServer(address: address, logger: quiet, readiness: desk.report) {
            opening.yield($0)
        }
        let result = await withTaskGroup(of: Result<ExitStatus, CommandFailure>?.self) { group in
            group.addTask {
                await serve(server, opening, logger)
                return nil
            }
            group.addTask {
                do {
                    for try await address in openings {
                        logger.notice("probes are answered", metadata: ["address": "\(address)"])
                        return await body()
                    }
                    return .failure(CommandFailure(.software, "the port for operators closed by itself"))
                } catch {
                    return .failure(unusable(error))
                }
            }
            var result: Result<ExitStatus, CommandFailure>?
            while result == nil, let next = await group.next() { result = next }
            group.cancelAll()
            return result ?? .success(.done)
        }
        return try result.get()
    }

    /// A port that closes later takes no payment with it: probes fail, and whoever asks restarts the process.
    private func serve(
        _ server: OperationsServer,
        _ opening: AsyncThrowingStream<ListenAddress, any Error>.Continuation, _ logger: Logger
    ) async {
        do {
            try await server.run()
            opening.finish()
        } catch {
            opening.finish(throwing: error)
        }
        if !Task.isCancelled { logger.error("no probe is answered: the port for operators is closed") }
    }

    private func unusable(_ error: any Error) -> CommandFailure {
        CommandFailure(
            .unavailable, "can't listen on \(address) (\(error)): give another with operations.listen, or off"
        )
    }
}

extension ReadinessReport {
    /// What operators may read of a worker's state.
    init(_ readiness: Readiness) {
        self.init(
            isJoined: readiness.isJoined, isDraining: readiness.isDraining,
            stalls: readiness.stalls.map { stall in
                Stall(
                    topic: stall.partition.topic, partition: stall.partition.partition, offset: stall.offset,
                    age: stall.age, jobID: stall.stage?.jobID?.description, stage: stall.stageName,
                    attempts: stall.stage?.attempts)
            },
            stoppedPartitions: readiness.stopped.map {
                StoppedPartition(
                    topic: $0.partition.topic, partition: $0.partition.partition, reason: $0.reason)
            },
            accounts: readiness.accounts.map {
                Account(name: $0.name.description, state: $0.state, age: $0.age, detail: $0.detail)
            })
    }
}
