import Synchronization
import Testing

@testable import App

@Suite("The worker's process", .timeLimit(.minutes(1)))
struct WorkerProcessTests {
    @Test("a signal drains it: exit code 0, and the log says so")
    func drained() async throws {
        let bench = try WorkerBench()
        let (signals, signal) = AsyncStream.makeStream(of: String.self)
        signal.yield("SIGTERM")
        #expect(try await bench.process().run(obeying: signals) == .done)
        #expect(
            bench.sink.lines.contains {
                $0.contains("starting") && $0.contains("kafka.bootstrap-servers=127")
            })
        #expect(bench.sink.lines.contains { $0.contains("starting") && $0.contains("accounts=default") })
        #expect(bench.sink.lines.contains { $0.contains("draining") && $0.contains("SIGTERM") })
        #expect(bench.sink.lines.contains { $0.contains("finished, and committed") })
        #expect(!bench.sink.lines.contains { $0.contains("TEST-sandbox") })
    }

    @Test("the deadline forces it: exit code 2, and the log names the record that blocked")
    func forced() async throws {
        let bench = try WorkerBench([
            "COBRADOR_WORKER_DRAIN_DEADLINE": "100ms", "COBRADOR_GATEWAY_CALL_TIMEOUT": "3s",
        ])
        let (signals, signal) = AsyncStream.makeStream(of: String.self)
        let process = try await bench.process()
        async let status = process.run(obeying: signals)
        try await bench.enqueue()
        for await _ in bench.gateway.arrivals { break }
        signal.yield("SIGTERM")
        #expect(try await status == .forced)
        let line = try #require(bench.sink.lines.first { $0.contains("ended at the deadline") })
        #expect(line.contains("cobrador.jobs.charge-saved-card-"))
        #expect(line.contains("@0"))
    }

    @Test("a second signal ends it at once")
    func secondSignal() async throws {
        let bench = try WorkerBench()
        let isEnded = Mutex(false)
        let (signals, signal) = AsyncStream.makeStream(of: String.self)
        let gateway = bench.gateway
        let process = try await bench.process {
            isEnded.withLock { $0 = true }
            gateway.close()
        }
        async let status = process.run(obeying: signals)
        try await bench.enqueue()
        for await _ in bench.gateway.arrivals { break }
        signal.yield("SIGTERM")
        signal.yield("SIGINT")
        #expect(try await status == .done)
        #expect(isEnded.withLock { $0 })
        #expect(bench.sink.lines.contains { $0.contains("ended at once") && $0.contains("SIGINT") })
    }

    @Test("a broker that isn't there: 69, with what to look at")
    func unreachable() async throws {
        let bench = try WorkerBench(["COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
        let process = try await bench.process()
        let failure = await #expect(throws: CommandFailure.self) {
            try await process.run(obeying: AsyncStream<String> { $0.finish() })
        }
        #expect(failure?.status == .unavailable)
        #expect(failure?.description.contains("kafka.bootstrap-servers") == true)
    }

    @Test("what is allowed and dangerous is in the log of every start, as a warning")
    func warned() async throws {
        let bench = try WorkerBench([
            "COBRADOR_GATEWAY_BASE_URL": "http://gateway.example.com",
            "COBRADOR_GATEWAY_PERMIT_PLAIN_HTTP": "true",
            "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        ])
        let process = try await bench.process()
        await #expect(throws: CommandFailure.self) {
            try await process.run(obeying: AsyncStream<String> { $0.finish() })
        }
        let warning = bench.sink.lines.first {
            $0.contains("gateway.permit-plain-http") && $0.contains("unencrypted")
        }
        #expect(warning?.contains("warning") == true, "\(bench.sink.lines)")
    }

    @Test("a junk certificate: 78, with our setting, its source and what to do")
    func junkCertificate() async throws {
        let folder = try TemporaryFolder()
        let bench = try WorkerBench([
            "COBRADOR_KAFKA_SECURITY_PROTOCOL": "ssl",
            "COBRADOR_KAFKA_SSL_CA_LOCATION": try folder.write("ca.pem", "junk"),
        ])
        let process = try await bench.process()
        let failure = await #expect(throws: CommandFailure.self) {
            try await process.run(obeying: AsyncStream<String> { $0.finish() })
        }
        #expect(failure?.status == .configuration)
        let text = failure?.description ?? ""
        #expect(text.contains("\n  kafka.ssl.ca-location: librdkafka refuses it: ssl.ca.location failed"))
        #expect(text.contains(" (environment)\n    It must be a file of certificates in PEM"))
    }
}
