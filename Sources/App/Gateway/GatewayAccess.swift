import MercadoPago
import PaymentJobs
import Pipeline

/// What the commands that ask the gateway need of the configuration: `gateway.*` and the accounts.
struct GatewayConfiguration: Sendable {
    var connections: MercadoPagoConfiguration
    var accounts: [AccountConfiguration]

    /// Reads the same settings as the worker; Kafka's aren't needed.
    static func load(_ sources: ConfigurationSources) throws(CommandFailure) -> GatewayConfiguration {
        let open = OpenSources(sources)
        var reader = SettingReader(open)
        let concurrency = reader.read(Catalogue.concurrency)
        let connections = MercadoPagoConfiguration(reading: &reader, concurrency: concurrency)
        let limits = AccountLimits(
            reading: &reader, RetryPolicy(reading: &reader), concurrency: concurrency)
        let accounts = AccountConfiguration.all(reading: &reader, limits)
        guard reader.problems.isEmpty else { throw CommandFailure(ConfigurationError(reader.problems)) }
        return GatewayConfiguration(connections: connections, accounts: accounts)
    }

    /// The account of this name; without one the only account, or the one of jobs that name none.
    func account(_ name: AccountName?) throws(CommandFailure) -> AccountConfiguration {
        if name == nil, accounts.count == 1 { return accounts[0] }
        if let found = accounts.first(where: { $0.name == name ?? .standard }) { return found }
        let names = accounts.map(\.name.description)
        let list = names.joined(separator: ", ")
        guard let name else { throw CommandFailure(.usage, "give --account, one of: \(list)") }
        let meant = Spelling.nearest(to: name.description, in: names).map { "; did you mean \($0)?" } ?? ""
        throw CommandFailure(.usage, "no account \"\(name)\" is configured: there is \(list)\(meant)")
    }
}

/// Opens a client for one question.
enum GatewayAccess {
    /// Asks, and closes the client.
    ///
    /// - Parameters:
    ///   - account: In whose name.
    ///   - configuration: How to reach the gateway.
    ///   - thing: What is asked for, for a message.
    ///   - ask: The question.
    /// - Returns: The answer.
    /// - Throws: What went wrong, in words for people.
    static func withClient<Value: Sendable>(
        of account: AccountConfiguration, _ configuration: MercadoPagoConfiguration,
        askingFor thing: String = "such thing",
        _ ask: (MercadoPagoClient) async throws(MercadoPagoError) -> Value
    ) async throws(GatewayTrouble) -> Value {
        var configuration = configuration
        configuration.accessToken = account.accessToken
        let client: MercadoPagoClient
        do {
            client = try MercadoPagoClient(configuration)
        } catch {
            throw GatewayTrouble(.configuration, "the gateway's settings can't be used: \(error)", hint: nil)
        }
        let result: Result<Value, MercadoPagoError>
        do throws(MercadoPagoError) {
            result = .success(try await ask(client))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        switch result {
        case .success(let value): return value
        case .failure(let error):
            throw GatewayTrouble(error, askedFor: thing, tokenSetting: account.accessTokenKey)
        }
    }
}
