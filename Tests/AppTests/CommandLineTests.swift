import ArgumentParser
import ExactJSON
import PaymentJobs
import Sandbox
import Testing

@testable import App
@testable import cobrador

@Suite("The command line")
struct CommandLineTests {
    @Test(
        "what can't be understood ends with 64, and says what is wrong",
        arguments: [
            (["fly"], "fly"),
            (["--speed"], "--speed"),
            (["run", "--speed"], "--speed"),
            (["run", "now"], "now"),
            (["run", "--set", "worker.window"], "worker.window"),
            (["run", "--set", "=5"], "=5"),
            (["run", "--set", "log.level=info", "--log-level", "debug"], "log.level is given twice"),
            (["run", "--new-group", "-s", "worker.new-group=true"], "worker.new-group is given twice"),
            (["check", "--new-group", "-s", "worker.new-group=no"], "worker.new-group is given twice"),
            (["demo", "--jobs", "3"], "--jobs must be"),
            (["demo", "--jobs", "many"], "many"),
            (["demo", "--concurrency", "0"], "--concurrency must be"),
            (["demo", "--latency", "50"], "50"),
            (["demo", "--log-level", "loud"], "--log-level must be"),
            (["sandbox", "--port", "70000"], "--port must be"),
            (["sandbox", "--site", "MLX"], "MLX"),
            (["broker", "--topic", "a b"], "a b"),
            (["broker", "--topic", "a:0"], "a:0"),
            (["broker", "--topic", "a:x"], "a:x"),
            (["broker", "--topic", "a:1", "--topic", "a:2"], "given twice"),
            (["broker", "--partitions", "0"], "--partitions must be"),
            (["broker", "--control-file", "x"], "--control-file needs --control"),
            (["enqueue"], "Give a job's options"),
            (["enqueue", "refund", "--job-id", "a"], "refund"),
            (["enqueue", "--job-id", "a", "--file", "x"], "not both"),
            (["enqueue", "--job-id", "a", "--skip-invalid"], "--skip-invalid needs --file"),
            (["enqueue", "--job-id", "a", "--installments", "two"], "two"),
            (["check", "--timeout", "5"], "5"),
            (["check", "--timeout", "1h"], "--timeout must be"),
            (["customers", "search"], "--email"),
            (["customers", "search", "--email", "ana"], "--email must be"),
            (["customers", "search", "--email", "a@b c"], "--email must be"),
            (["customers", "search", "--email", "a@b.c", "--account", "a b"], "--account must be"),
            (["cards", "list"], "--customer-id"),
            (["cards", "list", "--customer-id", "a/b"], "--customer-id must be"),
        ])
    func refused(_ arguments: [String], _ text: String) throws {
        let error = #expect(throws: (any Error).self) { try CobradorCommand.parseAsRoot(arguments) }
        let found = try #require(error)
        #expect(CobradorCommand.exitCode(for: found).rawValue == ExitStatus.usage.rawValue)
        #expect(CobradorCommand.fullMessage(for: found).contains(text))
    }

    @Test(
        "help and version end with 0",
        arguments: [
            ["--help"], ["--version"], ["run", "--help"], ["demo", "-h"], ["check", "--help"],
            ["customers", "search", "--help"], ["cards", "list", "-h"],
        ])
    func help(_ arguments: [String]) throws {
        let error = #expect(throws: (any Error).self) {
            var command = try CobradorCommand.parseAsRoot(arguments)
            try command.run()
        }
        let found = try #require(error)
        #expect(CobradorCommand.exitCode(for: found).rawValue == 0)
        #expect(!CobradorCommand.fullMessage(for: found).isEmpty)
    }

    @Test("run's help lists every setting")
    func settings() {
        let help = RunCommand.helpMessage(columns: 80)
        for entry in Catalogue.all + Catalogue.anyAccount { #expect(help.contains("\n  \(entry.key)")) }
    }

    @Test("examples and lists in help fit 80 columns: the parser would break them anywhere")
    func width() {
        let commands: [any ParsableCommand.Type] = [
            CobradorCommand.self, RunCommand.self, EnqueueCommand.self, SandboxCommand.self,
            BrokerCommand.self,
            DemoCommand.self, CheckCommand.self, CustomersCommand.Search.self, CardsCommand.List.self,
            ConfigReferenceCommand.self,
        ]
        for command in commands {
            for line in command.configuration.discussion.split(separator: "\n") where line.hasPrefix("  ") {
                #expect(line.count <= 79, "\(line)")
            }
        }
    }

    @Test("options become settings, the shortcuts too")
    func sources() throws {
        let command = try CobradorCommand.parseAsRoot([
            "run", "-s", "account.rate=5", "--set", "kafka.raw.debug=a=b", "--bootstrap-servers", "k:1",
        ])
        let run = try #require(command as? RunCommand)
        #expect(
            run.options.sources.arguments == [
                "account.rate": "5", "kafka.raw.debug": "a=b", "kafka.bootstrap-servers": "k:1",
            ])
    }

    @Test("--new-group is the setting, for the worker and for a look before its start")
    func newGroup() throws {
        let run = try #require(try CobradorCommand.parseAsRoot(["run", "--new-group"]) as? RunCommand)
        #expect(run.options.sources.arguments == ["worker.new-group": "true"])
        let check = try #require(try CobradorCommand.parseAsRoot(["check", "--new-group"]) as? CheckCommand)
        #expect(check.options.sources.arguments == ["worker.new-group": "true"])
        let help = RunCommand.configuration.discussion
        for words in ["--new-group", "exit code 78", "delivery.mode", "must never mix", "/health/ready"] {
            #expect(help.contains(words), "\(words)")
        }
    }

    @Test("the commands that look take the same options as the worker, and their own")
    func looking() throws {
        let check = try #require(
            try CobradorCommand.parseAsRoot([
                "check", "--timeout", "2s", "--explain", "--json", "-s", "a.b=c",
            ])
                as? CheckCommand)
        #expect(check.timeout.duration == .seconds(2))
        #expect(check.explain && check.json)
        #expect(check.options.sources.arguments == ["a.b": "c"])
        let search = try #require(
            try CobradorCommand.parseAsRoot(["customers", "search", "--email", "a@b.example", "--json"])
                as? CustomersCommand.Search)
        #expect(search.email == "a@b.example")
        #expect(search.output.json && !search.output.showPersonalData)
        let list = try #require(
            try CobradorCommand.parseAsRoot(["cards", "list", "--customer-id", "1-a", "--show-personal-data"])
                as? CardsCommand.List)
        #expect(list.customerID == "1-a")
        #expect(list.output.showPersonalData)
    }

    @Test("a job's options reach the job")
    func job() throws {
        let command = try CobradorCommand.parseAsRoot([
            "enqueue", "register-card", "--job-id", "a", "--email", "a@example.com", "--token", "t",
            "--no-capture",
        ])
        let enqueue = try #require(command as? EnqueueCommand)
        #expect(enqueue.kind == .registerCard)
        #expect(
            enqueue.job.options.fields(of: .registerCard).names == ["job_id", "token", "capture", "customer"])
    }

    @Test("sandbox and broker take their options")
    func servers() throws {
        let sandbox = try #require(
            try CobradorCommand.parseAsRoot(["sandbox", "--port", "0", "--site", "mlb", "--latency", "5ms"])
                as? SandboxCommand)
        #expect(sandbox.site.site == .brazil)
        #expect(sandbox.latency.duration == .milliseconds(5))
        let broker = try #require(
            try CobradorCommand.parseAsRoot(["broker", "-t", "a:3", "-t", "b"]) as? BrokerCommand)
        #expect(broker.topic.map(\.name) == ["a", "b"])
        #expect(broker.topic.map(\.partitions) == [3, nil])
        #expect(!broker.control)
        let controlled = try #require(
            try CobradorCommand.parseAsRoot(["broker", "--control", "--control-file", "c"]) as? BrokerCommand)
        #expect(controlled.control)
        #expect(controlled.controlFile == "c")
        let help = BrokerCommand.helpMessage(columns: 80)
        for request in BrokerProcess.faultyRequests { #expect(help.contains(request)) }
        #expect(help.contains("curl $F -X DELETE"))
    }
}
