import ExactJSON
import Glibc
import Testing

@testable import App

@Suite("A worker's start, and its port for operators", .timeLimit(.minutes(1)))
struct WorkerStartTests {
    @Test("a group that is said to be new and has committed is refused with 78; without --new-group it works")
    func newGroup() async throws {
        let bench = try WorkerBench(["COBRADOR_WORKER_NEW_GROUP": "true"])
        try await bench.work(deadLetters: 1)

        let (signals, _) = AsyncStream.makeStream(of: String.self)
        let process = try await bench.process()
        let failure = await #expect(throws: CommandFailure.self) { try await process.run(obeying: signals) }
        #expect(failure?.status == .configuration)
        let text = failure?.description ?? ""
        #expect(text.contains("the group isn't new: it has committed offset"))
        #expect(text.contains(WorkerBench.topic))
        #expect(text.contains("without --new-group (worker.new-group)"))

        let check = await bench.group()
        #expect(check?.level == .failed)
        #expect(check?.status == .configuration)
        #expect(check?.hint == "Start without --new-group (worker.new-group).")

        let second = bench.with(["COBRADOR_WORKER_NEW_GROUP": "false"])
        #expect(await second.group()?.level == .ok)
        try await second.work(deadLetters: 2)
    }

    @Test("a check tells what a group without a position is in for")
    func firstStart() async throws {
        let bench = try WorkerBench()
        let usual = await bench.group()
        #expect(usual?.message.hasSuffix("and looks each up first") == true)
        #expect(usual?.hint?.contains("--new-group") == true)
        let new = await bench.with(["COBRADOR_WORKER_NEW_GROUP": "true"]).group()
        #expect(new?.level == .ok)
        #expect(new?.message.hasSuffix("and looks none up") == true)
    }

    @Test("readiness is told from the join to the end of the drain; a stall is named, and no key")
    func health() async throws {
        let bench = try WorkerBench([
            "COBRADOR_OPERATIONS_LISTEN": "127.0.0.1:0", "COBRADOR_WORKER_STALL_LIMIT": "1s",
            "COBRADOR_WORKER_NEW_GROUP": "true",
        ])
        let (signals, signal) = AsyncStream.makeStream(of: String.self)
        let process = try await bench.process()
        async let status = process.run(obeying: signals)
        let client = try await bench.operations()
        _ = await bench.sink.line(with: "assigned")
        #expect(try await client.get("/health/ready").status == 200)

        try await bench.enqueue()
        // Its call is never answered, so that the drain waits for it.
        for await _ in bench.gateway.arrivals { break }
        let stalled = try await client.first(503)
        let stall = stalled.body["stalls"]?[0]
        #expect(stall?["topic"]?.string == WorkerBench.topic)
        #expect(stall?["offset"]?.int64 == 0)
        #expect(stall?["job_id"]?.string == "stuck")
        #expect(stall?["attempts"]?.int64 != nil)
        #expect(stall?["stage"]?.string?.isEmpty == false)
        #expect(!stalled.body.description.contains("1-a"))

        // A client that never says what it wants must not keep the process.
        let silent = try client.connect()
        defer { close(silent) }
        signal.yield("SIGTERM")
        var report = stalled
        while report.body["draining"] != true { report = try await client.get("/health/ready") }
        #expect(report.status == 503)
        #expect(try await client.get("/health/live").status == 200)
        bench.gateway.close()
        #expect(try await status == .done)
        #expect(!bench.sink.lines.contains { $0.contains("CancellationError") })
        await #expect(throws: (any Error).self) { try await client.get("/health/live") }
    }

    @Test("a port that is taken: 69, before anything is begun")
    func portTaken() async throws {
        let other = try CannedServer(status: 200, body: "")
        defer { other.close() }
        let bench = try WorkerBench(["COBRADOR_OPERATIONS_LISTEN": "127.0.0.1:\(other.port)"])
        let process = try await bench.process()
        let (signals, _) = AsyncStream.makeStream(of: String.self)
        let failure = await #expect(throws: CommandFailure.self) { try await process.run(obeying: signals) }
        #expect(failure?.status == .unavailable)
        #expect(failure?.description.hasPrefix("can't listen on 127.0.0.1:\(other.port) (") == true)
        #expect(failure?.description.contains("operations.listen") == true)
        #expect(!bench.sink.lines.contains { $0.contains("assigned") })
    }

    @Test("a start that fails for another reason is told as such, and frees the port")
    func otherFailure() async throws {
        let bench = try WorkerBench([
            "COBRADOR_OPERATIONS_LISTEN": "127.0.0.1:0", "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        ])
        let process = try await bench.process()
        let (signals, _) = AsyncStream.makeStream(of: String.self)
        let failure = await #expect(throws: CommandFailure.self) { try await process.run(obeying: signals) }
        #expect(failure?.description.contains("kafka.bootstrap-servers") == true)
        let client = try await bench.operations()
        #expect(throws: (any Error).self) { try client.connect() }
    }
}

extension WorkerBench {
    /// A worker that answers what comes until there are so many dead letters, one more than before.
    fileprivate func work(deadLetters count: Int) async throws {
        let (signals, signal) = AsyncStream.makeStream(of: String.self)
        let process = try await process()
        async let status = process.run(obeying: signals)
        try await enqueuePoison()
        try await deadLetters(count)
        signal.yield("SIGTERM")
        #expect(try await status == .done)
    }

    /// What a check says of the group.
    fileprivate func group() async -> Finding? {
        let sources = ConfigurationSources(environment: environment)
        return await Check(sources: sources, timeout: .seconds(5)).run().findings
            .first { $0.subject.hasPrefix("group ") }
    }

    /// The port for operators, once it is told.
    fileprivate func operations() async throws -> LoopbackHTTP {
        let line = await sink.line(with: "probes are answered")
        return LoopbackHTTP(port: try #require(line.split(separator: "127.0.0.1:").last?.port))
    }
}

extension Substring {
    fileprivate var port: Int? { Int(prefix(while: \.isNumber)) }
}

extension LoopbackHTTP {
    /// The first readiness with this status.
    fileprivate func first(_ status: Int) async throws -> Answer {
        while true {
            let answer = try await get("/health/ready")
            if answer.status == status { return answer }
        }
    }
}
