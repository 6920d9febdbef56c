import Foundation
import Glibc
import Synchronization

/// A gateway that takes requests and never answers.
final class SilentGateway: Sendable {
    let baseURL: String
    /// Yields when a request has begun to arrive.
    let arrivals: AsyncStream<Void>
    private let listener: Int32
    private let connections = Mutex<[Int32]>([])

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return bind(listener, pointer, length) == 0 && listen(listener, 16) == 0
                && getsockname(listener, pointer, &length) == 0
        }
        guard isListening else { throw POSIXError(.EADDRINUSE) }
        baseURL = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        arrivals = stream
        Thread.detachNewThread { [self] in accept(continuation) }
    }

    /// Cuts every connection, and takes no more.
    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in connections.withLock({ $0 }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private func accept(_ continuation: AsyncStream<Void>.Continuation) {
        var byte: UInt8 = 0
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { break }
            connections.withLock { $0.append(connection) }
            if read(connection, &byte, 1) == 1 { continuation.yield() }
        }
        continuation.finish()
    }
}
