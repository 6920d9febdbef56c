import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What went wrong on the way to the gateway or back.
///
/// The texts are ours: a library's own may quote a header, and so the access token.
public struct TransportFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    ///
    /// Whether the call was sent doesn't follow from it: see ``MercadoPagoError``.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// Nobody listens there.
        case connectionRefused = "connection refused"
        /// There is no way to the host.
        case unreachable = "host unreachable"
        /// The host's name has no address.
        case nameNotResolved = "name not resolved"
        /// No connection in time.
        case connectTimeout = "connect timeout"
        /// All connections stayed busy.
        case poolTimeout = "no free connection in time"
        /// The TLS handshake failed, or TLS broke later.
        case tls = "TLS failed"
        /// The gateway stayed silent.
        case readTimeout = "read timeout"
        /// The socket took no more.
        case writeTimeout = "write timeout"
        /// The whole call took too long.
        case callTimeout = "call timeout"
        /// The connection was closed.
        case connectionClosed = "connection closed"
        /// The connection was reset.
        case connectionReset = "connection reset"
        /// The answer isn't HTTP.
        case notHTTP = "answer is not HTTP"
        /// The caller gave up.
        case cancelled = "cancelled"
        /// The client was shut down.
        case shutDown = "client shut down"
        /// No address can be made of the call.
        case invalidAddress = "invalid address"
        /// Something that has no name here.
        case other = "connection failed"
    }

    /// What went wrong.
    public let reason: Reason

    /// A fault.
    public init(_ reason: Reason) { self.reason = reason }

    /// The reason in words.
    public var description: String { reason.rawValue }

    init(_ error: any Error) {
        reason =
            switch error {
            case let error as HTTPClientError: Self.reason(of: error)
            case let error as NIOConnectionError: Self.reason(of: error)
            case let error as ChannelError: Self.reason(of: error)
            case let error as IOError: Self.reason(of: error)
            case is HTTPParserError: .notHTTP
            case is SocketAddressError: .nameNotResolved
            case is CancellationError: .cancelled
            default: String(reflecting: type(of: error)).contains("SSL") ? .tls : .other
            }
    }

    private static func reason(of error: HTTPClientError) -> Reason {
        switch error {
        case .connectTimeout: .connectTimeout
        case .getConnectionFromPoolTimeout: .poolTimeout
        case .tlsHandshakeTimeout: .tls
        case .readTimeout: .readTimeout
        case .writeTimeout: .writeTimeout
        case .deadlineExceeded: .callTimeout
        case .remoteConnectionClosed, .requestStreamCancelled: .connectionClosed
        case .cancelled: .cancelled
        case .alreadyShutdown: .shutDown
        case .invalidURL, .emptyHost, .emptyScheme: .invalidAddress
        default: .other
        }
    }

    private static func reason(of error: NIOConnectionError) -> Reason {
        guard let first = error.connectionErrors.first else { return .nameNotResolved }
        return TransportFault(first.error).reason
    }

    private static func reason(of error: ChannelError) -> Reason {
        switch error {
        case .connectTimeout: .connectTimeout
        case .eof, .ioOnClosedChannel, .alreadyClosed, .inputClosed, .outputClosed: .connectionClosed
        default: .other
        }
    }

    private static func reason(of error: IOError) -> Reason {
        switch error.errnoCode {
        case ECONNREFUSED: .connectionRefused
        case ECONNRESET, EPIPE, ECONNABORTED: .connectionReset
        case EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL: .unreachable
        case ETIMEDOUT: .connectTimeout
        default: .other
        }
    }
}
