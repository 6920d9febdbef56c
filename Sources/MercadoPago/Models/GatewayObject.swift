import ExactJSON

/// An object that the gateway returned.
///
/// What identifies it is checked once; every other field is read from ``fields`` when it is asked for, and
/// leniently: a missing, null or misshapen one is nil, numbers may come as text and text as numbers. Nothing
/// is lost: what this client has no name for is in ``fields`` too.
///
/// Describing and dumping one shows what identifies it, never a name, an address or a token.
public protocol GatewayObject: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// What tells objects apart.
    associatedtype ID: Sendable & Hashable
    /// What one is called in messages.
    static var noun: String { get }
    /// The gateway's id.
    var id: ID { get }
    /// All fields, as the gateway wrote them.
    var fields: JSONObject { get }
    /// Nil where what identifies the object is missing.
    init?(fields: JSONObject)
}

extension GatewayObject {
    /// A mirror without children, so that `dump` shows no personal data.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension JSONObject {
    /// A text, or a number as text.
    func text(_ name: String) -> String? {
        switch self[name] {
        case .string(let text): text
        case .number(let number): number.literal
        case .null, .bool, .array, .object, nil: nil
        }
    }

    /// A text that has at least one character.
    func date(_ name: String) -> String? {
        text(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// An integer, or a text of one.
    ///
    /// A masked `***` is nil ([C] sdk-go MaskedInt).
    func integer(_ name: String) -> Int64? {
        switch self[name] {
        case .number(let number): number.int64
        case .string(let text): Int64(text)
        case .null, .bool, .array, .object, nil: nil
        }
    }

    /// An integer that fits `Int`.
    func int(_ name: String) -> Int? {
        integer(name).flatMap(Int.init(exactly:))
    }

    /// An exact decimal from the literal, or from a text.
    func amount(_ name: String) -> ExactDecimal? {
        switch self[name] {
        case .number(let number): number.decimal
        case .string(let text): ExactDecimal(text)
        case .null, .bool, .array, .object, nil: nil
        }
    }

    /// A truth value, or its word.
    func flag(_ name: String) -> Bool? {
        switch self[name] {
        case .bool(let value): value
        case .string(let text): Bool(text)
        case .null, .number, .array, .object, nil: nil
        }
    }

    /// A fixed count of digits; a number has lost its leading zeros ([C] recorded: `"last_four_digits":
    /// 5682`).
    func digits(_ name: String, count: Int) -> String? {
        guard let text = text(name), !text.isEmpty, text.utf8.count <= count else { return nil }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        guard self[name]?.number != nil else { return text.utf8.count == count ? text : nil }
        return String(repeating: "0", count: count - text.utf8.count) + text
    }

    /// A nested object.
    func object(_ name: String) -> JSONObject? { self[name]?.object }
}
