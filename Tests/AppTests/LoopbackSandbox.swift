import ExactJSON
import Logging
import Sandbox

/// A gateway sandbox in this process, seeded and armed over its control endpoints.
struct LoopbackSandbox: Sendable {
    static let token = SandboxAccount().accessToken

    let port: Int
    var baseURL: String { "http://127.0.0.1:\(port)" }

    /// The settings that lead to it.
    var environment: [String: String] {
        ["COBRADOR_GATEWAY_BASE_URL": baseURL, "COBRADOR_GATEWAY_ACCESS_TOKEN": Self.token]
    }

    /// Runs one beside `body`.
    static func run<Result: Sendable>(
        _ configuration: SandboxConfiguration = SandboxConfiguration(),
        _ body: @escaping @Sendable (LoopbackSandbox) async throws -> Result
    ) async throws -> Result {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
        let server = SandboxServer(configuration: configuration, logger: logger) { port.yield($0) }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await server.run()
                return nil
            }
            group.addTask {
                for await port in ports { return try await body(LoopbackSandbox(port: port)) }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    /// Posts a body and reads the answer.
    @discardableResult
    func post(_ path: String, _ body: JSON) async throws -> JSON {
        try await LoopbackHTTP(port: port).send("POST", path, body.serialized(), token: Self.token).body
    }

    /// Lets the next calls of a path fail.
    func arm(_ fault: JSONObject, path: String, times: Int = 1) async throws {
        var fault = fault
        fault["match"] = ["method": "GET", "path": .string(path)]
        fault["times"] = JSON(times)
        try await post("/_sandbox/faults", .object(fault))
    }
}
