/// Why some bytes aren't a JSON document that we take.
///
/// It tells where, never what: the bytes may hold card data.
public struct JSONError: Error, Sendable, Hashable {
    /// What was wrong.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The document has more bytes than the limit allows.
        case tooLarge
        /// Arrays and objects are nested deeper than the limit allows.
        case tooDeep
        /// The document ends in the middle of a value.
        case unexpectedEnd
        /// A byte that can't stand here.
        case unexpectedByte
        /// Something follows the document's one value.
        case trailingContent
        /// A number that doesn't follow the grammar, such as `01`, `+1`, `1.` or `.5`.
        case invalidNumber
        /// A backslash followed by something that is no escape.
        case invalidEscape
        /// Half of a surrogate pair in `\u` escapes, which is no character.
        case loneSurrogate
        /// A control character in a string that should have been escaped.
        case controlCharacter
        /// Bytes in a string that aren't UTF-8.
        case invalidUTF8
        /// A name that the same object has already.
        case duplicateName
    }

    /// What was wrong.
    public let reason: Reason
    /// Where, in bytes from the start of the document.
    public let offset: Int

    /// An error at an offset in bytes.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    /// The reason and the place; never a part of the document.
    public var description: String { "not valid JSON: \(reason.words) at byte \(offset)" }
}

extension JSONError.Reason {
    /// The reason for people.
    fileprivate var words: String {
        switch self {
        case .tooLarge: "too many bytes,"
        case .tooDeep: "nested too deep"
        case .unexpectedEnd: "it ends in the middle of a value,"
        case .unexpectedByte: "something that can't stand there,"
        case .trailingContent: "something after the end,"
        case .invalidNumber: "a malformed number"
        case .invalidEscape: "an unknown escape"
        case .loneSurrogate: "half of a surrogate pair"
        case .controlCharacter: "an unescaped control character"
        case .invalidUTF8: "not UTF-8,"
        case .duplicateName: "a name that stands there twice,"
        }
    }
}

/// What a document may be before it is refused.
public struct JSONLimits: Sendable, Hashable {
    /// How deep arrays and objects may be nested; a scalar alone has depth 0.
    public let depthMax: Int
    /// How many bytes a document may have.
    public let bytesMax: Int

    /// Depth 64 and 16 MiB.
    public static let standard = JSONLimits()

    /// Limits on depth (1 to 512, since the parser recurses) and on size in bytes.
    public init(depthMax: Int = 64, bytesMax: Int = 16 << 20) {
        precondition((1...512).contains(depthMax), "the parser's recursion is bounded")
        precondition(bytesMax > 0, "a limit of nothing refuses everything")
        self.depthMax = depthMax
        self.bytesMax = bytesMax
    }
}
