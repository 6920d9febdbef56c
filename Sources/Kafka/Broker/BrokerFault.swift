import CLibrdkafka

/// Something that can be wrong with an ``EmbeddedBroker``; brokers' ids count from one.
public enum BrokerFault: Hashable, Sendable {
    /// One answer of a broker.
    public struct Answer: Hashable, Sendable {
        /// The error; `nil` lets the request be carried out.
        public var error: KafkaErrorCode?

        /// How long the answer is held back, in whole milliseconds.
        ///
        /// Long and without an error it makes an answer get lost: the request is carried out.
        public var delay: Duration

        /// Makes an answer.
        public init(error: KafkaErrorCode?, delay: Duration = .zero) {
            self.error = error
            self.delay = delay
        }
    }

    /// What a coordinator coordinates.
    public enum Coordinated: Hashable, Sendable {
        /// A consumer group, by its id.
        case group(String)
        /// A transactional producer, by its transactional id.
        case transaction(String)
    }

    /// The next requests of a kind fail with these and aren't carried out, whoever makes them and whichever
    /// broker gets them; ``KafkaErrorCode/transport`` closes the connection instead.
    case errors([KafkaErrorCode], EmbeddedBroker.Request)

    /// The next requests of a kind to a broker get these answers, one after another.
    ///
    /// From then on ``errors(_:_:)`` of that kind don't reach this broker any more (2.0.2
    /// `rd_kafka_mock_next_request_error`).
    case answers([Answer], EmbeddedBroker.Request, broker: Int32)

    /// Nothing that was ordered for a kind of request by ``errors(_:_:)`` is left.
    case noErrors(EmbeddedBroker.Request)

    /// Every answer of a broker is held back as long, in whole milliseconds.
    case latency(Duration, broker: Int32)

    /// A broker closes its connections and accepts no more.
    case down(broker: Int32)

    /// A broker accepts connections again.
    case up(broker: Int32)

    /// A topic answers with an error, in metadata and when it is written to; `nil` ends that.
    case topic(String, KafkaErrorCode?)

    /// A partition's leader is this broker; `nil` leaves it without one.
    case leader(TopicPartition, broker: Int32?)

    /// The coordinator is this broker.
    case coordinator(Coordinated, broker: Int32)
}

extension EmbeddedBroker {
    /// Lets something go wrong, or right again, from now on.
    ///
    /// - Parameter fault: What.
    /// - Throws: ``KafkaError/broker(_:)`` for an unknown broker, topic or partition,
    ///   ``KafkaError/invalidTopic(_:)``, or ``KafkaError/closed``.
    public func apply(_ fault: BrokerFault) throws(KafkaError) {
        switch fault {
        case .errors(let codes, let request): try pushErrors(codes, for: request)
        case .answers(let answers, let request, let broker):
            for answer in answers { try push(answer, request, broker) }
        case .noErrors(let request):
            try call { cluster in
                rd_kafka_mock_clear_request_errors(cluster, request.rawValue)
                return RD_KAFKA_RESP_ERR_NO_ERROR
            }
        case .latency(let latency, let broker): try setLatency(latency, of: broker)
        case .down(let broker): try setDown(broker)
        case .up(let broker): try setUp(broker)
        case .topic(let name, let code):
            guard TopicName.isLegal(name) else { throw .invalidTopic(name) }
            try setTopicError(name, code ?? KafkaErrorCode(RD_KAFKA_RESP_ERR_NO_ERROR))
        case .leader(let partition, let broker):
            guard TopicName.isLegal(partition.topic) else { throw .invalidTopic(partition.topic) }
            try call {
                rd_kafka_mock_partition_set_leader($0, partition.topic, partition.partition, broker ?? -1)
            }
        case .coordinator(let coordinated, let broker): try setCoordinator(of: coordinated, broker)
        }
    }

    /// How many answers ordered by ``BrokerFault/answers(_:_:broker:)`` haven't been given yet.
    ///
    /// - Throws: ``KafkaError/broker(_:)`` for an unknown broker, or ``KafkaError/closed``.
    public func pendingAnswers(_ request: Request, broker: Int32) throws(KafkaError) -> Int {
        var count = 0
        try call { rd_kafka_mock_broker_error_stack_cnt($0, broker, request.rawValue, &count) }
        return count
    }

    private func push(
        _ answer: BrokerFault.Answer, _ request: Request, _ broker: Int32
    ) throws(KafkaError) {
        let code = (answer.error ?? KafkaErrorCode(RD_KAFKA_RESP_ERR_NO_ERROR)).native
        let delay = Int32(max(0, answer.delay.wholeMilliseconds))
        try call { cobrador_mock_push_answer($0, broker, request.rawValue, code, delay) }
    }

    private func setCoordinator(
        of coordinated: BrokerFault.Coordinated, _ broker: Int32
    ) throws(KafkaError) {
        let (type, key) =
            switch coordinated {
            case .group(let id): ("group", id)
            case .transaction(let id): ("transaction", id)
            }
        try call { rd_kafka_mock_coordinator_set($0, type, key, broker) }
    }
}
