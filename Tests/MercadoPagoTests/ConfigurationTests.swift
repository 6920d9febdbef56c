import NIOCore
import NIOPosix
import PaymentJobs
import Testing

@testable import MercadoPago

@Suite("A configuration that can't work is refused, with all its problems")
struct ConfigurationTests {
    private var configuration: MercadoPagoConfiguration {
        MercadoPagoConfiguration(accessToken: Secret(Canary.accessToken))
    }

    @Test("the defaults are fine")
    func defaults() {
        #expect(configuration.problems == [])
        #expect(configuration.baseURL == "https://api.mercadopago.com")
    }

    @Test("all problems are listed")
    func all() {
        var broken = MercadoPagoConfiguration(accessToken: Secret(""))
        broken.baseURL = "ftp://example.com"
        broken.userAgent = "two words"
        broken.connectTimeout = .zero
        broken.callTimeout = .seconds(3601)
        broken.readTimeout = .seconds(-1)
        broken.writeTimeout = .zero
        broken.poolIdleTimeout = .zero
        broken.connectionsMax = 0
        broken.responseSizeMax = 0
        broken.searchResultsMax = 0
        #expect(
            broken.problems.map { $0.prefix { $0 != ":" } } == [
                "baseURL", "accessToken", "userAgent", "connectTimeout", "callTimeout", "readTimeout",
                "writeTimeout",
                "poolIdleTimeout", "connectionsMax", "responseSizeMax", "searchResultsMax",
            ])
        #expect(throws: MercadoPagoConfigurationError(problems: broken.problems)) {
            try MercadoPagoClient(broken)
        }
    }

    @Test(
        "addresses that are taken",
        arguments: [
            "https://api.mercadopago.com", "https://api.mercadopago.com/", "HTTPS://host:8443/proxy/",
            "http://127.0.0.1:1",
            "http://localhost", "http://[::1]:8080",
        ])
    func taken(text: String) {
        var configuration = configuration
        configuration.baseURL = text
        #expect(configuration.problems == [])
    }

    @Test(
        "addresses that are refused",
        arguments: [
            "", "api.mercadopago.com", "https://", "https://user@host", "https://host?x=1", "https://host#x",
            "https://host:0", "https://host:70000", "https://host:x", "https://ho st", "https://:80",
            "http://[::1",
            "https://host/%2e", "http://example.com", "http://localhost.example.com",
            "http://127.example.com",
            "http://127.0.0.1.example.com", "http://127.0.0", "https://host:+80", "https://host:80:80",
        ])
    func refused(text: String) {
        var configuration = configuration
        configuration.baseURL = text
        #expect(configuration.problems.count == 1 && configuration.problems[0].hasPrefix("baseURL"))
    }

    @Test("http to another machine has to be asked for")
    func plainHTTP() {
        var configuration = configuration
        configuration.baseURL = "http://sandbox:8080"
        #expect(configuration.problems.count == 1)
        configuration.permitsPlainHTTP = true
        #expect(configuration.problems == [])
    }

    @Test("a path before /v1 and event loops of one's own are used")
    func path() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        try await ScriptedServer.run(.onRequest { _ in [.send(response("200 OK", Sample.payment))] }) {
            server in
            var configuration = configuration
            configuration.baseURL = "http://127.0.0.1:\(server.port)/proxy/"
            let client = try MercadoPagoClient(configuration, eventLoopGroup: group)
            _ = try await client.payment(1)
            let job = Sample.job()
            _ = try await client.createPayment(PaymentRequest(job), key: Sample.key(job))
            await client.shutdown()
            await client.shutdown()
            #expect(server.requests.map(\.target) == ["/proxy/v1/payments/1", "/proxy/v1/payments"])
        }
        try await group.shutdownGracefully()
    }
}
