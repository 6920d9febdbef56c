import Glibc

extension EmbeddedBroker {
    /// Takes back what ``BrokerFault/answers(_:_:broker:)`` ordered and no request has met yet.
    ///
    /// The mock cluster can't forget such answers (2.0.2 `rd_kafka_mock_clear_request_errors` clears only
    /// ``BrokerFault/errors(_:_:)``), so they are used up here, by empty requests that ask for nothing. The
    /// broker must be up and without latency.
    ///
    /// - Parameters:
    ///   - broker: The broker's id, from one.
    ///   - timeout: How long it may take.
    /// - Throws: ``KafkaError/broker(_:)`` for an unknown broker, or with ``KafkaErrorCode/timedOut`` if
    ///   answers are left then, ``KafkaError/noResources(_:)`` or ``KafkaError/closed``.
    public func takeBackAnswers(
        broker: Int32, timeout: Duration = .seconds(10)
    ) async throws(KafkaError) {
        // A join that got through would begin a group: nobody coordinates this one.
        try apply(.coordinator(.group(AnswerDrain.group), broker: Int32.max))
        let end = ContinuousClock.now + timeout
        let result = await withCheckedContinuation { (reply: Reply<Void>) in
            let drain: @Sendable () -> Void = { [self] in
                reply.resume(returning: AnswerDrain(cluster: self, broker: broker).run(until: end))
            }
            do throws(KafkaError) {
                try NativeThread.start("kafka-drain", drain)
            } catch {
                reply.resume(returning: .failure(error))
            }
        }
        try result.get()
    }

    /// The port of a broker, from the list of addresses that clients get; ids count from one.
    fileprivate func port(of broker: Int32) -> UInt16? {
        let addresses = bootstrapServers.split(separator: ",")
        guard addresses.indices.contains(Int(broker) - 1) else { return nil }
        return addresses[Int(broker) - 1].split(separator: ":").last.flatMap { UInt16($0) }
    }
}

/// Uses up a broker's ordered answers; blocks.
private struct AnswerDrain {
    /// A group that nobody else may use.
    static let group = "cobrador-answer-drain"

    let cluster: EmbeddedBroker
    let broker: Int32

    func run(until end: ContinuousClock.Instant) -> Result<Void, KafkaError> {
        do throws(KafkaError) {
            for request in EmbeddedBroker.Request.allCases {
                while case let count = try cluster.pendingAnswers(request, broker: broker), count > 0 {
                    guard ContinuousClock.now < end else { throw .broker(.timedOut) }
                    send(request, count: count)
                }
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Sends as many requests as answers are left, over one connection, and waits while they are being used.
    ///
    /// The broker may close the connection at any of them, since that can be what was ordered.
    private func send(_ request: EmbeddedBroker.Request, count: Int) {
        guard let port = cluster.port(of: broker), let connection = LoopbackConnection(port: port) else {
            usleep(Self.pause)
            return
        }
        var left = count
        for _ in 0..<min(count, 100) where !connection.write(Self.frame(request)) { return }
        while !connection.isAtEnd(within: Self.pause) {
            let now = (try? cluster.pendingAnswers(request, broker: broker)) ?? 0
            guard now > 0, now < left else { return }
            left = now
        }
    }

    /// Microseconds; the broker answers within fractions of a millisecond.
    private static let pause: UInt32 = 20_000

    /// Version 0 of a request with the group where it has one first, and zeros for everything else: numbers,
    /// empty texts and empty lists (Kafka protocol, request header 1).
    private static func frame(_ request: EmbeddedBroker.Request) -> [UInt8] {
        let startsWithGroup: [EmbeddedBroker.Request] = [
            .offsetCommit, .offsetFetch, .joinGroup, .heartbeat, .leaveGroup, .syncGroup,
        ]
        var body: [UInt8] = [0, UInt8(request.rawValue), 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        if startsWithGroup.contains(request) { body += [0, UInt8(group.utf8.count)] + Array(group.utf8) }
        body += [UInt8](repeating: 0, count: 64)
        return [0, 0, 0, UInt8(body.count)] + body
    }
}

/// A TCP connection to a port of 127.0.0.1; closed with this object.
private final class LoopbackConnection {
    private let descriptor: Int32

    init?(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let result = withUnsafeBytes(of: &address) { bytes in
            connect(
                descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count))
        }
        guard result == 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// - Returns: Whether the connection took it all.
    func write(_ bytes: [UInt8]) -> Bool {
        Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Waits for the time given, in microseconds, or the other side's end; answers are thrown away.
    func isAtEnd(within microseconds: UInt32) -> Bool {
        var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waited, 1, Int32(microseconds / 1000)) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 4096)
        return recv(descriptor, &buffer, buffer.count, 0) <= 0
    }
}
