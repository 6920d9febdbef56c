import App
import ArgumentParser

/// `cobrador broker`: a Kafka on this machine.
struct BrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Runs an embedded Kafka broker for development and tests.",
        discussion: """
            It is librdkafka's mock cluster: real sockets, consumer groups and committed \
            offsets for any client, but no transactions, no disk, and 5 MiB a partition. \
            The first line on standard output is its address, the second, with --control, \
            the control port's; the rest goes to standard error.

              cobrador broker
              cobrador broker --topic orders:3 --topic answers:1 --address-file /tmp/kafka
              cobrador broker --control

            The control port takes faults as JSON, one object or an array of them. GET tells \
            what is wrong and what no request has met yet; DELETE makes everything right.

              F=http://127.0.0.1:4321/faults
              curl $F -d '{"request": "end-txn", "error": "NOT_COORDINATOR", "count": 3}'
              curl $F -d '{"request": "fetch", "error": "TRANSPORT"}'   # closes it
              curl $F -d '{"request": "heartbeat", "delay_ms": 1500}'   # held back
              curl $F -d '{"request": "produce", "lost": true}'         # done, unanswered
              curl $F -d '{"topic": "orders", "error": "TOPIC_AUTHORIZATION_FAILED"}'
              curl $F -d '[{"latency_ms": 200}, {"broker": "down"}]'
              curl $F -X DELETE

            Requests: \(BrokerProcess.faultyRequests.joined(separator: ", "))
            """)

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A topic; may be repeated. (default: all of Cobrador's)", valueName: "name:partitions"))
    var topic: [TopicArgument] = []

    @Option(help: "Partitions of each topic, where none are named.")
    var partitions = 12

    @Option(help: ArgumentHelp("Write the address into this file too.", valueName: "file"))
    var addressFile: String?

    @Flag(help: "Open a control port on loopback, which takes faults.")
    var control = false

    @Option(help: ArgumentHelp("Write the control port's address into this file too.", valueName: "file"))
    var controlFile: String?

    mutating func validate() throws {
        guard (1...1000).contains(partitions) else {
            throw ValidationError("--partitions must be 1 to 1000.")
        }
        guard controlFile == nil || control else {
            throw ValidationError("--control-file needs --control.")
        }
        var seen: Set<String> = []
        for topic in topic where !seen.insert(topic.name).inserted {
            throw ValidationError("The topic \(topic.name) is given twice.")
        }
    }

    func run() async throws {
        let topics = topic.isEmpty ? BrokerProcess.usualTopics : topic.map { ($0.name, $0.partitions) }
        try await BrokerProcess(
            topics: Dictionary(topics.map { ($0.0, $0.1 ?? partitions) }) { $1 }, addressFile: addressFile,
            control: control ? BrokerProcess.Control(file: controlFile) : nil, terminal: Terminals.errors
        ).run()
    }
}

/// `name` or `name:partitions`.
struct TopicArgument: ExpressibleByArgument {
    var name: String
    var partitions: Int?

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first.map(String.init), TopicRule.accepts(name) else { return nil }
        self.name = name
        if parts.count == 2 {
            guard let count = Int(parts[1]), (1...1000).contains(count) else { return nil }
            partitions = count
        }
    }
}
