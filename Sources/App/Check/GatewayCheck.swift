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
                try await client.account().value
            }
            return finding(of: seller, address)
        } catch {
            return Self.finding(of: error, address)
        }
    }

    /// Who asks to wait has answered, and looks at the token later; no other status than 77 and 69 is told
    /// apart, since the question is always the same.
    private static func finding(of trouble: GatewayTrouble, _ address: String) -> Finding {
        switch trouble.status {
        case .temporary: .warning(.gateway, address, trouble.message, hint: trouble.hint)
        case .noPermission, .configuration:
            .failed(.gateway, address, trouble.message, hint: trouble.hint, trouble.status)
        default: .failed(.gateway, address, trouble.message, hint: trouble.hint, .unavailable)
        }
    }

    /// Amounts and currencies are checked against the configured country: a wrong one refuses honest jobs.
    private func finding(of seller: SellerAccount, _ address: String) -> Finding {
        let parts = ["seller \(seller.id)", seller.siteID.map { "site \($0)" }].compactMap(\.self)
        let words = parts.joined(separator: ", ")
        if let site = configuration.site?.rawValue, let actual = seller.siteID, site != actual {
            return .failed(
                .gateway, address, "the access token is of \(words), and account.site is \(site)",
                hint: "Set account.site to \(actual), or use the token of the account that is meant.",
                .configuration)
        }
        return .ok(
            .gateway, address, "takes the access token of the account \"\(configuration.account)\": \(words)")
    }
}
