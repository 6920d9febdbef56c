import App
import ArgumentParser
import Foundation

/// `cobrador run`: the worker.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the worker until SIGTERM or SIGINT.",
        discussion: """
            Settings come from the command line, COBRADOR_… variables, secret files and a \
            JSON file, in this order; the first that has one wins. A setting that nobody \
            knows, or that can't be right, stops the start, with all problems listed.

              cobrador run --config /etc/cobrador.jsonc
              COBRADOR_GATEWAY_ACCESS_TOKEN=… cobrador run --bootstrap-servers kafka:9092
              cobrador run -c cobrador.jsonc --set topics.register-card=off

            On SIGTERM or SIGINT no further job is begun, running ones are finished and \
            committed, and the exit code is 0; after worker.drain-deadline, or at a second \
            signal, it is 2. What was still running is then done by whoever gets the \
            partition next: no job is charged twice or lost.

            The first start. A group that has never committed begins with the oldest job on \
            every topic, and looks each one of that backlog up at the gateway before it does \
            it: an earlier worker may have. --new-group says that nothing was ever attempted, \
            so that nothing is looked up. Where the group has committed anything it is \
            refused, with exit code 78: give it to the first start of one worker only.

            Delivery. In idempotent mode an answer is acknowledged before its job's position \
            is committed, and may be repeated with the same ce_id. In atomic mode answers and \
            positions are one Kafka transaction, so that a read_committed reader sees each \
            answer once; it needs brokers with transactions, which cobrador broker hasn't. A \
            group must never mix the two kinds of commit: choose before its first start, give \
            all its workers the same delivery.mode, and take a new group for another one.

            Probes. With operations.listen, GET /health/live answers 200 while the worker's \
            loops run, and GET /health/ready 200 or 503, with what is wrong: not joined, \
            draining, a job that holds up its partition, a partition that stands still.

              cobrador run --new-group -s operations.listen=127.0.0.1:8086

            Settings, with their defaults. kafka.group-id is COBRADOR_KAFKA_GROUP_ID in the \
            environment, and a file kafka-group-id in the secrets directory.

            \(ConfigurationReference.listing)
            """)

    @OptionGroup var options: WorkerOptions

    func run() async throws {
        let configuration: AppConfiguration
        do {
            configuration = try await AppConfiguration.load(options.sources)
        } catch {
            throw CommandFailure(error)
        }
        let logs = LogSetup(configuration, terminal: Terminals.output)
        let status = try await WorkerProcess(configuration, logs: logs).run()
        if status != .done { throw ExitCode(status.rawValue) }
    }
}
