/// Where a server listens.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address, an IPv6 one without brackets.
    public var host: String
    /// The port; with 0 the machine chooses a free one.
    public var port: Int

    /// Makes the value.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, an IPv6 address in brackets.
    public var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
