import MercadoPago
import PaymentJobs

/// What the commands that ask the gateway need of the configuration: `gateway.*` and `account.*`.
struct GatewayConfiguration: Sendable {
    var client: MercadoPagoConfiguration

    /// Reads the same settings as the worker; Kafka's aren't needed.
    static func load(_ sources: ConfigurationSources) throws(CommandFailure) -> GatewayConfiguration {
        let open = OpenSources(sources)
        var reader = SettingReader(open)
        let client = MercadoPagoConfiguration(
            reading: &reader, concurrency: reader.read(Catalogue.concurrency))
        _ = reader.read(Catalogue.account)
        guard reader.problems.isEmpty else { throw CommandFailure(ConfigurationError(reader.problems)) }
        return GatewayConfiguration(client: client)
    }
}

/// Opens a client for one question.
enum GatewayAccess {
    /// Asks, and closes the client.
    ///
    /// - Parameters:
    ///   - configuration: The client's settings.
    ///   - thing: What is asked for, for a message.
    ///   - ask: The question.
    /// - Returns: The answer.
    /// - Throws: What went wrong, in words for people.
    static func withClient<Value: Sendable>(
        _ configuration: MercadoPagoConfiguration, askingFor thing: String = "such thing",
        _ ask: (MercadoPagoClient) async throws(MercadoPagoError) -> Value
    ) async throws(GatewayTrouble) -> Value {
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
        case .failure(let error): throw GatewayTrouble(error, askedFor: thing)
        }
    }
}
