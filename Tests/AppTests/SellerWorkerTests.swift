import ExactJSON
import Foundation
import PaymentJobs
import Sandbox
import Testing

@testable import App

@Suite("A worker of several sellers", .timeLimit(.minutes(1)))
struct SellerWorkerTests {
    private static let events = "cobrador.events.charges"
    private static let sellers = SandboxConfiguration(accounts: [
        SandboxAccount(), SandboxAccount(accessToken: "TEST-two", publicKey: "TEST-b", collectorID: 7),
    ])

    /// A worker for both, and a folder with the second one's access token.
    private static func bench(
        _ sandbox: LoopbackSandbox, _ folder: TemporaryFolder, token: String
    ) throws -> WorkerBench {
        _ = try folder.write("accounts-shop-2-access-token", token)
        return try WorkerBench([
            "COBRADOR_GATEWAY_BASE_URL": sandbox.baseURL, "COBRADOR_GATEWAY_ACCESS_TOKEN": nil,
            "COBRADOR_ACCOUNTS_NAMES": "default,shop-2", "COBRADOR_WORKER_NEW_GROUP": "true",
            "COBRADOR_ACCOUNTS_DEFAULT_ACCESS_TOKEN": LoopbackSandbox.token,
            "COBRADOR_SECRETS_DIRECTORY": folder.url.path(),
        ])
    }

    /// Puts a charge of a new customer of a seller on its topic.
    private static func enqueue(
        _ id: String, _ seller: (name: String?, number: Int), _ bench: WorkerBench, _ sandbox: LoopbackSandbox
    ) async throws {
        let seeded = try await sandbox.post(
            "/_sandbox/seed?account=\(seller.number)", ["customers": 1, "tokens": 1])["customers"]?[0]
        try await bench.enqueue(
            id, account: seller.name, customer: try #require(seeded?["customer_id"]?.string),
            token: try #require(seeded?["tokens"]?[0]?.string))
    }

    /// How many payments a seller has at the gateway.
    private static func paid(_ seller: Int, _ sandbox: LoopbackSandbox) async throws -> Int? {
        let answer = try await LoopbackHTTP(port: sandbox.port).get("/_sandbox/payments?account=\(seller)")
        return answer.body["payments"]?.array?.count
    }

    @Test("each job is charged in its own seller's books")
    func books() async throws {
        let folder = try TemporaryFolder()
        try await LoopbackSandbox.run(Self.sellers) { sandbox in
            let bench = try Self.bench(sandbox, folder, token: "TEST-two")
            let (signals, signal) = AsyncStream.makeStream(of: String.self)
            let process = try await bench.process()
            async let status = process.run(obeying: signals)
            try await Self.enqueue("a", (nil, 0), bench, sandbox)
            try await Self.enqueue("b", ("shop-2", 1), bench, sandbox)
            try await Self.enqueue("c", ("shop-2", 1), bench, sandbox)
            try await bench.records(3, on: Self.events)
            signal.yield("SIGTERM")
            #expect(try await status == .done)
            #expect(try await Self.paid(0, sandbox) == 1)
            #expect(try await Self.paid(1, sandbox) == 2)
            #expect(bench.sink.lines.contains { $0.contains("accounts=default shop-2") })
            #expect(!bench.sink.lines.contains { $0.contains("TEST-") })
        }
    }

    @Test("a refused token keeps its seller waiting and no other; a corrected file is enough to go on")
    func corrected() async throws {
        let folder = try TemporaryFolder()
        try await LoopbackSandbox.run(Self.sellers) { sandbox in
            let bench = try Self.bench(sandbox, folder, token: "TEST-mistyped")
            let (signals, signal) = AsyncStream.makeStream(of: String.self)
            let process = try await bench.process(tokenPause: .milliseconds(10))
            async let status = process.run(obeying: signals)
            try await Self.enqueue("waiting", ("shop-2", 1), bench, sandbox)
            _ = await bench.sink.line(with: "shop-2")
            try await Self.enqueue("other", (nil, 0), bench, sandbox)
            try await bench.records(1, on: Self.events)
            #expect(try await Self.paid(1, sandbox) == 0)
            _ = try folder.write("accounts-shop-2-access-token", "TEST-two")
            try await bench.records(2, on: Self.events)
            signal.yield("SIGTERM")
            #expect(try await status == .done)
            #expect(try await Self.paid(1, sandbox) == 1)
            #expect(!bench.sink.lines.contains { $0.contains("TEST-") })
        }
    }
}
