import App
import ArgumentParser
import Foundation
import Sandbox

/// `cobrador demo`: everything in one process.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Shows the whole thing in some seconds: broker, sandbox, worker, jobs, events.",
        discussion: """
            Starts an embedded broker, a sandboxed Mercado Pago and the worker in this \
            process; puts a realistic mix of jobs on the topics, with faults armed; reads \
            the events and dead letters, and compares them with the sandbox's ledger. Exits \
            with 70 where they disagree.

              cobrador demo
              cobrador demo --jobs 5000 --concurrency 128
              cobrador demo --keep     (leaves it running, for kcat and curl)
            """)

    @Option(help: "How many jobs.")
    var jobs = 300

    @Option(help: "Jobs that talk to the gateway at once at most.")
    var concurrency = 32

    @Option(help: ArgumentHelp("How long the sandbox takes for each call.", valueName: "duration"))
    var latency = DurationArgument(.milliseconds(50))

    @Flag(help: "Leave everything running until ^C.")
    var keep = false

    @Option(help: ArgumentHelp("What the worker logs, to standard error.", valueName: "level"))
    var logLevel = "error"

    mutating func validate() throws {
        guard (Demo.jobsMin...100_000).contains(jobs) else {
            throw ValidationError(
                "--jobs must be \(Demo.jobsMin) to 100000: there is one of each kind at least.")
        }
        guard (1...1024).contains(concurrency) else {
            throw ValidationError("--concurrency must be 1 to 1024.")
        }
        guard LogSetup.isLevel(logLevel) else {
            throw ValidationError(
                "--log-level must be one of trace, debug, info, notice, warning, error, critical.")
        }
    }

    func run() async throws {
        var demo = Demo(terminal: Terminals.output)
        demo.jobs = jobs
        demo.concurrency = concurrency
        demo.latency = latency.duration
        demo.keep = keep
        demo.logLevel = logLevel
        let status = try await demo.run()
        if status != .done { throw ExitCode(status.rawValue) }
    }
}
