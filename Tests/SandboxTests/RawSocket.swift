import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How a connection ended, as the other side of it sees it.
enum SocketEnd: Equatable, Sendable {
    case answered(String)
    case closed
    case reset
    case timedOut
    case failed(Int32)
}

/// A client with nothing between it and the kernel, on a thread of its own: it blocks.
enum RawSocket {
    /// Sends a request and reads until there is something, or the end, or `timeout` seconds are over.
    ///
    /// With `hangUp` it closes its sending side first, as a caller who has lost interest does.
    static func exchange(
        port: Int, request: String, hangUp: Bool = false, timeout: Int = 20
    ) async -> SocketEnd {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    returning: blocking(port: port, request: request, hangUp: hangUp, timeout: timeout))
            }
        }
    }

    static func post(_ path: String, _ body: String, key: String) -> String {
        let head = [
            "POST \(path) HTTP/1.1", "Host: sandbox", "Authorization: Bearer TEST-sandbox-access-token",
            "X-Idempotency-Key: \(key)", "Content-Length: \(body.utf8.count)", "", "",
        ]
        return head.joined(separator: "\r\n") + body
    }

    private static func blocking(port: Int, request: String, hangUp: Bool, timeout: Int) -> SocketEnd {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return .failed(errno) }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return .failed(errno) }
        let bytes = Array(request.utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            return .failed(errno)
        }
        if hangUp { shutdown(descriptor, Int32(SHUT_WR)) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        switch (count, errno) {
        case (1..., _): return .answered(String(decoding: buffer[..<count], as: UTF8.self))
        case (0, _): return .closed
        case (_, ECONNRESET): return .reset
        case (_, EAGAIN): return .timedOut
        case (_, let code): return .failed(code)
        }
    }
}
