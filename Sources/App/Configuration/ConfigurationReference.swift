/// The catalogue as a table, from which README's is made.
package enum ConfigurationReference {
    /// Markdown: one row for each setting.
    package static var markdown: String {
        var lines = ["| Setting | Default | Values | What for |", "|---|---|---|---|"]
        for entry in documented {
            let value =
                switch entry.defaultText {
                case nil: entry.substitute.map { "`\($0)`" } ?? "**required**"
                case ""?: "empty"
                case let text?: "`\(text)`"
                }
            let help = entry.help + (entry.isSecret ? " *Secret.*" : "")
            lines.append("| `\(entry.key)` | \(value) | \(entry.rule) | \(help) |")
        }
        for prefix in Catalogue.rawPrefixes {
            let whom =
                switch prefix {
                case "kafka.consumer.raw.": "the consumer"
                case "kafka.producer.raw.": "the producer"
                default: "both clients"
                }
            lines.append(
                "| `\(prefix)*` | empty | as librdkafka's `CONFIGURATION.md` says | Passed to \(whom) as it is. |"
            )
        }
        return lines.joined(separator: "\n")
    }

    /// Plain text for `--help`, in lines that no terminal of 80 columns has to break.
    package static var listing: String {
        documented.map { entry in
            let value =
                (entry.defaultText ?? entry.substitute).map { $0.isEmpty ? "" : " (\($0))" }
                ?? " (required)"
            let help = wrapped(entry.help, width: 72).map { "    " + $0 }
            return (["  " + entry.key + value] + help).joined(separator: "\n")
        }
        .joined(separator: "\n")
    }

    /// The catalogue, and after `accounts.names` what each of these accounts may have.
    static var documented: [SettingEntry] {
        Catalogue.all.flatMap { entry in
            entry.key == Catalogue.accountNames.entry.key ? [entry] + Catalogue.anyAccount : [entry]
        }
    }

    static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
