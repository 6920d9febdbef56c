import Kafka

/// `cobrador check`: looks at everything that a worker needs, and changes nothing.
///
/// Every part is looked at, whatever another part is like, and each for a bounded time.
package struct Check: Sendable {
    private let sources: ConfigurationSources
    private let timeout: Duration

    /// - Parameters:
    ///   - sources: The configuration, as a worker would read it.
    ///   - timeout: How long Kafka and the gateway may take for each answer.
    package init(sources: ConfigurationSources, timeout: Duration) {
        self.sources = sources
        self.timeout = timeout
    }

    /// Looks.
    package func run() async -> CheckReport {
        let reading = AppConfiguration.read(sources)
        let configuration = reading.configuration
        async let kafka = kafkaFindings(configuration, reading)
        async let gateway = gatewayFindings(configuration, reading)
        let settings = configuration.summary.map {
            EffectiveSetting(key: $0.key, text: $0.text, source: $0.source)
        }
        return CheckReport(
            findings: ConfigurationCheck(configuration, reading.problems).findings + (await kafka)
                + (await gateway),
            settings: settings)
    }

    private func kafkaFindings(
        _ configuration: AppConfiguration, _ reading: AppConfiguration.Reading
    ) async -> [Finding] {
        if let reason = Self.reason(reading, ["kafka", "topics"]) {
            return [
                LibraryCheck.finding, .skipped(.kafka, "brokers and topics", "not asked, since \(reason)"),
            ]
        }
        return [LibraryCheck.finding] + (await KafkaCheck(configuration, timeout: timeout).findings())
    }

    private func gatewayFindings(
        _ configuration: AppConfiguration, _ reading: AppConfiguration.Reading
    ) async -> [Finding] {
        if let reason = Self.reason(reading, ["gateway", "account", "accounts"]) {
            return [.skipped(.gateway, "credentials", "not tried, since \(reason)")]
        }
        return await GatewayCheck(configuration, timeout: timeout).findings()
    }

    /// Why nobody is asked: with the defaults in place of what can't be read it would be somebody else.
    private static func reason(_ reading: AppConfiguration.Reading, _ groups: [String]) -> String? {
        if !reading.isComplete { return "the configuration file can't be read" }
        return reading.problems.contains { $0.isAbout(groups) } ? "their settings have problems" : nil
    }
}

extension ConfigurationError.Problem {
    /// Whether it is about a setting of one of these groups.
    fileprivate func isAbout(_ groups: [String]) -> Bool {
        groups.contains { subject == $0 || subject.hasPrefix($0 + ".") }
    }
}

/// What the settings are like, before anybody is asked.
struct ConfigurationCheck {
    let findings: [Finding]

    init(_ configuration: AppConfiguration, _ problems: [ConfigurationError.Problem]) {
        let failed = problems.map {
            Finding.failed(.configuration, $0.subject, $0.message, hint: nil, .configuration)
        }
        let warnings = configuration.warnings.map {
            Finding.warning(.configuration, $0.subject, $0.message, hint: nil)
        }
        let given = configuration.summary.count { $0.source != nil }
        let rest = configuration.summary.count - given
        let ok = Finding.ok(
            .configuration, "settings", "\(given) given, \(rest) at their defaults (--explain lists them)")
        findings = (failed.isEmpty ? [ok] : failed) + (failed.isEmpty ? warnings : [])
    }
}

/// Which librdkafka this is.
enum LibraryCheck {
    static var finding: Finding { finding(runtime: .runtime, compiled: .compiled) }

    static func finding(runtime: LibrdkafkaVersion, compiled: LibrdkafkaVersion) -> Finding {
        let text =
            runtime == compiled ? "\(runtime)" : "\(runtime), built against the headers of \(compiled)"
        if runtime < compiled {
            return .warning(
                .kafka, "librdkafka", text,
                hint:
                    "An older library than the headers may lack what was built in: update it, or build again."
            )
        }
        let cooperative = LibrdkafkaVersion(major: 2, minor: 10, patch: 0)
        guard runtime < cooperative else { return .ok(.kafka, "librdkafka", text) }
        let pause =
            runtime < LibrdkafkaVersion(major: 2, minor: 2, patch: 0)
            ? "; before 2.2, reading a partition pauses for 1 s whenever kafka.consumer.queued-min-messages "
                + "are read ahead" : ""
        // The usual one of a distribution, with which everything is tested: a note, no cause for thought.
        var finding = Finding.ok(.kafka, "librdkafka", text)
        finding.hint =
            "It works; update to 2.10 or newer when you can. Before 2.10, a commit in a cooperative "
            + "rebalance loses the assignment (librdkafka#4059), so that strategy is refused\(pause)."
        return finding
    }
}
