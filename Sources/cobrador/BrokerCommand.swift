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
            The first line on standard output is its address; the rest goes to standard \
            error.

              cobrador broker
              cobrador broker --topic orders:3 --topic answers:1 --address-file /tmp/kafka
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

    mutating func validate() throws {
        guard (1...1000).contains(partitions) else {
            throw ValidationError("--partitions must be 1 to 1000.")
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
            terminal: Terminals.errors
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
