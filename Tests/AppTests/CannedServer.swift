import Foundation
import Glibc

/// A server that has the same bytes for everybody, whatever they say.
final class CannedServer: Sendable {
    let port: Int
    var baseURL: String { "http://127.0.0.1:\(port)" }
    private let listener: Int32

    /// One that answers over HTTP.
    convenience init(status: Int, headers: [String] = [], body: String) throws {
        let lines = ["HTTP/1.1 \(status) Page", "Content-Length: \(body.utf8.count)", "Connection: close"]
        try self.init((lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    init(_ answer: String) throws {
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
        port = Int(UInt16(bigEndian: address.sin_port))
        let bytes = Array(answer.utf8)
        Thread.detachNewThread {
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                var request = [UInt8](repeating: 0, count: 1 << 16)
                if read(connection, &request, request.count) > 0 {
                    _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                }
                Glibc.close(connection)
            }
            Glibc.close(listener)
        }
    }

    /// Takes no more connections.
    func close() { shutdown(listener, Int32(SHUT_RDWR)) }
}
