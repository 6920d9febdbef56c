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

            Settings, with their defaults. kafka.group-id is COBRADOR_KAFKA_GROUP_ID in the \
            environment, and a file kafka-group-id in the secrets directory.

            \(ConfigurationReference.listing)
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Short for --set worker.new-group=true: no job of the group was ever attempted.")
    var newGroup = false

    mutating func validate() throws {
        if newGroup, options.set.contains(where: { $0.key == "worker.new-group" }) {
            throw ValidationError("worker.new-group is given twice on the command line.")
        }
    }

    func run() async throws {
        let configuration: AppConfiguration
        do {
            var sources = options.sources
            if newGroup { sources.arguments["worker.new-group"] = "true" }
            configuration = try await AppConfiguration.load(sources)
        } catch {
            throw CommandFailure(error)
        }
        let logs = LogSetup(configuration, terminal: Terminals.output)
        let status = try await WorkerProcess(configuration, logs: logs).run()
        if status != .done { throw ExitCode(status.rawValue) }
    }
}
