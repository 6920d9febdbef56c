/// Settings of a ``TransactionalProducer``.
public struct TransactionalProducerConfiguration: Sendable {
    /// How records are written.
    ///
    /// The message timeout and the socket timeout are capped by the transaction timeout, as librdkafka
    /// demands.
    public var producer: ProducerConfiguration
    /// The name by which brokers fence earlier producers (`transactional.id`): the same after a restart and
    /// no other worker's.
    public var transactionalID: String
    /// How long brokers let a transaction be open, and how long one may take here
    /// (`transaction.timeout.ms`, at least 1 s).
    public var transactionTimeout: Duration = .seconds(10)
    /// The session timeout of the consumers whose offsets are committed.
    ///
    /// The transaction timeout must be below it, so that a stuck transaction has ended when the
    /// partitions' next owner asks for the committed offsets.
    public var sessionTimeout: Duration = .seconds(12)

    /// Makes the settings.
    public init(producer: ProducerConfiguration, transactionalID: String) {
        self.producer = producer
        self.transactionalID = transactionalID
    }

    var socketTimeout: Duration { min(producer.kafka.socketTimeout, transactionTimeout) }

    func settings() -> SettingList {
        var capped = producer
        capped.messageTimeout = min(capped.messageTimeout, transactionTimeout)
        capped.kafka.socketTimeout = socketTimeout
        var list = capped.settings()
        list.typed += [
            Setting("transactional.id", transactionalID),
            Setting("transaction.timeout.ms", transactionTimeout),
        ]
        list.problems += problems
        return list
    }

    private var problems: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        if transactionalID.isEmpty {
            problems.append(.init(name: "transactional.id", reason: "must not be empty"))
        }
        if transactionTimeout >= sessionTimeout {
            let session = sessionTimeout.wholeMilliseconds
            problems.append(
                .init(
                    name: "transaction.timeout.ms",
                    reason: "must be below the session timeout, which is \(session) ms"))
        }
        return problems
    }
}
