import Logging
import MercadoPago
import PaymentJobs
import Pipeline

/// One seller with its access token, made of a configuration.
struct Seller: Sendable {
    let name: AccountName
    /// The file of its access token; nil where that can't be replaced.
    let tokenFile: AccessTokenFile?
    private let token: any AccessTokenSource
    private let limits: AccountLimits
    private let rules: AccountRules

    /// - Throws: Where no header can hold the access token.
    init(_ configuration: AccountConfiguration, logger: Logger) throws(CommandFailure) {
        guard let token = AccessToken(configuration.accessToken) else {
            throw CommandFailure(
                .configuration, "\(configuration.accessTokenKey) must be \(Catalogue.accessTokenRule)")
        }
        name = configuration.name
        limits = configuration.limits
        rules = configuration.rules
        tokenFile = configuration.accessTokenFile.map {
            AccessTokenFile($0, of: configuration.name, token, logger: logger)
        }
        self.token = tokenFile ?? token
    }

    /// The seller on connections that all sellers share.
    func account(on connections: MercadoPagoConnections) -> PipelineAccount {
        let client = MercadoPagoClient(sharing: connections, accessToken: token)
        return PipelineAccount(MercadoPagoGateway(client), limits: limits, rules: rules)
    }
}
