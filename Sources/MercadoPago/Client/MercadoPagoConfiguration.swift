import PaymentJobs

/// How to reach Mercado Pago, as one seller or as several that share connections.
///
/// Every limit has a value: none is left to a library's default.
public struct MercadoPagoConfiguration: Sendable {
    /// Scheme, host and port, where needed with a path.
    ///
    /// Source of the default: [C] every official SDK.
    public var baseURL = "https://api.mercadopago.com"
    /// The seller's access token; it travels in the `Authorization` header only, never in an address.
    ///
    /// Nil for ``MercadoPagoConnections``, where each client has its own.
    public var accessToken: Secret<String>?
    /// What the `User-Agent` header says.
    public var userAgent = "cobrador/0.1.0"
    /// How long a call may wait for a connection: for a free one in the pool, or for a new one with its name
    /// resolution and TLS handshake.
    public var connectTimeout = Duration.seconds(3)
    /// How long a whole call may take, from the wait for a connection to the last byte of the answer.
    public var callTimeout = Duration.seconds(20)
    /// How long the gateway may stay silent once it has the request.
    public var readTimeout = Duration.seconds(15)
    /// How long the socket may refuse to take the request.
    public var writeTimeout = Duration.seconds(5)
    /// How long an unused connection is kept: shorter than common balancers keep theirs, so that a payment
    /// seldom meets a connection that the other side is closing.
    public var poolIdleTimeout = Duration.seconds(30)
    /// How many connections there may be; calls beyond wait for `connectTimeout`.
    public var connectionsMax = 32
    /// The largest answer that is read, in bytes.
    public var responseSizeMax = 4 << 20
    /// How many results of one search are read before it counts as incomplete.
    public var searchResultsMax = 1000
    /// Whether `http` may be used with a host other than this machine: it shows the access token to the
    /// network.
    public var permitsPlainHTTP = false

    /// A configuration with the defaults for connections that several sellers share.
    public init() {}

    /// A configuration with the defaults for one seller.
    public init(accessToken: Secret<String>) {
        self.accessToken = accessToken
    }

    /// Everything that is wrong, in words without secrets; empty where nothing is.
    public var problems: [String] {
        var problems: [String] = []
        if BaseURL(baseURL) == nil {
            problems.append("baseURL: must be http(s)://host[:port][/path], without user, query or fragment")
        } else if let base = BaseURL(baseURL), !base.isEncrypted, !base.isLoopback, !permitsPlainHTTP {
            problems.append("baseURL: http to another machine shows the access token; use https")
        }
        if let accessToken, AccessToken(accessToken) == nil {
            problems.append("accessToken: must be 1 to 512 visible ASCII characters")
        }
        if !HeaderText.isOne(userAgent, lengthMax: 128) {
            problems.append("userAgent: must be 1 to 128 visible ASCII characters")
        }
        for (name, value) in durations where value <= .zero || value > .seconds(3600) {
            problems.append("\(name): must be more than nothing and at most an hour")
        }
        for (name, value, upTo) in [
            ("connectionsMax", connectionsMax, 4096), ("responseSizeMax", responseSizeMax, 16 << 20),
            ("searchResultsMax", searchResultsMax, 10_000),
        ] where !(1...upTo).contains(value) {
            problems.append("\(name): must be 1 to \(upTo)")
        }
        return problems
    }

    private var durations: [(String, Duration)] {
        [
            ("connectTimeout", connectTimeout), ("callTimeout", callTimeout), ("readTimeout", readTimeout),
            ("writeTimeout", writeTimeout), ("poolIdleTimeout", poolIdleTimeout),
        ]
    }
}

/// A configuration that no client can be made of.
public struct MercadoPagoConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// All problems, not only the first; none quotes a secret.
    public let problems: [String]

    /// The problems in one line.
    public var description: String { problems.joined(separator: "; ") }
}
