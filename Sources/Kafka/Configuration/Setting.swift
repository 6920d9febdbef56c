/// One setting as librdkafka wants it.
struct Setting: Equatable, Sendable {
    let name: String
    let value: String
    let isSecret: Bool

    init(_ name: String, _ value: String, isSecret: Bool = false) {
        self.name = name
        self.value = value
        self.isSecret = isSecret
    }

    init(_ name: String, _ value: Int) { self.init(name, String(value)) }

    init(_ name: String, _ value: Duration) { self.init(name, String(value.wholeMilliseconds)) }

    /// A raw setting, which may carry a secret under a name this module has never heard of.
    init(raw name: String, _ value: String) {
        self.init(name, value, isSecret: KafkaSecret.isLikely(in: name))
    }
}

extension Duration {
    /// Milliseconds, rounded up so that a wait never ends early; within `Int32`, as librdkafka wants.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) / 1000 else { return Int(Int32.max) }
        guard seconds >= 0, attoseconds >= 0 else { return seconds < 0 || attoseconds < 0 ? -1 : 0 }
        return Int(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

/// Everything one client is configured with, in the order it is applied.
struct SettingList: Sendable {
    /// What a raw setting may replace.
    var defaults: [Setting]
    /// What the typed settings say; a raw setting of the same name is refused.
    var typed: [Setting]
    /// Names, and their aliases, that would break a guarantee of this module.
    var guarded: Set<String>
    /// Raw settings, which librdkafka checks.
    var raw: [String: String]
    /// Problems found before librdkafka was asked.
    var problems: [ConfigurationProblem] = []

    /// What to apply, and the raw settings that are refused.
    func resolved() -> (settings: [Setting], problems: [ConfigurationProblem]) {
        let typedNames = Set(typed.map(\.name)).union(SettingList.typedAliases)
        var problems = problems
        var accepted: [Setting] = []
        for (name, value) in raw.sorted(by: { $0.key < $1.key }) {
            if guarded.contains(name) || SettingList.alwaysGuarded.contains(name) {
                problems.append(.init(name: name, reason: "is fixed, changing it would break a guarantee"))
            } else if typedNames.contains(name) {
                problems.append(.init(name: name, reason: "has a typed setting, use that"))
            } else {
                accepted.append(Setting(raw: name, value))
            }
        }
        return (defaults + typed + accepted, problems)
    }

    /// What no client may do: take brokers for genuine that nobody vouches for.
    static let alwaysGuarded: Set<String> = ["enable.ssl.certificate.verification"]

    /// Other names of typed settings, and typed settings that may be absent.
    static let typedAliases: Set<String> = [
        "metadata.broker.list", "sasl.mechanisms", "sasl.mechanism", "sasl.username", "sasl.password",
        "compression.type", "delivery.timeout.ms", "ssl.ca.location", "ssl.ca.pem",
        "ssl.certificate.location", "ssl.key.location", "ssl.key.password",
        "ssl.endpoint.identification.algorithm", "group.instance.id",
    ]
}
