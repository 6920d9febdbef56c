import PaymentJobs

/// The settings that some sources may give: the catalogue's, and those of each seller that they name.
struct KnownSettings: Sendable {
    /// The sellers of `accounts.names`, as far as they are any.
    let accounts: [AccountName]
    let entries: [SettingEntry]
    /// Whether it is known which sellers there are: the file that may name them could be read.
    let isComplete: Bool
    private let keys: [String: SettingEntry]

    /// - Parameters:
    ///   - names: The text of `accounts.names`.
    ///   - isComplete: Whether that text is for sure what the sources say.
    init(accounts names: String, isComplete: Bool) {
        accounts = AccountList.usable(in: names)
        self.isComplete = isComplete
        entries = Catalogue.all + accounts.flatMap { Catalogue.settings(of: $0.description) }
        keys = Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
    }

    /// The setting of this key.
    func entry(_ key: String) -> SettingEntry? { keys[key] }

    /// What is wrong with a name that no setting has; nil where that can't be told.
    ///
    /// - Parameters:
    ///   - name: The name, as its source spells it.
    ///   - prefix: What every name there begins with, which doesn't count when they are compared.
    ///   - others: Names that are known there though they are no settings.
    ///   - spelling: How the source spells a setting's key.
    /// - Returns: A sentence for people, with the name that may have been meant.
    func mistake(
        in name: String, after prefix: String = "", besides others: [String] = [],
        spelling: (String) -> String = { $0 }
    ) -> String? {
        guard isOfAccount(name, spelling) else {
            let names = entries.map { spelling($0.key) } + others
            return "no such setting" + suggestion(for: name, prefix, names)
        }
        guard isComplete else { return nil }
        let own = entries.map(\.key).filter { $0.hasPrefix(Catalogue.accountsPrefix) }.map(spelling)
        return "accounts.names has no such account" + suggestion(for: name, prefix, own)
    }

    /// Whether it is a setting of some seller, one that isn't named.
    func isOfAccount(_ name: String, _ spelling: (String) -> String = { $0 }) -> Bool {
        let start = spelling(Catalogue.accountsPrefix)
        return name.hasPrefix(start)
            && Catalogue.accountSuffixes.contains { suffix in
                let end = spelling(Catalogue.accountsPrefix + suffix).dropFirst(start.utf8.count)
                return name.hasSuffix(end) && name.utf8.count > start.utf8.count + end.utf8.count
            }
    }

    private func suggestion(for name: String, _ prefix: String, _ names: [String]) -> String {
        let rests = names.map { String($0.dropFirst(prefix.count)) }
        let nearest = Spelling.nearest(to: String(name.dropFirst(prefix.count)), in: rests)
        return nearest.map { "; did you mean \(prefix)\($0)?" } ?? ""
    }
}
