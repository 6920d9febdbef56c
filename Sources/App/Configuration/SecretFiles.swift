import FoundationEssentials
import Glibc

/// A folder with one file for each secret, as Kubernetes, Docker and systemd hand them over.
///
/// A file is named like its setting, with dashes for dots: `gateway-access-token`. White space around its
/// text doesn't count. A file that can't be read, or that is empty, is a problem and not a missing setting;
/// so is one whose name is nearly a setting's. Others are left alone: a certificate may lie beside.
struct SecretFiles {
    /// The texts by key.
    private(set) var values: [String: String] = [:]
    private(set) var problems: [ConfigurationError.Problem] = []
    private let folder: String
    private let known: KnownSettings

    /// Reads the folder; one that nobody asked for may be missing, or closed to this user.
    init(folder path: String, _ known: KnownSettings, isAskedFor: Bool) {
        let path = Self.trimmed(path)
        folder = path
        self.known = known
        guard access(path, X_OK) == 0 else {
            if isAskedFor { note(path, "this secrets directory can't be read: \(SecretFile.systemError)") }
            return
        }
        let names = list()
        if names == nil, isAskedFor {
            note(path, "this secrets directory can't be read: its files can't be listed")
        }
        for entry in known.entries { read(entry.secretFile, into: entry.key) }
        for name in (names ?? []).sorted() { look(at: name) }
    }

    /// The file of a setting, for people.
    func file(of key: String) -> String { "\(folder)/\(SettingEntry.secretFile(for: key))" }

    /// A name that is no setting's: a raw setting, a slip of the pen, or somebody else's.
    private mutating func look(at name: String) {
        let files = known.entries.map(\.secretFile)
        guard !name.hasPrefix("."), !files.contains(name) else { return }
        let prefixes = Catalogue.rawPrefixes.map { ($0, SettingEntry.secretFile(for: $0)) }
        if let (prefix, start) = prefixes.first(where: { name.hasPrefix($0.1) && name != $0.1 }) {
            let rest = name.dropFirst(start.count).map { $0 == "-" ? "." : $0 }
            let key = prefix + String(rest)
            guard !SettingName.hasEmptyPart(key) else {
                let mistake = SettingName.mistake(in: key, known, spelling: SettingEntry.secretFile)
                return note("\(folder)/\(name)", mistake)
            }
            return read(name, into: key)
        }
        if known.isOfAccount(name, SettingEntry.secretFile) {
            if let mistake = known.mistake(in: name, spelling: SettingEntry.secretFile) {
                note("\(folder)/\(name)", mistake)
            }
        } else if let meant = files.first(where: { Spelling.distance(name, $0) <= 2 }) {
            note("\(folder)/\(name)", "no such setting; did you mean \(meant)?")
        }
    }

    private mutating func read(_ name: String, into key: String) {
        let path = "\(folder)/\(name)"
        switch SecretFile.read(path) {
        case .text(let text): values[key] = text
        case .missing: break
        case .unusable(let why): note(path, why)
        }
    }

    /// The text of one setting's file; nil where it has none, or one that can't be used.
    static func text(of entry: SettingEntry, in folder: String) -> String? {
        guard case .text(let text) = SecretFile.read("\(trimmed(folder))/\(entry.secretFile)") else {
            return nil
        }
        return text
    }

    private static func trimmed(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private func list() -> [String]? { try? FileManager.default.contentsOfDirectory(atPath: folder) }

    private mutating func note(_ subject: String, _ message: String) {
        problems.append(.init(subject, message))
    }
}

/// One file with a secret in it.
enum SecretFile {
    /// What is in it.
    enum Content: Sendable, Hashable {
        /// Its text, without the white space around it.
        case text(String)
        case missing
        /// Why it can't be used, in words without a secret.
        case unusable(String)
    }

    /// The largest secret that is read, in bytes.
    private static let sizeMax = 65_536

    /// Reads it; never waits for a pipe's other end.
    static func read(_ path: String) -> Content {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            return errno == ENOENT ? .missing : .unusable("can't be read: \(systemError)")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: sizeMax + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { return .unusable("can't be read: \(systemError)") }
        guard count <= sizeMax else { return .unusable("is larger than \(sizeMax) bytes") }
        guard let text = String(validating: bytes[..<count], as: UTF8.self), !text.contains("\0") else {
            return .unusable("isn't text in UTF-8")
        }
        let isSpace: (Character) -> Bool = { $0.isWhitespace || $0.isNewline }
        guard let last = text.lastIndex(where: { !isSpace($0) }) else { return .unusable("is empty") }
        return .text(String(text[...last].drop(while: isSpace)))
    }

    static var systemError: String { String(cString: strerror(errno)) }
}
