import ExactJSON
import Logging
import Operations
import Testing

@testable import App

@Suite("The port for operators", .timeLimit(.minutes(1)))
struct HealthPortTests {
    private static let ready = ReadinessReport(isJoined: true)

    /// Runs a server that answers for `report` beside `body`.
    private static func serve<Result: Sendable>(
        _ report: @escaping @Sendable () -> ReadinessReport,
        _ body: @escaping @Sendable (LoopbackHTTP) async throws -> Result
    ) async throws -> Result {
        let (addresses, address) = AsyncStream.makeStream(of: ListenAddress.self)
        let server = OperationsServer(
            address: ListenAddress(host: "127.0.0.1", port: 0),
            logger: Logger(label: "operations") { _ in SwiftLogNoOpLogHandler() },
            readiness: { report() }, onListening: { address.yield($0) })
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await server.run()
                return nil
            }
            group.addTask {
                for await address in addresses { return try await body(LoopbackHTTP(port: address.port)) }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    @Test("a worker that has joined its group is ready: 200, and nothing stands in the lists")
    func ready() async throws {
        try await Self.serve {
            Self.ready
        } _: { client in
            let answer = try await client.get("/health/ready")
            #expect(answer.status == 200)
            #expect(
                answer.body == [
                    "ready": true, "joined": true, "draining": false, "stalls": [], "stopped_partitions": [],
                    "accounts": [],
                ])
            #expect(answer.head.contains("application/json"))
            #expect(answer.head.contains("no-store"))
        }
    }

    @Test(
        "one that hasn't joined, drains, stalls or stands still is not ready, and lives all the same",
        arguments: [
            ReadinessReport(),
            ReadinessReport(isJoined: true, isDraining: true),
            ReadinessReport(
                isJoined: true,
                stalls: [
                    .init(
                        topic: "jobs", partition: 3, offset: 17, age: .milliseconds(301_900),
                        jobID: "order-7",
                        stage: "runs", attempts: 2)
                ]),
            ReadinessReport(
                isJoined: true, stoppedPartitions: [.init(topic: "jobs", partition: 4, reason: "gone")]),
        ])
    func unready(_ report: ReadinessReport) async throws {
        try await Self.serve {
            report
        } _: { client in
            let answer = try await client.get("/health/ready")
            #expect(answer.status == 503)
            #expect(answer.body["ready"] == false)
            let live = try await client.get("/health/live")
            #expect(live.status == 200)
            #expect(live.body == ["live": true])
        }
    }

    @Test("a stall and a stopped partition are named with everything that an operator looks for")
    func named() async throws {
        let report = ReadinessReport(
            isJoined: true,
            stalls: [
                .init(
                    topic: "jobs", partition: 3, offset: 17, age: .milliseconds(301_900), jobID: "order-7",
                    stage: "runs", attempts: 2),
                .init(
                    topic: "jobs", partition: 1, offset: 0, age: .seconds(300), jobID: nil, stage: "waits",
                    attempts: nil),
            ],
            stoppedPartitions: [.init(topic: "jobs", partition: 4, reason: "its offset isn't in the log")])
        try await Self.serve {
            report
        } _: { client in
            let json = try await client.get("/health/ready").body
            #expect(
                json["stalls"] == [
                    [
                        "topic": "jobs", "partition": 3, "offset": 17, "age_seconds": 301,
                        "job_id": "order-7",
                        "stage": "runs", "attempts": 2,
                    ],
                    [
                        "topic": "jobs", "partition": 1, "offset": 0, "age_seconds": 300, "job_id": nil,
                        "stage": "waits", "attempts": nil,
                    ],
                ])
            #expect(
                json["stopped_partitions"] == [
                    ["topic": "jobs", "partition": 4, "reason": "its offset isn't in the log"]
                ])
        }
    }

    @Test("each answer is of its moment")
    func current() async throws {
        let report = Mutexed(ReadinessReport())
        try await Self.serve {
            report.value
        } _: { client async throws in
            #expect(try await client.get("/health/ready").status == 503)
            report.value = Self.ready
            #expect(try await client.get("/health/ready").status == 200)
        }
    }

    @Test("other paths and methods are refused")
    func others() async throws {
        try await Self.serve {
            Self.ready
        } _: { client in
            #expect(try await client.get("/").status == 404)
            #expect(try await client.get("/health/ready/x").status == 404)
            let post = try await client.send("POST", "/health/live")
            #expect(post.status == 405)
            #expect(post.head.contains("GET"))
        }
    }

    @Test(
        "host and port are read, with an IPv6 address in brackets",
        arguments: [
            ("127.0.0.1:8086", "127.0.0.1", 8086), ("[::1]:0", "::1", 0),
            ("0.0.0.0:65535", "0.0.0.0", 65_535),
            ("worker-1.example.com:80", "worker-1.example.com", 80),
        ])
    func address(_ text: String, _ host: String, _ port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
        #expect(ListenAddress(text)?.description == text)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "8086", ":8086", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:+1",
            "::1:8086", "a b:1", "http://localhost:1", "[::1:1", "[]:1",
        ])
    func noAddress(_ text: String) { #expect(ListenAddress(text) == nil) }
}
