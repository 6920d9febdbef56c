import ExactJSON
import Foundation
import Glibc
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
        _ body: @escaping @Sendable (LoopbackSandbox) async throws -> Result
    ) async throws -> Result {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
        let server = SandboxServer(logger: logger) { port.yield($0) }
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
        let content = body.serialized()
        let head = """
            POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(Self.token)\r\n\
            Content-Type: application/json\r\nContent-Length: \(content.count)\r\nConnection: close\r\n\r\n
            """
        let request = Array(head.utf8) + content
        // The sandbox answers on the threads that tests share, so none of them may wait for it.
        let answer = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(request) })
            }
        }
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { throw POSIXError(.EPROTO) }
        return try JSON(parsing: Array(answer[end.upperBound...]))
    }

    /// Lets the next calls of a path fail.
    func arm(_ fault: JSONObject, path: String, times: Int = 1) async throws {
        var fault = fault
        fault["match"] = ["method": "GET", "path": .string(path)]
        fault["times"] = JSON(times)
        try await post("/_sandbox/faults", .object(fault))
    }

    private func exchange(_ request: [UInt8]) throws -> [UInt8] {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafeBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return connect(connection, pointer, socklen_t(bytes.count)) == 0
        }
        guard isConnected, write(connection, request, request.count) == request.count else {
            throw POSIXError(.ECONNREFUSED)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return answer }
            answer += buffer[..<count]
        }
    }
}
