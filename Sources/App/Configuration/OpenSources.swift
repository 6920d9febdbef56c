import Configuration
import ExactJSON
import FoundationEssentials

/// The sources, opened: providers in their order, and the names that nobody reads.
struct OpenSources {
    private(set) var providers: [any ConfigProvider] = []
    /// What people call the source of a key, for each provider in the same order.
    private(set) var names: [@Sendable (_ key: String) -> String] = []
    private(set) var rawKeys: Set<String> = []
    private(set) var problems: [ConfigurationError.Problem] = []
    /// Whether the JSON file could be read; otherwise what seems to be missing may stand there.
    let isComplete: Bool
    /// Which provider the JSON file is.
    private(set) var file: Int?
    /// Which provider the secrets directory is.
    private(set) var secretFiles: Int?
    /// Every setting that may be given.
    let known: KnownSettings

    init(_ sources: ConfigurationSources) {
        let file = (sources.file ?? sources.environment[ConfigurationSources.fileVariable]).map(OpenFile.init)
        isComplete = file?.isReadable ?? true
        let asked =
            sources.secretsDirectory ?? sources.environment[ConfigurationSources.secretsVariable]
            ?? sources.environment[ConfigurationSources.credentialsVariable]
        let folder = asked ?? ConfigurationSources.usualSecretsDirectory
        let list = Catalogue.accountNames.entry
        let accounts =
            sources.arguments[list.key] ?? sources.environment[list.variable]
            ?? SecretFiles.text(of: list, in: folder) ?? file?.values[list.key]
        known = KnownSettings(accounts: accounts ?? "", isComplete: accounts != nil || isComplete)
        open(arguments: sources.arguments)
        open(environment: sources.environment)
        open(secretsDirectory: folder, isAskedFor: asked != nil)
        if let file { open(file: file) }
    }

    private mutating func open(arguments: [String: String]) {
        for key in arguments.keys.sorted() {
            if note(key, shownAs: key), known.entry(key)?.isSecret == true {
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
        let keys = Dictionary(known.entries.map { ($0.variable, $0.key) }) { first, _ in first }
        var values: [String: String] = [:]
        for name in environment.keys.sorted() where name.hasPrefix(ConfigurationSources.prefix) {
            if own.contains(name) { continue }
            if let key = keys[name] {
                values[key] = environment[name]
            } else if let (prefix, variable) = rawVariables.first(where: {
                name.hasPrefix($0.1) && name != $0.1
            }) {
                let rest = name.dropFirst(variable.utf8.count).lowercased()
                let key = prefix + String(rest.map { $0 == "_" ? "." : $0 })
                if SettingName.hasEmptyPart(key) {
                    let mistake = SettingName.mistake(in: key, known, spelling: SettingEntry.variable)
                    problems.append(.init(name, mistake))
                } else {
                    rawKeys.insert(key)
                    values[key] = environment[name]
                }
            } else if let mistake = known.mistake(
                in: name, after: ConfigurationSources.prefix, besides: own, spelling: SettingEntry.variable)
            {
                problems.append(.init(name, mistake))
            }
        }
        add(Self.provider(values), "environment")
    }

    private mutating func open(secretsDirectory folder: String, isAskedFor: Bool) {
        let files = SecretFiles(folder: folder, known, isAskedFor: isAskedFor)
        problems += files.problems
        rawKeys.formUnion(
            files.values.keys.filter { key in Catalogue.rawPrefixes.contains { key.hasPrefix($0) } })
        secretFiles = providers.count
        providers.append(Self.provider(files.values, areSecret: true))
        names.append { files.file(of: $0) }
    }

    private mutating func open(file: OpenFile) {
        problems += file.problems
        guard let values = file.isReadable ? file.values : nil else { return }
        for key in values.keys.sorted() {
            _ = note(key, shownAs: "\(key.isEmpty ? "\"\"" : key) in \(file.path)")
        }
        self.file = providers.count
        add(Self.provider(values), file.path)
    }

    /// Takes note of a key; false, and a problem, where there is no such setting.
    private mutating func note(_ key: String, shownAs subject: String) -> Bool {
        if known.entry(key) != nil { return true }
        if SettingName.hasEmptyPart(key) {
            problems.append(.init(subject, SettingName.mistake(in: key, known)))
            return false
        }
        if Catalogue.rawPrefixes.contains(where: { key.hasPrefix($0) && key != $0 }) {
            rawKeys.insert(key)
            return true
        }
        if let mistake = known.mistake(in: key) { problems.append(.init(subject, mistake)) }
        return false
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

/// The JSON file, read as far as it can be.
private struct OpenFile {
    let path: String
    private(set) var values: [String: String] = [:]
    private(set) var problems: [ConfigurationError.Problem] = []
    private(set) var isReadable = false

    init(_ path: String) {
        self.path = path
        do {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            let file = try ConfigurationFile(parsing: bytes)
            problems = file.problems.map { .init(path, $0) }
            isReadable = file.isObject
            values = file.values
        } catch let error as JSONError {
            problems = [.init(path, "\(error)")]
        } catch {
            problems = [.init(path, "can't be read: give an existing, readable JSON file with --config")]
        }
    }
}
