import ExactJSON
import Foundation
import Glibc

/// Talks HTTP to a port of this machine, one connection a call.
struct LoopbackClient: Sendable {
    struct Answer: Sendable {
        var status: Int
        var head: String
        var body: [UInt8]
        func json() throws -> JSON { try JSON(parsing: body) }
    }

    let port: Int

    func get(_ path: String, headers: [String] = []) async throws -> Answer {
        try await exchange("GET", path, headers: headers)
    }

    func exchange(
        _ method: String, _ path: String, headers: [String] = [], body: [UInt8] = []
    ) async throws -> Answer {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Content-Length: \(body.count)"]
        let head = (lines + headers + ["Connection: close", "", ""]).joined(separator: "\r\n")
        let request = Array(head.utf8) + body
        // The server answers on the threads that tests share, so none of them may wait for it.
        let answer = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(request) })
            }
        }
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { throw POSIXError(.EPROTO) }
        let text = String(decoding: answer[..<end.lowerBound], as: UTF8.self)
        guard let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw POSIXError(.EPROTO)
        }
        return Answer(status: status, head: text, body: Array(answer[end.upperBound...]))
    }

    /// A connection that is open and says nothing.
    func connect() throws -> Int32 {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafeBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return Glibc.connect(connection, pointer, socklen_t(bytes.count)) == 0
        }
        guard isConnected else {
            close(connection)
            throw POSIXError(.ECONNREFUSED)
        }
        return connection
    }

    private func exchange(_ request: [UInt8]) throws -> [UInt8] {
        let connection = try connect()
        defer { close(connection) }
        guard write(connection, request, request.count) == request.count else { throw POSIXError(.EPIPE) }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return answer }
            answer += buffer[..<count]
        }
    }
}
