import Kafka
import Operations
import Pipeline
import Testing
import Worker

@testable import App

@Suite("Settings of delivery, and of taking over")
struct DeliverySettingsTests {
    private static let atomic = ["COBRADOR_DELIVERY_MODE": "atomic"]

    private static func warnings(
        _ environment: [String: String] = [:], arguments: [String: String] = [:]
    ) async throws -> [String] {
        let configuration = try await ConfigurationTests.load(environment, arguments: arguments)
        return configuration.deliveryWarnings.map { "\($0.subject): \($0.message)" }
    }

    @Test("idempotent is the default, and has no transactions")
    func idempotent() async throws {
        let configuration = try await ConfigurationTests.load()
        #expect(configuration.transactions == nil)
        #expect(!configuration.worker.isNewGroup)
        #expect(configuration.listen == nil)
        #expect(try await Self.warnings().isEmpty)
    }

    @Test("a transaction's name is the one that is given, else of group and instance, else unique")
    func names() async throws {
        let given = try await ConfigurationTests.load(
            Self.atomic.merging(["COBRADOR_DELIVERY_TRANSACTIONAL_ID": "worker-7"]) { $1 })
        #expect(given.transactions?.transactionalID == "worker-7")
        let instance = try await ConfigurationTests.load(
            Self.atomic.merging(["COBRADOR_KAFKA_CONSUMER_INSTANCE_ID": "i-3"]) { $1 })
        #expect(instance.transactions?.transactionalID == "cobrador.i-3")
        let one = try await ConfigurationTests.load(Self.atomic).transactions?.transactionalID
        let other = try await ConfigurationTests.load(Self.atomic).transactions?.transactionalID
        #expect(one != other)
    }

    @Test("a transaction must end before the session does, in atomic delivery only")
    func transactionTimeout() async throws {
        let short = [
            "COBRADOR_KAFKA_CONSUMER_SESSION_TIMEOUT": "6s",
            "COBRADOR_KAFKA_CONSUMER_HEARTBEAT_INTERVAL": "2s",
        ]
        #expect(await ConfigurationTests.problems(short).isEmpty)
        #expect(
            await ConfigurationTests.problems(short.merging(Self.atomic) { $1 }) == [
                "delivery.transaction-timeout: must be shorter than kafka.consumer.session-timeout "
                    + "(delivery.transaction-timeout is 8s, default; "
                    + "kafka.consumer.session-timeout is 6s, environment)"
            ])
        let equal = Self.atomic.merging(["COBRADOR_DELIVERY_TRANSACTION_TIMEOUT": "12s"]) { $1 }
        #expect(await ConfigurationTests.problems(equal).count == 1)
        let fits = short.merging(Self.atomic) { $1 }
            .merging(["COBRADOR_DELIVERY_TRANSACTION_TIMEOUT": "5999ms"]) { $1 }
        #expect(try await ConfigurationTests.load(fits).transactions?.sessionTimeout == .seconds(6))
    }

    @Test("what belongs to transactions and is given without them is warned of")
    func unused() async throws {
        let settings = [
            "COBRADOR_DELIVERY_TRANSACTIONAL_ID": "worker-7", "COBRADOR_DELIVERY_TRANSACTION_TIMEOUT": "5s",
        ]
        let reason = "has no effect: delivery.mode is idempotent, which has no transactions"
        #expect(
            try await Self.warnings(settings) == [
                "delivery.transactional-id: \(reason)", "delivery.transaction-timeout: \(reason)",
            ])
        #expect(try await Self.warnings(settings.merging(Self.atomic) { $1 }).isEmpty)
    }

    @Test("a stall limit that a takeover reaches is warned of")
    func stallLimit() async throws {
        let warnings = try await Self.warnings(["COBRADOR_WORKER_STALL_LIMIT": "42s"])
        #expect(
            warnings.first?.hasPrefix(
                "worker.stall-limit: a job whose earlier worker was killed waits for 42s") == true)
        #expect(try await Self.warnings(["COBRADOR_WORKER_STALL_LIMIT": "43s"]).isEmpty)
    }

    @Test("a search that is trusted too early is warned of, unless the gateway is on this machine")
    func indexLag() async throws {
        let warnings = try await Self.warnings(["COBRADOR_GATEWAY_INDEX_LAG": "9s"])
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("gateway.index-lag: Mercado Pago's search needs seconds") == true)
        for url in ["http://127.0.0.1:8089", "http://localhost:8089/base", "http://[::1]:1"] {
            #expect(
                try await Self.warnings([
                    "COBRADOR_GATEWAY_INDEX_LAG": "0s", "COBRADOR_GATEWAY_BASE_URL": url,
                ]).isEmpty)
        }
    }

    @Test("a new group in a place that stays is warned of: the second start would be refused")
    func newGroup() async throws {
        let warnings = try await Self.warnings(["COBRADOR_WORKER_NEW_GROUP": "true"])
        #expect(
            warnings.first?.hasPrefix("worker.new-group: stands in environment: the next start") == true)
        #expect(try await Self.warnings(arguments: ["worker.new-group": "true"]).isEmpty)
        #expect(try await Self.warnings(["COBRADOR_WORKER_NEW_GROUP": "false"]).isEmpty)
        #expect(try await ConfigurationTests.load(arguments: ["worker.new-group": "true"]).worker.isNewGroup)
    }

    @Test("what a takeover waits for reaches the worker")
    func takeover() async throws {
        let configuration = try await ConfigurationTests.load([
            "COBRADOR_KAFKA_CONSUMER_SESSION_TIMEOUT": "9s", "COBRADOR_GATEWAY_CALL_TIMEOUT": "7s",
            "COBRADOR_GATEWAY_INDEX_LAG": "11s", "COBRADOR_WORKER_STALL_LIMIT": "2m",
            "COBRADOR_OPERATIONS_LISTEN": "[::]:8086",
        ])
        #expect(configuration.worker.sessionTimeout == .seconds(9))
        #expect(configuration.worker.callTimeout == .seconds(7))
        #expect(configuration.worker.indexLag == .seconds(11))
        #expect(configuration.worker.stallLimit == .seconds(120))
        #expect(configuration.listen?.host == "::")
    }

    @Test(
        "looks are settled after the lag, and not long after it",
        arguments: ["0s", "1ms", "250ms", "10s", "10m"])
    func looks(_ lag: String) async throws {
        let looks = try await ConfigurationTests.load(["COBRADOR_GATEWAY_INDEX_LAG": lag]).looks
        let last = looks.pause * (looks.countMin - 1)
        #expect(last > looks.indexLag)
        #expect(last <= max(.milliseconds(300), looks.indexLag * 5 / 4))
    }

    @Test("help says what happens in each mode, and with --new-group")
    func help() {
        let mode = Catalogue.deliveryMode.entry.help
        #expect(mode.contains("never mixes"))
        #expect(ConfigurationReference.markdown.contains(mode))
        #expect(Catalogue.newGroup.entry.help.contains("Refused"))
    }
}
