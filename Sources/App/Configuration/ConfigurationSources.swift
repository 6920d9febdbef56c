import Configuration
import ExactJSON
import FoundationEssentials

/// Where settings come from, the first that has one wins: command line, environment, secret files, JSON file.
package struct ConfigurationSources: Sendable {
    /// `key` → text, as given on the command line.
    package var arguments: [String: String]
    /// The process's environment.
    package var environment: [String: String]
    /// The JSON file; `COBRADOR_CONFIG` where nil.
    package var file: String?
    /// A folder with one file for each secret; see ``SecretFiles``.
    package var secretsDirectory: String?

    package init(
        arguments: [String: String] = [:], environment: [String: String] = [:], file: String? = nil,
        secretsDirectory: String? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.file = file
        self.secretsDirectory = secretsDirectory
    }

    static let prefix = "COBRADOR_"
    static let fileVariable = "COBRADOR_CONFIG"
    static let secretsVariable = "COBRADOR_SECRETS_DIRECTORY"
    static let credentialsVariable = "CREDENTIALS_DIRECTORY"
    static let usualSecretsDirectory = "/run/secrets"
}

/// The sources, opened: providers in their order, and the names that nobody reads.
struct OpenSources {
    private(set) var providers: [any ConfigProvider] = []
    /// What people call the source of a key, for each provider in the same order.
    private(set) var names: [@Sendable (_ key: String) -> String] = []
    private(set) var rawKeys: Set<String> = []
    private(set) var problems: [ConfigurationError.Problem] = []
    /// Whether the JSON file could be read; otherwise what seems to be missing may stand there.
    private(set) var isComplete = true
    /// Which provider the JSON file is.
    private(set) var file: Int?

    init(_ sources: ConfigurationSources) {
        open(arguments: sources.arguments)
        open(environment: sources.environment)
        open(
            secretsDirectory: sources.secretsDirectory
                ?? sources.environment[ConfigurationSources.secretsVariable],
            fallback: sources.environment[ConfigurationSources.credentialsVariable])
        if let path = sources.file ?? sources.environment[ConfigurationSources.fileVariable] {
            open(file: path)
        }
    }

    private mutating func open(arguments: [String: String]) {
        for key in arguments.keys.sorted() {
            if note(key, shownAs: key), Catalogue.all.contains(where: { $0.key == key && $0.isSecret }) {
                problems.append(
                    .init(
                        key,
                        "a command line is visible to every user of the machine: use a file or a variable"))
            }
        }
        add(Self.provider(arguments), "command line")
    }

    private mutating func open(environment: [String: String]) {
        let own = [ConfigurationSources.fileVariable, ConfigurationSources.secretsVariable]
        let rawVariables = Catalogue.rawPrefixes.map { ($0, SettingEntry.variable(for: $0)) }
        let variables = Set(Catalogue.all.map(\.variable))
        for name in environment.keys.sorted() where name.hasPrefix(ConfigurationSources.prefix) {
            if own.contains(name) || variables.contains(name) { continue }
            if let (prefix, variable) = rawVariables.first(where: { name.hasPrefix($0.1) && name != $0.1 }) {
                let rest = name.dropFirst(variable.utf8.count).lowercased()
                let key = prefix + String(rest.map { $0 == "_" ? "." : $0 })
                if SettingName.hasEmptyPart(key) {
                    let mistake = SettingName.mistake(in: key, spelling: SettingEntry.variable)
                    problems.append(.init(name, mistake))
                } else {
                    rawKeys.insert(key)
                }
                continue
            }
            problems.append(
                .init(
                    name, Self.unknown(name, among: variables.union(own), after: ConfigurationSources.prefix))
            )
        }
        add(
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "cobrador"),
            "environment")
    }

    private mutating func open(secretsDirectory path: String?, fallback: String?) {
        let asked = path ?? fallback
        let files = SecretFiles(
            folder: asked ?? ConfigurationSources.usualSecretsDirectory, isAskedFor: asked != nil)
        problems += files.problems
        rawKeys.formUnion(
            files.values.keys.filter { key in Catalogue.rawPrefixes.contains { key.hasPrefix($0) } })
        providers.append(Self.provider(files.values, areSecret: true))
        names.append { files.file(of: $0) }
    }

    private mutating func open(file path: String) {
        do {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            let file = try ConfigurationFile(parsing: bytes)
            problems += file.problems.map { .init(path, $0) }
            isComplete = file.isObject
            for key in file.values.keys.sorted() {
                _ = note(key, shownAs: "\(key.isEmpty ? "\"\"" : key) in \(path)")
            }
            self.file = providers.count
            add(Self.provider(file.values), path)
        } catch let error as JSONError {
            isComplete = false
            problems.append(.init(path, "\(error)"))
        } catch {
            isComplete = false
            problems.append(.init(path, "can't be read: give an existing, readable JSON file with --config"))
        }
    }

    /// Takes note of a key; false, and a problem, where there is no such setting.
    private mutating func note(_ key: String, shownAs subject: String) -> Bool {
        if Catalogue.all.contains(where: { $0.key == key }) { return true }
        if SettingName.hasEmptyPart(key) {
            problems.append(.init(subject, SettingName.mistake(in: key)))
            return false
        }
        if Catalogue.rawPrefixes.contains(where: { key.hasPrefix($0) && key != $0 }) {
            rawKeys.insert(key)
            return true
        }
        problems.append(.init(subject, Self.unknown(key, among: Catalogue.all.map(\.key))))
        return false
    }

    /// What all names begin with isn't counted when they are compared.
    private static func unknown(
        _ name: String, among names: some Sequence<String>, after prefix: String = ""
    ) -> String {
        let rests = names.map { String($0.dropFirst(prefix.count)) }
        let nearest = Spelling.nearest(to: String(name.dropFirst(prefix.count)), in: rests)
        return "no such setting" + (nearest.map { "; did you mean \(prefix)\($0)?" } ?? "")
    }

    private mutating func add(_ provider: any ConfigProvider, _ name: String) {
        providers.append(provider)
        names.append { _ in name }
    }

    private static func provider(_ values: [String: String], areSecret: Bool = false) -> InMemoryProvider {
        // `ConfigKey` drops empty parts, so that two names could be one.
        let pairs = values.filter { !SettingName.hasEmptyPart($0.key) }.map { key, text in
            (AbsoluteConfigKey(ConfigKey(key)), ConfigValue(.string(text), isSecret: areSecret))
        }
        return InMemoryProvider(values: Dictionary(pairs) { first, _ in first })
    }
}
