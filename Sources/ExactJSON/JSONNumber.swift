/// A JSON number as the text it was written with.
///
/// `1e2`, `100.50` and thirty digits stay what they are. Two numbers are equal when their literals
/// are; to compare by value, compare `decimal` or `int64`.
public struct JSONNumber: Sendable, Hashable {
    /// The text, in the grammar of RFC 8259 §6.
    public let literal: String

    /// A number from its literal; `nil` where the text isn't exactly one JSON number.
    public init?(_ literal: String) {
        guard NumberParts(Array(literal.utf8)) != nil else { return nil }
        self.literal = literal
    }

    /// A number from any integer.
    public init(_ integer: some BinaryInteger) { literal = String(integer) }

    /// A number from a decimal, written with the scale that the decimal has.
    public init(_ decimal: ExactDecimal) { literal = decimal.description }

    /// For the parser, which has walked the grammar already.
    init(checked literal: String) { self.literal = literal }

    /// The value, where it is exactly an integer (`1e2` and `100.0` are) between the bounds of `Int64`.
    public var int64: Int64? { parts.int64 }

    /// The value as an exact decimal; `nil` beyond 18 digits or 18 decimal places.
    public var decimal: ExactDecimal? { ExactDecimal(literal) }

    var parts: NumberParts {
        guard let parts = NumberParts(Array(literal.utf8)) else {
            preconditionFailure("a JSONNumber's literal was checked when it was made")
        }
        return parts
    }
}

extension JSONNumber: ExpressibleByIntegerLiteral {
    /// A number from an integer literal.
    public init(integerLiteral value: Int64) { self.init(value) }
}

extension JSONNumber: CustomStringConvertible {
    /// The literal.
    public var description: String { literal }
}
