import Foundation
import Kafka
import Logging
import MercadoPago
import PaymentJobs
import Pipeline
import Testing
import Worker

@testable import App

@Suite("Configuration")
struct ConfigurationTests {
    /// The least that a worker needs.
    static let least = [
        "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "COBRADOR_GATEWAY_ACCESS_TOKEN": "TEST-sandbox",
    ]

    static func load(
        _ environment: [String: String] = [:], arguments: [String: String] = [:], file: String? = nil,
        secrets: String? = nil
    ) async throws(ConfigurationError) -> AppConfiguration {
        try await AppConfiguration.load(
            ConfigurationSources(
                arguments: arguments, environment: least.merging(environment) { $1 }, file: file,
                secretsDirectory: secrets))
    }

    static func problems(
        _ environment: [String: String] = [:], arguments: [String: String] = [:], file: String? = nil
    ) async -> [String] {
        do throws(ConfigurationError) {
            _ = try await load(environment, arguments: arguments, file: file)
            return []
        } catch {
            return error.problems.map { "\($0.subject): \($0.message)" }
        }
    }

    @Test("the least configuration is enough, and every other setting has its default")
    func least() async throws {
        let configuration = try await Self.load()
        #expect(configuration.consumer.kafka.bootstrapServers == ["kafka:9092"])
        #expect(configuration.consumer.groupID == "cobrador")
        #expect(
            configuration.worker.inbound.map(\.topic).sorted() == [
                "cobrador.jobs.cancel-payment", "cobrador.jobs.capture-payment",
                "cobrador.jobs.charge-saved-card", "cobrador.jobs.refund-payment",
                "cobrador.jobs.register-card",
            ])
        #expect(configuration.accounts.map(\.name.description) == ["default"])
        #expect(configuration.accounts.first?.rules.site == nil)
        #expect(configuration.worker.drainDeadline == .seconds(45))
        #expect(configuration.gateway.connectionsMax == configuration.concurrency)
        #expect(configuration.accounts.first?.limits.rate == nil)
        #expect(configuration.logLevel == .notice)
    }

    @Test(
        "the command line goes before the environment, that before secret files, those before the JSON file")
    func precedence() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "c.json", #"{"worker": {"window": 1, "concurrency": 1}, "log.level": "info"}"#)
        let secrets = try folder.folder("secrets")
        _ = try folder.write("secrets/worker-window", "2\n")
        _ = try folder.write("secrets/worker-concurrency", "2\n")
        _ = try folder.write("secrets/account-burst", "2\n")
        let environment = ["COBRADOR_WORKER_WINDOW": "3", "COBRADOR_WORKER_CONCURRENCY": "3"]
        let configuration = try await Self.load(
            environment, arguments: ["worker.window": "4"], file: file, secrets: secrets)
        #expect(configuration.worker.window == 4)
        #expect(configuration.concurrency == 3)
        #expect(configuration.logLevel == .info)
        let sources = Dictionary(uniqueKeysWithValues: configuration.summary.map { ($0.key, $0.source) })
        #expect(sources["worker.window"] == "command line")
        #expect(sources["worker.concurrency"] == "environment")
        #expect(
            sources["account.burst"] == secrets.dropLast(secrets.hasSuffix("/") ? 1 : 0) + "/account-burst")
        #expect(sources["log.level"] == file)
        #expect(sources["worker.max-in-flight"] == .some(nil))
    }

    @Test(
        "COBRADOR_CONFIG and COBRADOR_SECRETS_DIRECTORY say where the files are; $CREDENTIALS_DIRECTORY too")
    func filesFromTheEnvironment() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.json", #"{"worker.window": 7}"#)
        let secrets = try folder.folder("secrets")
        _ = try folder.write("secrets/gateway-access-token", "TEST-from-a-file\n")
        for variable in ["COBRADOR_SECRETS_DIRECTORY", "CREDENTIALS_DIRECTORY"] {
            let configuration = try await AppConfiguration.load(
                ConfigurationSources(environment: [
                    "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "COBRADOR_CONFIG": file,
                    variable: secrets,
                ]))
            #expect(configuration.worker.window == 7)
            #expect(configuration.accounts[0].accessToken.reveal { $0 } == "TEST-from-a-file")
        }
    }

    @Test("each inbound topic can be turned off, but not all of them")
    func topicsOff() async throws {
        for off in ["off", ""] {
            let configuration = try await Self.load(["COBRADOR_TOPICS_REGISTER_CARD": off])
            #expect(!configuration.worker.inbound.map(\.kind).contains(.registerCard))
            #expect(configuration.worker.inbound.count == JobKind.allCases.count - 1)
        }
        let none = await Self.problems(
            Dictionary(
                uniqueKeysWithValues: [
                    "REGISTER_CARD", "CHARGE_SAVED_CARD", "REFUND_PAYMENT", "CANCEL_PAYMENT",
                    "CAPTURE_PAYMENT",
                ].map { ("COBRADOR_TOPICS_\($0)", "off") }))
        #expect(none == ["topics: every inbound topic is off: leave at least one on"])
    }

    @Test("raw settings come from variables and files, and the client's own go before those of both")
    func raw() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "c.json",
            #"{"kafka": {"raw": {"socket.nagle.disable": false, "retries": 3}, "consumer.raw.retries": 4}}"#)
        let configuration = try await Self.load(
            ["COBRADOR_KAFKA_PRODUCER_RAW_RETRY_BACKOFF_MS": "50"], file: file)
        #expect(configuration.consumer.kafka.raw == ["socket.nagle.disable": "false", "retries": "4"])
        #expect(
            configuration.producer.kafka.raw
                == ["socket.nagle.disable": "false", "retries": "3", "retry.backoff.ms": "50"])
    }
}
