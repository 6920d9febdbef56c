extension JSON {
    /// Parses exactly one JSON document: RFC 8259, strictly.
    ///
    /// Refused: a byte order mark, invalid UTF-8, raw control characters, half surrogate pairs in `\u`
    /// escapes, an object that names a member twice, and anything but white space behind the value.
    /// - Throws: `JSONError`, which says what was wrong and where, never what the document holds.
    public init(
        parsing bytes: some Collection<UInt8>,
        limits: JSONLimits = .standard
    ) throws(JSONError) {
        guard bytes.count <= limits.bytesMax else { throw JSONError(.tooLarge, at: limits.bytesMax) }
        var parser = JSONParser(bytes: Array(bytes), depthMax: limits.depthMax)
        self = try parser.document()
    }

    /// Parses exactly one JSON document from a text; see ``init(parsing:limits:)``.
    /// - Throws: `JSONError`, with the offset in the text's UTF-8 bytes.
    public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(parsing: text.utf8, limits: limits)
    }
}

/// A recursive descent over the bytes of one document.
struct JSONParser {
    let bytes: [UInt8]
    let depthMax: Int
    var position = 0
    private var depth = 0

    init(bytes: [UInt8], depthMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
    }

    mutating func document() throws(JSONError) -> JSON {
        skipSpace()
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw JSONError(.trailingContent, at: position) }
        return value
    }

    private mutating func value() throws(JSONError) -> JSON {
        switch try peek() {
        case UInt8(ascii: "\""): .string(try text())
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "t"): try word("true", .bool(true))
        case UInt8(ascii: "f"): try word("false", .bool(false))
        case UInt8(ascii: "n"): try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw JSONError(.unexpectedByte, at: position)
        }
    }

    private mutating func array() throws(JSONError) -> JSON {
        try descend()
        var elements: [JSON] = []
        if try peek() == UInt8(ascii: "]") { return ascend(.array(elements)) }
        while true {
            elements.append(try value())
            guard try hasNext(closing: UInt8(ascii: "]")) else { return ascend(.array(elements)) }
        }
    }

    private mutating func object() throws(JSONError) -> JSON {
        try descend()
        var members = MembersOnce()
        if try peek() == UInt8(ascii: "}") { return ascend(.object(JSONObject())) }
        while true {
            let start = position
            guard try peek() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: start) }
            let name = try text()
            skipSpace()
            guard try peek() == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: position) }
            position += 1
            skipSpace()
            // Looked at before the value is parsed, so that the first offence is the one reported.
            guard members.isNew(name) else { throw JSONError(.duplicateName, at: start) }
            members.append(name, try value())
            guard try hasNext(closing: UInt8(ascii: "}")) else {
                return ascend(.object(JSONObject(checked: members.all)))
            }
        }
    }

    /// Steps over the comma before another element, or stops at the closing bracket.
    private mutating func hasNext(closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        let byte = try peek()
        if byte == closing { return false }
        guard byte == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
        skipSpace()
        return true
    }

    private mutating func descend() throws(JSONError) {
        depth += 1
        guard depth <= depthMax else { throw JSONError(.tooDeep, at: position) }
        position += 1
        skipSpace()
    }

    private mutating func ascend(_ value: JSON) -> JSON {
        depth -= 1
        position += 1
        return value
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for index in 0..<word.utf8CodeUnitCount {
            guard try peek() == word.utf8Start[index] else { throw JSONError(.unexpectedByte, at: position) }
            position += 1
        }
        return value
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = position
        guard let span = NumberSpan(in: bytes, from: start) else {
            throw JSONError(.invalidNumber, at: start)
        }
        position = span.end
        return .number(JSONNumber(checked: String(decoding: bytes[start..<position], as: UTF8.self)))
    }

    func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
        return bytes[position]
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }
}

/// The members of an object while it is parsed, each name once.
///
/// A few names are compared one by one; from then on a set keeps a hostile object from costing the
/// square of its members.
private struct MembersOnce {
    private(set) var all: [JSONObject.Member] = []
    private var names: Set<ExactText> = []
    private let linearMax = 16

    func isNew(_ name: String) -> Bool {
        guard all.count > linearMax else { return !all.contains { $0.name.hasSameBytes(as: name) } }
        return !names.contains(ExactText(name))
    }

    mutating func append(_ name: String, _ value: JSON) {
        all.append(JSONObject.Member(name: name, value: value))
        if all.count == linearMax + 1 {
            names = Set(all.map { ExactText($0.name) })
        } else if all.count > linearMax + 1 {
            names.insert(ExactText(name))
        }
    }
}
