import Glibc
import Logging
import PaymentJobs
import Pipeline
import Worker

/// `cobrador run`: a worker that ends when it is signalled.
package struct WorkerProcess: Sendable {
    private let configuration: AppConfiguration
    private let logs: LogSetup
    private let tokenPause: Duration
    private let endAtOnce: @Sendable () -> Void

    /// A worker process.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - logs: Where it logs.
    ///   - tokenPause: The pause between two looks at the secret files of access tokens.
    ///   - endAtOnce: What a second signal does; tests survive it.
    package init(
        _ configuration: AppConfiguration, logs: LogSetup, tokenPause: Duration = .seconds(5),
        endAtOnce: @escaping @Sendable () -> Void = { _exit(ExitStatus.forced.rawValue) }
    ) {
        self.configuration = configuration
        self.logs = logs
        self.tokenPause = tokenPause
        self.endAtOnce = endAtOnce
    }

    /// Works until SIGTERM or SIGINT has come and running work is finished.
    package func run() async throws(CommandFailure) -> ExitStatus {
        try await run(obeying: await Signals.all())
    }

    /// Works until the first of `signals` has come and running work is finished.
    package func run<Source: AsyncSequence & Sendable>(
        obeying signals: Source
    ) async throws(CommandFailure) -> ExitStatus where Source.Failure == Never {
        let logger = logs.logger("cobrador")
        logger.notice("starting", metadata: startMetadata)
        for warning in configuration.warnings {
            logger.warning("\(warning.message)", metadata: ["setting": "\(warning.subject)"])
        }
        let desk = ReadinessDesk()
        guard let address = configuration.listen else {
            return try await work(desk, obeying: signals, logger)
        }
        return try await HealthPort(address: address, logs: logs).open(asking: desk) {
            do throws(CommandFailure) {
                return .success(try await work(desk, obeying: signals, logger))
            } catch {
                return .failure(error)
            }
        }
    }

    private func work<Source: AsyncSequence & Sendable>(
        _ desk: ReadinessDesk, obeying signals: Source, _ logger: Logger
    ) async throws(CommandFailure) -> ExitStatus where Source.Failure == Never {
        let composition = try await Composition(configuration, logs: logs)
        desk.answer(for: composition.worker)
        let result = await withTaskGroup(of: Result<WorkerEnding, WorkerError>?.self) { group in
            group.addTask {
                do throws(WorkerError) { return .success(try await composition.run()) } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                await obey(signals, composition.worker, logger)
                return nil
            }
            group.addTask {
                await composition.watchAccessTokens(every: tokenPause)
                return nil
            }
            var result: Result<WorkerEnding, WorkerError>?
            while result == nil, let next = await group.next() { result = next }
            group.cancelAll()
            return result ?? .success(.drained)
        }
        return try status(result, logger)
    }

    /// The first signal drains; the second leaves everything as it is, which costs look-ups and no charge.
    private func obey<Source: AsyncSequence>(
        _ signals: Source, _ worker: Worker, _ logger: Logger
    ) async where Source.Failure == Never {
        var isDraining = false
        for await signal in signals {
            if isDraining {
                logger.critical("ended at once by a second signal", metadata: ["signal": "\(signal)"])
                endAtOnce()
                return
            }
            isDraining = true
            logger.notice(
                "draining: no further job is begun",
                metadata: [
                    "signal": "\(signal)",
                    "deadline": "\(DurationText.text(configuration.worker.drainDeadline))",
                ])
            await worker.drain()
        }
    }

    private func status(
        _ result: Result<WorkerEnding, WorkerError>, _ logger: Logger
    ) throws(CommandFailure) -> ExitStatus {
        do {
            switch try result.get() {
            case .drained:
                logger.notice(
                    "ended: everything in flight was finished, and committed unless the group had gone on")
                return .done
            case .forced(let blocked):
                logger.critical(
                    "ended at the deadline with records still running; their next owner does them again",
                    metadata: ["kafka.records": "\(blocked.joined(separator: " "))"])
                return .forced
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    private var startMetadata: Logger.Metadata {
        let isJSON = if case .json = logs.format { true } else { false }
        let settings = configuration.summary
        var metadata: Logger.Metadata = [
            "version": "\(Program.version)",
            "accounts": "\(configuration.accounts.map(\.words).joined(separator: " "))",
        ]
        if isJSON {
            metadata["configuration"] = .dictionary(
                Dictionary(uniqueKeysWithValues: settings.map { ($0.key, .string($0.text)) }))
        } else {
            // People look for what they have set; the defaults are in the reference.
            for setting in settings where setting.source != nil { metadata[setting.key] = "\(setting.text)" }
        }
        return metadata
    }
}

extension CommandFailure {
    init(_ error: WorkerError) {
        switch error {
        case .consumerFailed(let error): self.init(error)
        case .transactionsFailed(let error): self.init(error)
        case .groupIsNotNew(let partition, let offset):
            self.init(
                .configuration,
                "the group isn't new: it has committed offset \(offset) of \(partition), so jobs may have been "
                    + "attempted; start without --new-group (worker.new-group)")
        case .producerFailed(let error):
            self.init(.software, "Kafka's producer can't go on: \(error); start the worker again")
        }
    }
}

extension AccountConfiguration {
    /// Its name, and its country where that is configured.
    fileprivate var words: String { "\(name)" + (rules.site.map { "(\($0.rawValue))" } ?? "") }
}

extension LogSetup {
    /// The log that a configuration asks for, on standard output.
    package init(_ configuration: AppConfiguration, terminal: Terminal) {
        let isText =
            configuration.logFormat == "text" || configuration.logFormat == "auto" && terminal.isTerminal
        self.init(
            level: configuration.logLevel,
            format: isText ? .text(isColoured: terminal.style.isColoured) : .json,
            sink: DescriptorSink.standardOutput)
    }

    /// Whether `text` names a level.
    package static func isLevel(_ text: String) -> Bool { levels.contains(text) }
}
