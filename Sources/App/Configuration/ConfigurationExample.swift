/// A configuration file with every setting at its default, explained: `Config/cobrador.example.jsonc`.
package enum ConfigurationExample {
    /// Where the file's Kafka is: the one setting that has no default and is no secret.
    private static let placeholders = ["kafka.bootstrap-servers": "localhost:9092"]
    private static let width = 103

    /// The file's text.
    package static var text: String {
        var groups: [(name: String, entries: [SettingEntry])] = []
        for entry in Catalogue.all {
            let name = String(entry.key.prefix { $0 != "." })
            if let index = groups.firstIndex(where: { $0.name == name }) {
                groups[index].entries.append(entry)
            } else {
                groups.append((name, [entry]))
            }
        }
        let sections = groups.map { section($0.name, $0.entries) }
        return (head + ["{", sections.joined(separator: ",\n\n"), "}"]).joined(separator: "\n")
    }

    private static let head = [
        "// Every setting of Cobrador at its default. Copy what you change, and leave out the rest:",
        "//     cobrador run --config cobrador.jsonc",
        "// It is JSON in which // begins a comment, up to the end of its line. A name may be nested, or have",
        "// dots. The command line, the environment and secret files go before this file.",
        "// Secrets don't belong here: each has a variable, and a file of the secrets directory, which is",
        "// --secrets-directory, $COBRADOR_SECRETS_DIRECTORY, $CREDENTIALS_DIRECTORY or /run/secrets.",
        "// This file is made by `cobrador config-reference --example`.",
    ]

    private static func section(_ name: String, _ entries: [SettingEntry]) -> String {
        let last = entries.last { !$0.isSecret }?.key
        var blocks = entries.map { entry in
            let notes = comment(entry).map { "    // " + $0 }
            guard !entry.isSecret else { return notes.joined(separator: "\n") }
            let member = "    \(quoted(rest(entry.key, of: name))): \(value(of: entry))"
            return (notes + [member + (entry.key == last ? "" : ",")]).joined(separator: "\n")
        }
        if Catalogue.rawPrefixes.contains(where: { $0.hasPrefix(name + ".") }) {
            blocks.append(
                """
                    // Anything else of librdkafka's CONFIGURATION.md goes under raw (both clients), consumer.raw or
                    // producer.raw, and is checked at start: "raw": { "reconnect.backoff.max.ms": 5000 }
                """)
        }
        if Catalogue.accountsPrefix == name + "." {
            let notes = Catalogue.anyAccount.map { entry in
                comment(entry).map { "    // " + $0 }.joined(separator: "\n")
            }
            blocks.append(
                """
                    // Each account that is named has settings of its own:
                    //     "shop-1": { "site": "MLA", "rate": 50 }
                """)
            blocks += notes
        }
        return "  \(quoted(name)): {\n" + blocks.joined(separator: "\n\n") + "\n  }"
    }

    private static func comment(_ entry: SettingEntry) -> [String] {
        let rule =
            switch (entry.defaultText, entry.substitute) {
            case (nil, nil): "Required: \(entry.rule)."
            case (nil, let substitute?): "\(entry.rule.capitalisedFirst). Otherwise \(substitute)."
            default: "\(entry.rule.capitalisedFirst)."
            }
        let ways = entry.isSecret ? "\(entry.variable), or the file \(entry.secretFile)." : entry.variable
        let name =
            entry.isSecret
            ? "\(entry.key), a secret: " : entry.substitute.map { _ in "\(entry.key): " } ?? ""
        return ConfigurationReference.wrapped(name + entry.help, width: width)
            + ConfigurationReference.wrapped("\(rule) \(ways)", width: width)
    }

    private static func value(of entry: SettingEntry) -> String {
        let text = entry.defaultText ?? placeholders[entry.key] ?? ""
        let isBare = Int(text).map { String($0) == text } ?? Bool(text).map { _ in true } ?? false
        return isBare ? text : quoted(text)
    }

    private static func rest(_ key: String, of group: String) -> String {
        key == group ? key : String(key.dropFirst(group.count + 1))
    }

    /// Keys, rules and defaults are visible ASCII without quotes.
    private static func quoted(_ text: String) -> String { "\"\(text)\"" }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
