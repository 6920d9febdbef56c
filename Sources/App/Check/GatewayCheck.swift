import MercadoPago
import PaymentJobs
import Pipeline

/// Whether the gateway answers, and takes the credentials of every seller.
struct GatewayCheck: Sendable {
    private let accounts: [AccountConfiguration]
    private let settings: MercadoPagoConfiguration
    /// With several sellers the findings are told apart by their names.
    private var isOne: Bool { accounts.count == 1 }

    init(_ configuration: AppConfiguration, timeout: Duration) {
        accounts = configuration.accounts
        var settings = configuration.gateway
        settings.callTimeout = timeout
        settings.connectTimeout = min(settings.connectTimeout, timeout)
        settings.readTimeout = min(settings.readTimeout, timeout)
        self.settings = settings
    }

    /// One for each seller, in their order; all are asked at once.
    func findings() async -> [Finding] {
        let sellers = await withTaskGroup(of: (Int, Result<SellerAccount, GatewayTrouble>).self) { group in
            for (index, account) in accounts.enumerated() {
                group.addTask { (index, await seller(of: account)) }
            }
            var sellers: [Int: Result<SellerAccount, GatewayTrouble>] = [:]
            for await (index, seller) in group { sellers[index] = seller }
            return sellers
        }
        var known: [Int64: AccountName] = [:]
        return accounts.enumerated().compactMap { index, account in
            switch sellers[index] {
            case .success(let seller)?:
                let other = known.updateValue(account.name, forKey: seller.id)
                return finding(of: seller, account, sameAs: other)
            case .failure(let trouble)?: return finding(of: trouble, account)
            case nil: return nil
            }
        }
    }

    private func seller(of account: AccountConfiguration) async -> Result<SellerAccount, GatewayTrouble> {
        do throws(GatewayTrouble) {
            return .success(
                try await GatewayAccess.withClient(of: account, settings) {
                    client throws(MercadoPagoError) in try await client.account().value
                })
        } catch {
            return .failure(error)
        }
    }

    private func subject(_ account: AccountConfiguration) -> String {
        isOne ? settings.baseURL : "account \(account.name)"
    }

    private func message(_ text: String) -> String { isOne ? text : "\(settings.baseURL) \(text)" }

    /// Who asks to wait has answered, and looks at the token later; no other status than 77 and 69 is told
    /// apart, since the question is always the same.
    private func finding(of trouble: GatewayTrouble, _ account: AccountConfiguration) -> Finding {
        let (subject, text) = (subject(account), message(trouble.message))
        return switch trouble.status {
        case .temporary: .warning(.gateway, subject, text, hint: trouble.hint)
        case .noPermission, .configuration:
            .failed(.gateway, subject, text, hint: trouble.hint, trouble.status)
        default: .failed(.gateway, subject, text, hint: trouble.hint, .unavailable)
        }
    }

    /// Amounts and currencies are checked against the configured country: a wrong one refuses honest jobs.
    private func finding(
        of seller: SellerAccount, _ account: AccountConfiguration, sameAs other: AccountName?
    ) -> Finding {
        let parts = ["seller \(seller.id)", seller.siteID.map { "site \($0)" }].compactMap(\.self)
        let words = parts.joined(separator: ", ")
        let subject = subject(account)
        if let site = account.rules.site?.rawValue, let actual = seller.siteID, site != actual {
            return .failed(
                .gateway, subject, "the access token is of \(words), and \(account.siteKey) is \(site)",
                hint: "Set \(account.siteKey) to \(actual), or use the token of the account that is meant.",
                .configuration)
        }
        let text = message("takes the access token of the account \"\(account.name)\": \(words)")
        guard let other else { return .ok(.gateway, subject, text) }
        return .warning(
            .gateway, subject, text + ", as that of \(other)",
            hint: "One seller under two names: the limits of both add up, and one job may be done for each.")
    }
}
