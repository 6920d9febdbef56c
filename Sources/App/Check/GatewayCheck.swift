import MercadoPago
import PaymentJobs

/// Whether the gateway answers, and takes the credentials.
struct GatewayCheck: Sendable {
    private let configuration: AppConfiguration
    private let timeout: Duration

    init(_ configuration: AppConfiguration, timeout: Duration) {
        self.configuration = configuration
        self.timeout = timeout
    }

    func finding() async -> Finding {
        var settings = configuration.gateway
        settings.callTimeout = timeout
        settings.connectTimeout = min(settings.connectTimeout, timeout)
        settings.readTimeout = min(settings.readTimeout, timeout)
        let address = settings.baseURL
        do throws(GatewayTrouble) {
            let seller = try await GatewayAccess.withClient(settings) { client throws(MercadoPagoError) in
                try await client.provenSeller()
            }
            return .ok(
                .gateway, address,
                "takes the access token of the account \"\(configuration.account)\"" + seller.words)
        } catch {
            return .failed(.gateway, address, error.message, hint: error.hint, error.status)
        }
    }
}

/// Who a token belongs to, as far as the gateway has said.
struct ProvenSeller: Sendable {
    /// The seller's number.
    var id: String?
    /// The country's site, such as MLB.
    var site: String?

    /// The parts that are known, to be appended to a sentence.
    fileprivate var words: String {
        let parts = [id.map { "seller \($0)" }, site.map { "site \($0)" }].compactMap(\.self)
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }
}

extension MercadoPagoClient {
    /// Proves the credentials by one call that reads and changes nothing: a search that finds nobody, since
    /// `example.com` is nobody's (RFC 2606).
    func provenSeller() async throws(MercadoPagoError) -> ProvenSeller {
        _ = try await customers(email: Secret("cobrador-check@example.com"))
        return ProvenSeller()
    }
}
