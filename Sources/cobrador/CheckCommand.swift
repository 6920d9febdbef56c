import App
import ArgumentParser

/// `cobrador check`: a look before a start.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Looks at configuration, brokers, topics and credentials; changes nothing.",
        discussion: """
            Takes the same options, variables and files as cobrador run. Everything is \
            looked at, whatever else is wrong; below each failure stands what to do. No \
            group is joined, no topic created, no job or payment made.

              cobrador check --config cobrador.jsonc
              cobrador check --explain     (every setting, and where it comes from)
              cobrador check --json | jq '.checks[] | select(.result == "failed")'

            Not tried, since it would take a job or leave a record: whether this user may \
            read the topics of jobs, and write to the others.

            Exit codes, the highest of those that apply: 0 a worker can start, 69 something \
            can't be reached or used, or answers what nobody expects, 77 credentials are \
            refused, 78 the configuration is wrong. Warnings (!) don't count; a gateway that \
            asks to wait (429) is one.
            """)

    @OptionGroup var options: WorkerOptions

    @Option(
        help: ArgumentHelp(
            "How long Kafka and the gateway may take for each answer; the worst case is several of them.",
            valueName: "duration"))
    var timeout = DurationArgument(.seconds(5))

    @Flag(help: "List every setting with its value and source; secrets are masked.")
    var explain = false

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func validate() throws {
        guard (Duration.milliseconds(100) ... .seconds(300)).contains(timeout.duration) else {
            throw ValidationError("--timeout must be 100ms to 5m.")
        }
    }

    func run() async throws {
        let report = await Check(sources: options.sources, timeout: timeout.duration).run()
        let text =
            json
            ? report.json(explains: explain)
            : report.text(style: Terminals.output.style, explains: explain)
        DescriptorSink.standardOutput.write(text)
        if report.status != .done { throw ExitCode(report.status.rawValue) }
    }
}
