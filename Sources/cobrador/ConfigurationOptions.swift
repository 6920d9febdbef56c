import App
import ArgumentParser
import Foundation

/// Where the configuration comes from: options of every command that needs one.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A JSON file with settings; // begins a comment. (variable: COBRADOR_CONFIG)", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "A folder with a file for each secret, such as gateway-access-token. "
                + "(default: $CREDENTIALS_DIRECTORY, else /run/secrets)", valueName: "folder"))
    var secretsDirectory: String?

    @Option(
        name: [.short, .customLong("set")],
        help: ArgumentHelp(
            "Any setting, such as worker.concurrency=128; may be repeated.", valueName: "key=value"))
    var set: [AssignedSetting] = []

    @Option(help: ArgumentHelp("Short for --set kafka.bootstrap-servers=…", valueName: "host:port,…"))
    var bootstrapServers: String?

    @Option(help: ArgumentHelp("Short for --set log.level=…", valueName: "level"))
    var logLevel: String?

    mutating func validate() throws {
        var seen: Set<String> = []
        for setting in assigned where !seen.insert(setting.key).inserted {
            throw ValidationError("\(setting.key) is given twice on the command line.")
        }
    }

    var sources: ConfigurationSources {
        ConfigurationSources(
            arguments: Dictionary(assigned.map { ($0.key, $0.text) }) { $1 },
            environment: ProcessInfo.processInfo.environment, file: config, secretsDirectory: secretsDirectory
        )
    }

    private var assigned: [AssignedSetting] {
        let shortcuts = [("kafka.bootstrap-servers", bootstrapServers), ("log.level", logLevel)]
        return set + shortcuts.compactMap { key, text in text.map { AssignedSetting(key: key, text: $0) } }
    }
}

/// `key=value` on the command line.
struct AssignedSetting: ExpressibleByArgument {
    var key: String
    var text: String

    init(key: String, text: String) {
        self.key = key
        self.text = text
    }

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
        key = String(argument[..<sign])
        text = String(argument[argument.index(after: sign)...])
    }
}

/// A duration such as `250ms`.
struct DurationArgument: ExpressibleByArgument {
    var duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = DurationText.parse(argument) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { DurationText.text(duration) }
}

/// This process's terminals.
enum Terminals {
    static var output: Terminal {
        Terminal(descriptor: STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)
    }
    static var errors: Terminal {
        Terminal(descriptor: STDERR_FILENO, environment: ProcessInfo.processInfo.environment)
    }
}
