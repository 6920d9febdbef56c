import PaymentJobs

/// One setting as the catalogue declares it: all that documentation and checks need to know.
package struct SettingEntry: Sendable {
    /// The name, such as `worker.drain-deadline`.
    package let key: String
    /// What its text must be, such as `a whole number from 1 to 16384`.
    package let rule: String
    /// The text that stands for its default; nil where it must be given.
    package let defaultText: String?
    /// Whether its value must never be shown, nor be given on the command line.
    package let isSecret: Bool
    /// What it is for, in one line.
    package let help: String
    /// The setting whose value it has where it isn't given.
    private(set) var substitute: String?
    /// Whether a text follows the rule.
    let accepts: @Sendable (String) -> Bool

    /// The environment variable that sets it.
    package var variable: String { Self.variable(for: key) }

    /// The file of the secrets directory that sets it.
    package var secretFile: String { Self.secretFile(for: key) }

    static func secretFile(for key: String) -> String { String(key.map { $0 == "." ? "-" : $0 }) }

    static func variable(for key: String) -> String {
        "COBRADOR_" + String(key.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }

    /// `account.rate` for one seller alone: `accounts.shop-1.rate`.
    func of(_ account: String) -> SettingEntry {
        let name = key.drop { $0 != "." }
        var entry = SettingEntry(
            key: "\(Catalogue.accountsPrefix)\(account)\(name)", rule: rule, defaultText: nil,
            isSecret: isSecret, help: "This account's, in place of \(key).", accepts: accepts)
        entry.substitute = key
        return entry
    }

    /// What is wrong with `text`; never quotes a secret.
    func mistake(in text: String) -> String? {
        if accepts(text) { return nil }
        return isSecret
            ? "must be \(rule)" : "must be \(rule), not \"\(String(text.prefix(80)).withoutControls)\""
    }
}

/// A setting with the type of its value.
package struct Setting<Value: Sendable>: Sendable {
    package let entry: SettingEntry
    /// The default, or a placeholder where the setting must be given and isn't.
    let fallback: Value
    let parse: @Sendable (String) -> Value?

    /// A setting with a default.
    init(
        _ key: String, _ rule: String, default text: String, secret isSecret: Bool = false, _ help: String,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        guard let fallback = parse(text) else { preconditionFailure("\(key): its default follows its rule") }
        self.fallback = fallback
        self.parse = parse
        entry = SettingEntry(
            key: key, rule: rule, defaultText: text, isSecret: isSecret, help: help,
            accepts: { parse($0) != nil })
    }

    private init(entry: SettingEntry, fallback: Value, parse: @escaping @Sendable (String) -> Value?) {
        self.entry = entry
        self.fallback = fallback
        self.parse = parse
    }

    /// The same for one seller alone.
    func of(_ account: AccountName) -> Setting {
        Setting(entry: entry.of(account.description), fallback: fallback, parse: parse)
    }

    /// A setting that must be given.
    init(
        required key: String, _ rule: String, placeholder: Value, secret isSecret: Bool = false,
        _ help: String, parse: @escaping @Sendable (String) -> Value?
    ) {
        fallback = placeholder
        self.parse = parse
        entry = SettingEntry(
            key: key, rule: rule, defaultText: nil, isSecret: isSecret, help: help,
            accepts: { parse($0) != nil })
    }
}

extension Setting where Value == Int {
    static func integer(
        _ key: String, default text: String, in range: ClosedRange<Int>, _ help: String
    ) -> Setting {
        Setting(
            key, "a whole number from \(range.lowerBound) to \(range.upperBound)", default: text, help
        ) { text in
            text.wholeNumber.flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Setting where Value == Duration {
    static func duration(
        _ key: String, default text: String, in range: ClosedRange<Duration>, _ help: String
    ) -> Setting {
        let bounds = "\(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
        return Setting(key, "a duration from \(bounds)", default: text, help) { text in
            DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Setting where Value == Bool {
    static func flag(_ key: String, default text: String, _ help: String) -> Setting {
        Setting(key, "true or false", default: text, help) { Bool($0) }
    }
}

extension Setting where Value == String {
    static func choice(_ key: String, default text: String, of choices: [String], _ help: String) -> Setting {
        Setting(key, "one of " + choices.joined(separator: ", "), default: text, help) { text in
            choices.contains(text) ? text : nil
        }
    }

    /// Visible text of a limited length.
    static func text(
        _ key: String, default text: String, maxLength: Int = 255, _ help: String
    ) -> Setting {
        Setting(key, "1 to \(maxLength) visible characters", default: text, help) {
            $0.isVisible(maxLength: maxLength) ? $0 : nil
        }
    }
}

extension Setting {
    /// A setting that may be left out: `none` and the empty text stand for nothing.
    ///
    /// `parse` is wrapped here and nowhere else: a closure that returned the optional of an optional would
    /// take a text that doesn't parse for nothing, without a warning of the compiler.
    static func optional<Wrapped: Sendable>(
        _ key: String, _ rule: String, none: String = "", default text: String? = nil,
        secret isSecret: Bool = false, _ help: String, parse: @escaping @Sendable (String) -> Wrapped?
    ) -> Setting where Value == Wrapped? {
        Setting(key, rule, default: text ?? none, secret: isSecret, help) { text -> Wrapped?? in
            if text == none || text.isEmpty { return .some(.none) }
            guard let value = parse(text) else { return .none }
            return .some(.some(value))
        }
    }
}

extension Setting where Value == String? {
    /// Text that may be left out.
    static func optionalText(_ key: String, _ rule: String, _ help: String) -> Setting {
        optional(key, rule, help) { $0.isVisible(maxLength: 1024) ? $0 : nil }
    }

    /// A topic's name, or `off`.
    static func topic(_ key: String, default text: String, _ help: String) -> Setting {
        optional(key, "a topic's name, or off", none: "off", default: text, help) {
            $0.isTopicName ? $0 : nil
        }
    }
}

extension String {
    /// Whether there are only printable characters, and not too many.
    func isVisible(maxLength: Int) -> Bool {
        (1...maxLength).contains(utf8.count)
            && unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// The number that is written in decimal digits and nothing else: `Int("+5")` is 5 too.
    var wholeNumber: Int? { isDigits ? Int(self) : nil }

    /// The number that is written in decimal digits, with or without a decimal point between them.
    var decimalNumber: Double? {
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { String($0).isDigits } ? Double(self) : nil
    }

    private var isDigits: Bool {
        !isEmpty && utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Kafka's own rule: `org.apache.kafka.common.internals.Topic`.
    var isTopicName: Bool {
        (1...249).contains(utf8.count) && self != "." && self != ".."
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
