/// What every client needs to reach a cluster.
public struct KafkaConfiguration: Sendable {
    /// Brokers to ask first, each `host:port` (`bootstrap.servers`).
    public var bootstrapServers: [String]
    /// The name brokers see (`client.id`).
    public var clientID: String
    /// How connections are protected.
    public var security: KafkaSecurity = .plaintext
    /// How long a request may take (`socket.timeout.ms`, 10 ms to 300 s).
    public var socketTimeout: Duration = .seconds(30)
    /// How long connecting may take, authentication included (`socket.connection.setup.timeout.ms`).
    public var connectionSetupTimeout: Duration = .seconds(10)
    /// Further settings of librdkafka's `CONFIGURATION.md`, checked by librdkafka when a client starts.
    ///
    /// A name that has a typed setting, or that would break a guarantee, is refused.
    public var raw: [String: String] = [:]

    /// Makes the settings.
    ///
    /// - Parameters:
    ///   - bootstrapServers: Brokers to ask first, each `host:port`.
    ///   - clientID: By default unique, because cooperative members of librdkafka before 2.6.1 loop
    ///     for ever where they share a prefix of it (librdkafka#4783).
    public init(bootstrapServers: [String], clientID: String = KafkaConfiguration.uniqueClientID()) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
    }

    /// A name no other client has: it starts with 64 random bits.
    public static func uniqueClientID() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + "-swift"
    }

    var typed: [Setting] {
        [
            Setting("bootstrap.servers", bootstrapServers.joined(separator: ",")),
            Setting("client.id", clientID),
            Setting("socket.timeout.ms", socketTimeout),
            Setting("socket.connection.setup.timeout.ms", connectionSetupTimeout),
        ] + security.settings
    }

    /// Nagle's algorithm costs up to 40 ms a reply and is on before librdkafka 2.10.
    static let defaults = [
        Setting("socket.nagle.disable", "true"),
        Setting("socket.keepalive.enable", "true"),
        Setting("log.connection.close", "false"),
    ]

    var problems: [ConfigurationProblem] {
        let servers =
            bootstrapServers.isEmpty
            ? [ConfigurationProblem(name: "bootstrap.servers", reason: "must name at least one broker")] : []
        return servers + security.problems(raw: raw)
    }
}
