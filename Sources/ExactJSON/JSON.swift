/// One JSON value, kept exactly as it was written.
///
/// Numbers keep their literal text and objects keep the order of their members, so that what was
/// parsed serialises back unchanged apart from white space and the spelling of escapes. Nothing
/// ever passes through binary floating point, which is why there is no float literal.
public enum JSON: Sendable {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as its literal.
    case number(JSONNumber)
    /// A string, without its quotes and escapes.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object.
    case object(JSONObject)
}

extension JSON {
    /// A number from any integer.
    public init(_ integer: some BinaryInteger) {
        self = .number(JSONNumber(integer))
    }

    /// A number from a decimal, written with the scale that the decimal has.
    public init(_ decimal: ExactDecimal) {
        self = decimal.asJSON
    }

    /// A string, or `null` where there is none.
    public init(_ text: String?) {
        self = text.map(JSON.string) ?? .null
    }
}

extension JSON {
    /// The text of a string; `nil` for every other kind.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of `true` or `false`; `nil` for every other kind.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number; `nil` for every other kind.
    public var number: JSONNumber? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The elements of an array; `nil` for every other kind.
    public var array: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The object; `nil` for every other kind.
    public var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The value of a number that is exactly an integer (`1e2` and `100.0` are) and fits; else `nil`.
    public var int64: Int64? { number?.int64 }

    /// The value of a number as an exact decimal; `nil` for every other kind and where it can't be held.
    public var decimal: ExactDecimal? { number?.decimal }

    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The member of an object with this name; `nil` where there is none, or no object.
    public subscript(name: String) -> JSON? { object?[name] }

    /// The element of an array at this index; `nil` where there is none, or no array.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension JSON: Hashable {
    /// Equal as documents: same literals, same order of members, same code points.
    ///
    /// `1.0` and `1` differ here, and so do a composed and a decomposed accent, which Swift's own
    /// string comparison takes for the same. To compare by meaning, compare `canonical()`.
    public static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): ExactText(left) == ExactText(right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    /// Feeds the hasher with what equality compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let number): hasher.combine(number)
        case .string(let text): hasher.combine(ExactText(text))
        case .array(let elements): hasher.combine(elements)
        case .object(let object): hasher.combine(object)
        }
    }
}

extension JSON: CustomStringConvertible {
    /// The compact text: this is content, which is not for logs where a payload must not appear.
    public var description: String { String(decoding: serialized(), as: UTF8.self) }
}
