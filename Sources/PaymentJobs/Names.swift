/// A job's identity, chosen by the producer: 1 to 64 characters without control characters.
///
/// One job id makes at most one payment in one account, however often the job is submitted.
public struct JobID: Sendable, Hashable, CustomStringConvertible {
    /// The id as the producer wrote it.
    public let description: String

    /// Nil where `text` is empty, longer than 64 characters, or holds a control character.
    public init?(_ text: String) {
        let scalars = text.unicodeScalars
        guard (1...64).contains(scalars.count), !scalars.contains(where: \.isControl) else { return nil }
        description = text
    }

    /// Equal byte for byte: Swift takes a composed and a decomposed accent for the same text, and would join
    /// two jobs that the gateway and every other consumer tell apart.
    public static func == (left: JobID, right: JobID) -> Bool {
        left.description.utf8.elementsEqual(right.description.utf8)
    }

    /// Feeds the hasher with what equality compares.
    public func hash(into hasher: inout Hasher) {
        var text = description
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// The configured name of one seller: access token, site and limits belong to it.
public struct AccountName: Sendable, Hashable, CustomStringConvertible {
    /// The name as configured.
    public let description: String

    /// The account of jobs that name none.
    public static let standard = AccountName(unchecked: "default")

    /// Nil unless `text` is 1 to 64 letters, digits, dots, dashes or underscores.
    public init?(_ text: String) {
        guard text.isIdentifier(maxLength: 64, extra: "._-") else { return nil }
        description = text
    }

    private init(unchecked text: String) { description = text }
}

/// The gateway's id of a customer, such as `123456789-jxOV430go9fx2e`.
public struct CustomerID: Sendable, Hashable, CustomStringConvertible {
    /// The id as the gateway writes it.
    public let description: String

    /// Nil unless `text` is 1 to 64 letters, digits, dashes or underscores: it becomes part of an address.
    public init?(_ text: String) {
        guard text.isIdentifier(maxLength: 64, extra: "_-") else { return nil }
        description = text
    }
}

/// The gateway's id of a saved card: 10 to 13 digits today.
public struct CardID: Sendable, Hashable, CustomStringConvertible {
    /// The id as the gateway writes it.
    public let description: String

    /// Nil unless `text` is 1 to 32 letters, digits, dashes or underscores: it becomes part of an address.
    public init?(_ text: String) {
        guard text.isIdentifier(maxLength: 32, extra: "_-") else { return nil }
        description = text
    }
}

/// The gateway's id of a payment: 11 or 12 digits today.
public struct PaymentID: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The number.
    public let rawValue: Int64

    /// Nil unless the number is more than zero.
    public init?(rawValue: Int64) {
        guard rawValue > 0 else { return nil }
        self.rawValue = rawValue
    }

    /// The number in decimal digits.
    public var description: String { String(rawValue) }
}

/// A single-use card token; whoever holds it can charge the card once.
public struct CardToken: Sendable, Hashable {
    /// The token, hidden from logs.
    public let secret: Secret<String>

    /// Nil unless `text` is 1 to 128 letters, digits, dashes or underscores: it becomes part of an address.
    public init?(_ text: String) {
        guard text.isIdentifier(maxLength: 128, extra: "_-") else { return nil }
        secret = Secret(text)
    }
}

extension String {
    /// Whether the text is ASCII letters, digits and characters of `extra` only, and not empty.
    func isIdentifier(maxLength: Int, extra: StaticString) -> Bool {
        guard (1...maxLength).contains(utf8.count) else { return false }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default:
                extra.withUTF8Buffer { $0.contains(byte) }
            }
        }
    }
}

extension Unicode.Scalar {
    /// Whether this is a C0 or C1 control character, or DEL.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
