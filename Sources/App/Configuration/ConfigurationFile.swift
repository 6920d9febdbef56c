import ExactJSON

/// A JSON file's settings as text, each under its dotted key.
///
/// The text of a number is its literal, so that the catalogue's rules are the only ones: swift-configuration's
/// own JSON provider takes `true` for 1 and 0 for false. `//` outside a string begins a comment, up to the
/// end of its line; members whose name begins with `//` are comments too, for tools that know JSON only.
struct ConfigurationFile {
    private(set) var values: [String: String] = [:]
    private(set) var problems: [String] = []
    /// Whether there can be settings in it at all.
    private(set) var isObject = true

    init(parsing bytes: [UInt8]) throws(JSONError) {
        guard case .object(let object) = try JSON(parsing: ConfigurationComments.blanked(bytes)) else {
            problems = ["must be a JSON object"]
            isObject = false
            return
        }
        read(object, under: "")
    }

    private mutating func read(_ object: JSONObject, under prefix: String) {
        for member in object.members where !member.name.hasPrefix("//") {
            let key = prefix + member.name
            switch member.value {
            case .null: problems.append("\(key): null is no value; leave the setting out")
            case .object(let object): read(object, under: key + ".")
            case .array(let elements):
                let texts = elements.compactMap(Self.text)
                if texts.count == elements.count, !texts.contains(where: { $0.contains(",") }) {
                    set(key, texts.joined(separator: ","))
                } else {
                    problems.append("\(key): a list may hold text and numbers only")
                }
            case .bool, .number, .string:
                if let text = Self.text(member.value) { set(key, text) }
            }
        }
    }

    /// `{"a": {"b": 1}}` and `{"a.b": 1}` are the same key.
    private mutating func set(_ key: String, _ text: String) {
        if values.updateValue(text, forKey: key) != nil { problems.append("\(key): is given twice") }
    }

    private static func text(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.literal
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
