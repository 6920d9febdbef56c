import Testing

@testable import App

@Suite("Mistakes in a configuration")
struct ConfigurationMistakeTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var problem: String
        var testDescription: String { "\(name)=\(text)" }
    }

    static let mistakes = [
        Mistake(
            name: "WORKER_WINDOW", text: "10k",
            problem: "worker.window: must be a whole number from 1 to 16384, not \"10k\" (environment)"),
        Mistake(
            name: "WORKER_WINDOW", text: "16385",
            problem: "worker.window: must be a whole number from 1 to 16384, not \"16385\" (environment)"),
        Mistake(
            name: "WORKER_WINDOW", text: "",
            problem: "worker.window: must be a whole number from 1 to 16384, not \"\" (environment)"),
        Mistake(
            name: "WORKER_WINDOW", text: "+5",
            problem: "worker.window: must be a whole number from 1 to 16384, not \"+5\" (environment)"),
        Mistake(
            name: "GATEWAY_CONNECTIONS", text: "+64",
            problem: "gateway.connections: must be a whole number from 1 to 4096, or empty, "
                + "not \"+64\" (environment)"),
        Mistake(
            name: "KAFKA_BOOTSTRAP_SERVERS", text: "kafka:+9092",
            problem: "kafka.bootstrap-servers: must be host:port, several separated by commas, "
                + "not \"kafka:+9092\" (environment)"),
        Mistake(
            name: "ACCOUNT_RATE", text: "0x10",
            problem:
                "account.rate: must be off, or calls a second from 0.01 to 10000, not \"0x10\" (environment)"),
        Mistake(
            name: "ACCOUNT_RATE", text: "+5",
            problem:
                "account.rate: must be off, or calls a second from 0.01 to 10000, not \"+5\" (environment)"),
        Mistake(
            name: "WORKER_DRAIN_DEADLINE", text: "45",
            problem: "worker.drain-deadline: must be a duration from 100ms to 1h, not \"45\" (environment)"),
        Mistake(
            name: "WORKER_DRAIN_DEADLINE", text: "2h",
            problem: "worker.drain-deadline: must be a duration from 100ms to 1h, not \"2h\" (environment)"),
        Mistake(
            name: "ACCOUNT_RATE", text: "fast",
            problem:
                "account.rate: must be off, or calls a second from 0.01 to 10000, not \"fast\" (environment)"),
        Mistake(
            name: "ACCOUNT_RATE", text: "nan",
            problem:
                "account.rate: must be off, or calls a second from 0.01 to 10000, not \"nan\" (environment)"),
        Mistake(
            name: "GATEWAY_PERMIT_PLAIN_HTTP", text: "1",
            problem: "gateway.permit-plain-http: must be true or false, not \"1\" (environment)"),
        Mistake(
            name: "KAFKA_BOOTSTRAP_SERVERS", text: "kafka",
            problem: "kafka.bootstrap-servers: must be host:port, several separated by commas, "
                + "not \"kafka\" (environment)"),
        Mistake(
            name: "TOPICS_EVENTS_CHARGES", text: "a b",
            problem: "topics.events.charges: must be a topic's name, not \"a b\" (environment)"),
        Mistake(
            name: "LOG_LEVEL", text: "loud",
            problem: "log.level: must be one of trace, debug, info, notice, warning, error, critical, "
                + "not \"loud\" (environment)"),
        Mistake(
            name: "GATEWAY_BASE_URL", text: "http://api.example.com",
            problem:
                "gateway.base-url: http to another machine shows the access token; use https (environment)"),
        Mistake(
            name: "GATEWAY_CONNECTIONS", text: "8",
            problem:
                "gateway.connections: must be at least worker.concurrency: a job without a connection fails "
                + "(gateway.connections is 8, environment; worker.concurrency is 64, default)"),
        Mistake(
            name: "GATEWAY_CONNECTIONS", text: "all",
            problem: "gateway.connections: must be a whole number from 1 to 4096, or empty, "
                + "not \"all\" (environment)"),
        Mistake(
            name: "KAFKA_CLIENT_ID", text: "a\u{7}",
            problem: "kafka.client-id: must be text, or empty, not \"a \" (environment)"),
        Mistake(
            name: "TOPICS_REGISTER_CARD", text: "none!",
            problem: "topics.register-card: must be a topic's name, or off, not \"none!\" (environment)"),
        Mistake(
            name: "TOPICS_DEAD_LETTERS_REGISTER_CARD", text: "no no",
            problem: "topics.dead-letters.register-card: must be a topic's name, or empty, "
                + "not \"no no\" (environment)"),
        Mistake(
            name: "RETRY_PAUSE_MAX", text: "100ms",
            problem: "retry.pause-base: must not be longer than retry.pause-max "
                + "(retry.pause-base is 500ms, default; retry.pause-max is 100ms, environment)"),
        Mistake(
            name: "KAFKA_CONSUMER_HEARTBEAT_INTERVAL", text: "10s",
            problem:
                "kafka.consumer.heartbeat-interval: must be at most half of kafka.consumer.session-timeout "
                + "(kafka.consumer.heartbeat-interval is 10s, environment; "
                + "kafka.consumer.session-timeout is 12s, default)"),
        Mistake(
            name: "WORKER_REVOKE_DEADLINE", text: "5m",
            problem: "worker.revoke-deadline: must, with worker.close-deadline, be shorter than "
                + "kafka.consumer.max-poll-interval (worker.revoke-deadline is 5m, environment; "
                + "worker.close-deadline is 10s, default; kafka.consumer.max-poll-interval is 5m, default)"),
        Mistake(
            name: "KAFKA_SASL_USERNAME", text: "ana",
            problem:
                "kafka.sasl.username: needs kafka.security-protocol sasl_ssl or sasl_plaintext (environment)"),
        Mistake(
            name: "KAFKA_SSL_CA_LOCATION", text: "/ca.pem",
            problem: "kafka.ssl.ca-location: needs kafka.security-protocol ssl or sasl_ssl (environment)"),
        Mistake(
            name: "TOPICS_REGISTER_CARD", text: "cobrador.jobs.charge-saved-card",
            problem: "topics.register-card: is the same topic as topics.charge-saved-card; "
                + "jobs on one topic tell their kind by ce_type (environment)"),
        Mistake(
            name: "TOPICS_EVENTS_CARDS", text: "cobrador.jobs.register-card",
            problem: "topics.events.cards: must not be the topic of topics.register-card (environment)"),
        Mistake(
            name: "TOPICS_DEAD_LETTERS_REGISTER_CARD", text: "cobrador.jobs.charge-saved-card",
            problem: "topics.dead-letters.register-card: must not be the topic of topics.charge-saved-card "
                + "(environment)"),
        Mistake(
            name: "WROKER_WINDOW", text: "5",
            problem: "COBRADOR_WROKER_WINDOW: no such setting; did you mean COBRADOR_WORKER_WINDOW?"),
        Mistake(name: "ZZZZZZ", text: "5", problem: "COBRADOR_ZZZZZZ: no such setting"),
    ]

    @Test("names what is wrong, what is right, and where it was found", arguments: mistakes)
    func mistake(_ mistake: Mistake) async {
        #expect(
            await ConfigurationTests.problems(["COBRADOR_" + mistake.name: mistake.text]) == [mistake.problem]
        )
    }

    @Test("every setting refuses a text that is none of its values", arguments: Catalogue.all.map(\.key))
    func nonsense(_ key: String) async throws {
        let entry = try #require(Catalogue.all.first { $0.key == key })
        let problems = await ConfigurationTests.problems([entry.variable: "\u{7}"])
        #expect(problems.contains { $0.hasPrefix("\(key): must be \(entry.rule)") })
    }

    @Test("what must be given is asked for, with the ways to give it")
    func missing() async {
        await #expect(throws: ConfigurationError.self) {
            try await AppConfiguration.load(ConfigurationSources())
        }
        do throws(ConfigurationError) {
            _ = try await AppConfiguration.load(ConfigurationSources())
        } catch {
            #expect(
                error.description == """
                    the configuration has 2 problems:
                      kafka.bootstrap-servers: must be given: set COBRADOR_KAFKA_BOOTSTRAP_SERVERS, \
                    or give --set kafka.bootstrap-servers=…
                      gateway.access-token: must be given: set COBRADOR_GATEWAY_ACCESS_TOKEN, or put it into the \
                    file gateway-access-token of the secrets directory
                    """)
        }
    }

    @Test("all problems of all sources come at once")
    func allAtOnce() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "c.json", #"{"worker": {"window": true, "concurency": 5}, "log.level": 3, "x": {"y": 1}}"#)
        let problems = await ConfigurationTests.problems(
            ["COBRADOR_RETRY_ATTEMPTS": "0", "COBRADOR_WORKER": "1"],
            arguments: ["kafka.group": "g", "worker.max-in-flight": "many"], file: file)
        #expect(
            Set(problems) == [
                "COBRADOR_WORKER: no such setting",
                "kafka.group: no such setting; did you mean kafka.group-id?",
                "retry.attempts: must be a whole number from 1 to 1000, not \"0\" (environment)",
                "worker.concurency in \(file): no such setting; did you mean worker.concurrency?",
                "x.y in \(file): no such setting",
                "worker.window: must be a whole number from 1 to 16384, not \"true\" (\(file))",
                "log.level: must be one of trace, debug, info, notice, warning, error, critical, "
                    + "not \"3\" (\(file))",
                "worker.max-in-flight: must be a whole number from 1 to 1000000, not \"many\" (command line)",
            ])
    }

    @Test(
        "a file that is none is refused",
        arguments: [
            ("[1]", "must be a JSON object"),
            ("{", "not valid JSON: it ends in the middle of a value, at byte 1"),
            (#"{"worker": {"window": 1}, "worker.window": 2}"#, "worker.window: is given twice"),
            (
                #"{"worker.window": 1, "worker.window": 2}"#,
                "not valid JSON: a name that stands there twice, at byte 21"
            ),
            (
                #"{"kafka.bootstrap-servers": [["a:1"]]}"#,
                "kafka.bootstrap-servers: a list may hold text and numbers only"
            ),
        ])
    func badFile(_ text: String, _ message: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.json", text)
        let problems = await ConfigurationTests.problems(file: file)
        #expect(problems == ["\(file): \(message)"])
    }

    @Test("a file that isn't there is a problem, and so is a secrets directory that was asked for")
    func missingFiles() async {
        let file = await ConfigurationTests.problems(file: "/nowhere/c.json")
        #expect(
            file == ["/nowhere/c.json: can't be read: give an existing, readable JSON file with --config"])
        let folder = await ConfigurationTests.problems(["COBRADOR_SECRETS_DIRECTORY": "/nowhere/secrets"])
        #expect(folder.count == 1)
        #expect(folder.first?.hasPrefix("/nowhere/secrets: this secrets directory can't be read") == true)
    }
}
