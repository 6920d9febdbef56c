/// What a cluster says about itself.
public struct ClusterDescription: Sendable, Hashable {
    /// A broker under the address that it advertises.
    public struct Broker: Sendable, Hashable {
        /// Its number.
        public let id: Int32
        /// `host:port`, an IPv6 address in brackets.
        public let address: String
    }

    /// A partition.
    public struct Partition: Sendable, Hashable {
        /// Its number, from zero.
        public let id: Int32
        /// The broker that takes reads and writes; `nil` while there is none.
        public let leader: Int32?
        /// How many brokers keep a copy.
        public let replicas: Int
    }

    /// A topic.
    public struct Topic: Sendable, Hashable {
        /// Its partitions, in the order of their numbers.
        public let partitions: [Partition]
        /// Why the topic can't be used; `nil` where it can.
        public let error: KafkaErrorCode?
    }

    /// The cluster's id; brokers before 0.10.1 have none.
    public let id: String?
    /// Its brokers, in the order of their numbers.
    public let brokers: [Broker]
    /// Those of the topics asked for that exist and that this user may see, by name.
    public let topics: [String: Topic]
}

/// Why a cluster didn't answer.
public struct ProbeFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// One thing that went wrong with one connection.
    public struct Reason: Sendable, Hashable, CustomStringConvertible {
        /// What kind of thing.
        public let code: KafkaErrorCode
        /// librdkafka's own words: the address and what happened, no secret.
        public let text: String

        /// The words.
        public var description: String { text }
    }

    /// What the question itself ended with.
    public let code: KafkaErrorCode
    /// What went wrong with connections meanwhile, in order, each once.
    public let reasons: [Reason]

    /// The most telling reason, else the code.
    public var description: String { cause?.text ?? code.description }

    /// The reason that tells most: a refused login or certificate rather than that all brokers are down, and
    /// the longest words about it.
    public var cause: Reason? {
        let telling: [KafkaErrorCode] = [.authentication, .tls, .nameNotResolved, .transport]
        let code = telling.first { code in reasons.contains { $0.code == code } }
        guard let code else { return reasons.first { $0.code != .allBrokersDown } }
        return reasons.filter { $0.code == code }.max { $0.text.utf8.count < $1.text.utf8.count }
    }
}
