import ExactJSON
import Foundation
import Glibc

/// Calls a server of this machine that answers in JSON.
struct LoopbackHTTP: Sendable {
    struct Answer: Sendable {
        var status: Int
        var head: String
        var body: JSON
    }

    let port: Int

    func get(_ path: String) async throws -> Answer { try await send("GET", path) }

    /// Sends one request and reads the answer.
    func send(
        _ method: String, _ path: String, _ content: [UInt8] = [], token: String? = nil
    ) async throws -> Answer {
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let head = """
            \(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(authorization)\
            Content-Type: application/json\r\nContent-Length: \(content.count)\r\nConnection: close\r\n\r\n
            """
        let request = Array(head.utf8) + content
        // The server answers on the threads that tests share, so none of them may wait for it.
        let answer = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(request) })
            }
        }
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { throw POSIXError(.EPROTO) }
        let text = String(decoding: answer[..<end.lowerBound], as: UTF8.self)
        let words = text.split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { throw POSIXError(.EPROTO) }
        return Answer(status: status, head: text, body: try JSON(parsing: Array(answer[end.upperBound...])))
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
        guard write(connection, request, request.count) == request.count else {
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
