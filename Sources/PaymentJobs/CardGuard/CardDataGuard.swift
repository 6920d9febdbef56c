import ExactJSON

/// Finds card numbers and security codes where none may be, and takes them out.
///
/// A card number is digits with the prefix, the length and the check digit that an issuer uses, with or without
/// separators, in any field, name or free text; or whatever 12 to 19 digits a field named for it holds. A
/// security code is 3 or 4 digits in a short value of a field, or behind a word, that is named for it. JSON's escapes, `%XX`, and
/// the digits of other scripts are read for what they mean; a JSON number by its value.
///
/// Fields that carry ids (`id`, `…_id`, `…_ids`, `external_reference`, `identification.number`, the ids of CloudEvents,
/// and the record's key) may hold any number that is nothing but digits: about one in 35 of all 16-digit numbers looks
/// like a card's. So a card number alone in one of them is *not* found; with anything beside it, such as the
/// prefix of `ORD-4509953566233704`, it is.
///
/// Not found either: what is encoded as Base64 or escaped twice, a number that is spread over several fields or
/// elements, digits that touch more digits (a row of 20 and more is an id), a number in exponent form outside of
/// JSON, and a security code without a name.
///
/// The article <doc:CardData> says more, and how often other numbers are taken for a card's.
///
/// Nothing that is reported quotes card data. The cost is linear in the size of what is looked at.
public enum CardDataGuard {
    /// One place that holds card data.
    public struct Finding: Sendable, Hashable {
        /// What was found.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            /// A card number.
            case cardNumber = "card number"
            /// A security code.
            case securityCode = "security code"
        }

        /// The field's path, such as `metadata.notes[0]`, with the names in it scrubbed.
        ///
        /// Empty where the value as a whole is the place, and for a text without fields.
        public var path: String
        /// What was found there.
        public var kind: Kind

        /// One place that holds card data.
        public init(path: String, kind: Kind) {
            self.path = path
            self.kind = kind
        }
    }

    /// How many findings are reported at most; everything is stripped all the same.
    public static let findingsMax = 20

    /// What is in a message's value; `isJSON` says whether the bytes are known to parse as JSON, nil looks.
    public static func findings(inValue bytes: [UInt8], isJSON: Bool? = nil) -> [Finding] {
        if isJSON ?? parses(bytes) { return DocumentGuard(bytes).findings }
        return findings(inText: bytes)
    }

    /// What is in a decoded document.
    public static func findings(in document: JSON) -> [Finding] {
        DocumentGuard(document.serialized()).findings
    }

    /// What is in a record's key, which is an id: a number that is nothing but digits is no card number.
    static func findings(inKey bytes: [UInt8]) -> [Finding] {
        findings(TextGuard(role: .identifier).marks(in: bytes), path: "key")
    }

    /// What is in a text without fields.
    public static func findings(inText bytes: [UInt8]) -> [Finding] {
        findings(TextGuard().marks(in: bytes), path: "")
    }

    /// What is in a header; its name decides as a field's does.
    public static func findings(in header: MessageHeader) -> [Finding] {
        let name = Array(header.name.utf8)
        let role = FieldRole(name: header.name)
        return findings(TextGuard().marks(in: name), path: shown(header.name))
            + findings(TextGuard(role: role).marks(in: header.value ?? []), path: shown(header.name))
    }

    /// A message's value without card data; nil where there is nothing to strip.
    ///
    /// The last four digits of a card number stay, and so does every other byte. JSON stays JSON: a number that
    /// has to go becomes a string. `isJSON` says whether the bytes are known to parse as JSON, nil looks.
    public static func strippedValue(_ bytes: [UInt8], isJSON: Bool? = nil) -> [UInt8]? {
        isJSON ?? parses(bytes) ? DocumentGuard(bytes).stripped : TextGuard().stripped(bytes)
    }

    /// A decoded document without card data; the same document where it holds none.
    public static func stripped(_ document: JSON) -> JSON {
        let limits = JSONLimits(depthMax: 512, bytesMax: .max)
        guard let bytes = DocumentGuard(document.serialized()).stripped,
            let result = try? JSON(parsing: bytes, limits: limits)
        else { return document }
        return result
    }

    /// A text without card data; nil where there is nothing to strip.
    public static func strippedText(_ bytes: [UInt8]) -> [UInt8]? { TextGuard().stripped(bytes) }

    /// A header without card data; nil where there is nothing to strip.
    public static func stripped(_ header: MessageHeader) -> MessageHeader? {
        let name = TextGuard().stripped(Array(header.name.utf8))
        let value = header.value.flatMap(TextGuard(role: FieldRole(name: header.name)).stripped)
        guard name != nil || value != nil else { return nil }
        return MessageHeader(
            name: name.map { String(decoding: $0, as: UTF8.self) } ?? header.name,
            value: value ?? header.value)
    }

    private static func parses(_ bytes: [UInt8]) -> Bool { (try? JSON(parsing: bytes)) != nil }

    private static func findings(_ marks: TextGuard.Marks, path: String) -> [Finding] {
        Finding.Kind.allCases.filter(marks.kinds.contains).map { Finding(path: path, kind: $0) }
    }

    /// A name as it may be shown.
    static func shown(_ name: String) -> String {
        // What is cut off is too far behind to belong to a number of which anything is shown.
        let (readMax, shownMax) = (512, 64)
        return Redaction.scrub(masked(String(name.unicodeScalars.prefix(readMax))), maxLength: shownMax)
    }

    /// A text for people without card data.
    static func masked(_ text: String) -> String {
        strippedText(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }
}

extension CardDataGuard.Finding: CustomStringConvertible {
    /// The path and what was found; never the digits.
    public var description: String { path.isEmpty ? kind.rawValue : "\(path): \(kind.rawValue)" }
}

extension InboundMessage {
    /// Where the message holds card data: in its value, its key (path `key`) or its headers (`header …`).
    ///
    /// `isJSON` says whether the value is known to parse as JSON, nil looks.
    public func cardData(isJSON: Bool? = nil) -> [CardDataGuard.Finding] {
        var findings = value.map { CardDataGuard.findings(inValue: $0, isJSON: isJSON) } ?? []
        findings += key.map(CardDataGuard.findings(inKey:)) ?? []
        for header in headers where findings.count < CardDataGuard.findingsMax {
            findings += CardDataGuard.findings(in: header).map {
                .init(path: "header \($0.path)", kind: $0.kind)
            }
        }
        return Array(findings.prefix(CardDataGuard.findingsMax))
    }

    /// The message without card data; nil where there is none, and everything stays byte-identical.
    ///
    /// `isJSON` says whether the value is known to parse as JSON, nil looks.
    public func withoutCardData(isJSON: Bool? = nil) -> InboundMessage? {
        let newValue = value.flatMap { CardDataGuard.strippedValue($0, isJSON: isJSON) }
        let newKey = key.flatMap(TextGuard(role: .identifier).stripped)
        let newHeaders = headers.map(CardDataGuard.stripped)
        guard newValue != nil || newKey != nil || newHeaders.contains(where: { $0 != nil }) else {
            return nil
        }
        var copy = self
        copy.value = newValue ?? value
        copy.key = newKey ?? key
        copy.headers = zip(newHeaders, headers).map { $0 ?? $1 }
        return copy
    }
}
