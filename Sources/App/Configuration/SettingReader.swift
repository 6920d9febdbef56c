import Configuration
import Kafka
import PaymentJobs
import Synchronization

/// Reads settings through swift-configuration, and keeps where each came from and everything that is wrong.
///
/// Every value is read as text and parsed by the catalogue's own rule: swift-configuration's typed getters
/// fall back to the default where a value doesn't parse.
struct SettingReader {
    /// A setting's text and its source.
    struct Reading: Sendable {
        var text: String
        /// Nil for a default.
        var source: String?
        var isSecret: Bool
        /// Whether it stands in the JSON file.
        var isInFile = false
        /// Whether it is a file of the secrets directory, whose path is the source.
        var isSecretFile = false
    }

    private let reader: ConfigReader
    private let names: [@Sendable (_ key: String) -> String]
    private let file: Int?
    private let secretFiles: Int?
    /// The sellers that are named, as far as they are any.
    let accounts: [AccountName]
    private let audit = Audit()
    /// Whether everything that was given could be read; otherwise nothing is said of what is missing.
    let isComplete: Bool
    private(set) var readings: [String: Reading] = [:]
    private(set) var problems: [ConfigurationError.Problem]

    init(_ sources: OpenSources) {
        reader = ConfigReader(providers: sources.providers, accessReporter: audit)
        names = sources.names
        file = sources.file
        secretFiles = sources.secretFiles
        accounts = sources.known.accounts
        isComplete = sources.isComplete
        problems = sources.problems
    }

    /// The setting's value; after a mistake, which is noted, a stand-in.
    mutating func read<Value>(_ setting: Setting<Value>) -> Value {
        if let value = readIfGiven(setting) { return value }
        let entry = setting.entry
        if let text = entry.defaultText {
            readings[entry.key] = Reading(text: text, source: nil, isSecret: entry.isSecret)
        } else if isComplete {
            note(entry.key, "must be given: \(entry.waysToGive)")
        }
        return setting.fallback
    }

    /// The setting's value where it is given, a stand-in after a mistake; nil where it isn't.
    mutating func readIfGiven<Value>(_ setting: Setting<Value>) -> Value? {
        let entry = setting.entry
        guard let found = lookUp(entry.key, isSecret: entry.isSecret) else { return nil }
        readings[entry.key] = found
        if let mistake = entry.mistake(in: found.text) {
            note(entry.key, mistake)
        }
        return setting.parse(found.text) ?? setting.fallback
    }

    /// The texts of raw settings, without the prefix.
    mutating func readRaw(_ keys: Set<String>, prefix: String) -> [String: String] {
        var texts: [String: String] = [:]
        for key in keys where key.hasPrefix(prefix) {
            let name = String(key.dropFirst(prefix.count))
            guard let found = lookUp(key, isSecret: KafkaSecret.isLikely(in: name)) else { continue }
            readings[key] = found
            texts[name] = found.text
        }
        return texts
    }

    /// Takes note of a setting that must not be given beside another one.
    mutating func refuse(_ entry: SettingEntry, beside other: SettingEntry, _ reason: String) {
        guard let found = lookUp(entry.key, isSecret: entry.isSecret) else { return }
        readings[entry.key] = found
        note(entry.key, "must not be given beside \(other.key), \(reason)", with: other.key)
    }

    /// Whether a setting that was read is given, rightly or not, and not as the empty text.
    func isFilled(_ entry: SettingEntry) -> Bool {
        readings[entry.key].map { $0.source != nil && !$0.text.isEmpty } ?? false
    }

    /// The file of the secrets directory that a setting was read from; nil for another source.
    func secretFile(of key: String) -> String? {
        readings[key].flatMap { $0.isSecretFile ? $0.source : nil }
    }

    /// Takes note of a problem, and of where its setting came from.
    ///
    /// A setting that doesn't go together with another one's default is no problem where a file can't be
    /// read: the other one may stand there.
    ///
    /// - Parameters:
    ///   - subject: The setting, or what else it is about.
    ///   - message: What is wrong.
    ///   - others: The settings that it doesn't go together with, whose values and sources are told too.
    mutating func note(_ subject: String, _ message: String, with others: String...) {
        guard isComplete || others.isEmpty || ([subject] + others).allSatisfy(isGiven) else { return }
        let problem = ConfigurationError.Problem(subject, message + origin(of: subject, with: others))
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// Whether a setting that was read follows its rule and differs from its default.
    func isChanged(_ entry: SettingEntry) -> Bool {
        guard let reading = readings[entry.key], reading.source != nil else { return false }
        return reading.text != entry.defaultText && !reading.text.isEmpty && entry.accepts(reading.text)
    }

    /// Whether a setting that was read is given, rightly or not.
    func isGiven(_ key: String) -> Bool { readings[key]?.source != nil }

    private func origin(of subject: String, with others: [String]) -> String {
        if others.isEmpty { return readings[subject]?.source.map { " (\($0))" } ?? "" }
        let parts = ([subject] + others).compactMap { key -> String? in
            guard let reading = readings[key], !reading.text.isEmpty else { return nil }
            let text = reading.isSecret ? "given" : String(reading.text.prefix(80)).withoutControls
            return "\(key) is \(text), \(reading.source ?? "default")"
        }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
    }

    private func lookUp(_ key: String, isSecret: Bool) -> Reading? {
        guard let text = reader.string(forKey: ConfigKey(key), isSecret: isSecret) else { return nil }
        let answer = audit.last
        return Reading(
            text: text, source: answer.map { names[$0.provider](key) },
            isSecret: isSecret || answer?.isSecret ?? false,
            isInFile: answer != nil && answer?.provider == file,
            isSecretFile: answer != nil && answer?.provider == secretFiles)
    }
}

/// Remembers which provider answered last.
private final class Audit: AccessReporter {
    struct Answer { var provider: Int, isSecret: Bool }
    private let answer = Mutex<Answer?>(nil)

    var last: Answer? { answer.withLock { $0 } }

    func report(_ event: AccessEvent) {
        var found: Answer?
        for (index, result) in event.providerResults.enumerated() where found == nil {
            guard case .success(let lookup) = result.result, let value = lookup.value else { continue }
            found = Answer(provider: index, isSecret: value.isSecret)
        }
        answer.withLock { $0 = found }
    }
}

extension SettingEntry {
    /// How to give it, for people.
    var waysToGive: String {
        isSecret
            ? "set \(variable), or put it into the file \(secretFile) of the secrets directory"
            : "set \(variable), or give --set \(key)=…"
    }
}
