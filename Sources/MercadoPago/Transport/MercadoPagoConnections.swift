import NIOCore
import NIOPosix

/// The connections to Mercado Pago, for the clients of several sellers.
///
/// A connection belongs to no seller: each call carries its own access token. So one bound holds for all of
/// them, and a seller without calls keeps no connection open.
public final class MercadoPagoConnections: Sendable {
    let transport: Transport
    let searchResultsMax: Int

    /// Connections; ``shutdown()`` must be called when they aren't needed any more.
    ///
    /// - Parameters:
    ///   - configuration: How to reach the gateway; its access token isn't used.
    ///   - eventLoopGroup: The event loops; the process's shared ones unless others are given.
    /// - Throws: ``MercadoPagoConfigurationError`` with everything that is wrong.
    public init(
        _ configuration: MercadoPagoConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws(MercadoPagoConfigurationError) {
        let problems = configuration.problems
        guard problems.isEmpty, let base = BaseURL(configuration.baseURL) else {
            throw MercadoPagoConfigurationError(problems: problems)
        }
        transport = Transport(configuration, base: base, eventLoopGroup: eventLoopGroup)
        searchResultsMax = configuration.searchResultsMax
    }

    /// Fails the calls that are still running, closes all connections, and waits until they are closed.
    ///
    /// A second call does nothing.
    public func shutdown() async { await transport.shutdown() }
}
