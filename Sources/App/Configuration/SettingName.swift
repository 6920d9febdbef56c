/// How names of settings are built: parts with dots between them.
enum SettingName {
    /// Whether there is nothing before, behind or between two dots: such names are read like others.
    static func hasEmptyPart(_ key: String) -> Bool { key != joined(key) || key.isEmpty }

    /// What is wrong with a name that has an empty part.
    ///
    /// - Parameters:
    ///   - key: The name.
    ///   - known: The settings that there are.
    ///   - spelling: How the source that it comes from spells names.
    /// - Returns: A sentence for people, with the name that was meant where that is known.
    static func mistake(
        in key: String, _ known: KnownSettings, spelling: (String) -> String = { $0 }
    ) -> String {
        let meant = joined(key)
        let isKnown =
            known.entry(meant) != nil
            || Catalogue.rawPrefixes.contains { meant.hasPrefix($0) }
        return "a setting's name has no empty parts" + (isKnown ? "; did you mean \(spelling(meant))?" : "")
    }

    private static func joined(_ key: String) -> String { key.split(separator: ".").joined(separator: ".") }
}
