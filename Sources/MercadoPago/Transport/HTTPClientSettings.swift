import AsyncHTTPClient
import NIOCore

extension HTTPClient.Configuration {
    /// Every setting that could surprise, explicitly.
    ///
    /// AsyncHTTPClient 1.37 never sends a request twice by itself: one that meets a closed connection fails
    /// with `remoteConnectionClosed` (HTTP1ConnectionStateMachine.swift, `runNewRequest`). What it can repeat
    /// is connecting, until the connect timeout; that is off, because whoever owns the job paces repetitions,
    /// and a refused port should be known at once.
    init(_ configuration: MercadoPagoConfiguration) {
        self.init(
            tlsConfiguration: nil,
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(configuration.connectTimeout),
                read: TimeAmount(configuration.readTimeout),
                write: TimeAmount(configuration.writeTimeout)),
            connectionPool: .init(
                idleTimeout: TimeAmount(configuration.poolIdleTimeout),
                concurrentHTTP1ConnectionsPerHostSoftLimit: configuration.connectionsMax),
            proxy: nil,
            decompression: .disabled
        )
        connectionPool.retryConnectionEstablishment = false
        connectionPool.preWarmedHTTP1ConnectionCount = 0
        httpVersion = .http1Only
        tracing.tracer = nil
    }
}
