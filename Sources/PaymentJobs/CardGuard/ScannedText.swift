/// Bytes read as text one character at a time, each with the bytes that it came from.
///
/// Nothing is refused: bytes that aren't UTF-8 count as punctuation, one by one.
struct ScannedText {
    /// What a character is to somebody who looks for numbers.
    enum Kind: Equatable {
        /// A decimal digit of any script, superscripts and circled ones included.
        case digit(UInt8)
        /// A letter of any script.
        case letter
        /// What people and programs put between the groups of a card number: spaces, dashes, dots, and what
        /// can't be seen.
        case separator
        /// Other punctuation, which seldom stands there.
        case punctuation
        /// The mask, and symbols: nothing that stands inside of a number.
        case barrier

        var isDigit: Bool { if case .digit = self { true } else { false } }
        var isAlphanumeric: Bool { self == .letter || isDigit }
    }

    struct Unit {
        var scalar: Unicode.Scalar
        var kind: Kind
        /// Where it came from.
        var bytes: Range<Int>
    }

    /// What is read as one character though it is written as several.
    struct Decoding: OptionSet {
        let rawValue: UInt8
        /// `\u0034` and the other escapes of JSON.
        static let escapes = Decoding(rawValue: 1)
        /// `%20`, as in addresses.
        static let percent = Decoding(rawValue: 2)
    }

    private(set) var units: [Unit] = []

    init(_ bytes: [UInt8], _ decoding: Decoding = []) {
        GuardSteps.add(bytes.count)
        units.reserveCapacity(bytes.count)
        let reader = ScalarReader(bytes: bytes)
        var position = 0
        while position < bytes.count {
            var read: (scalar: Unicode.Scalar?, end: Int)?
            if bytes[position] == UInt8(ascii: "\\"), decoding.contains(.escapes) {
                read = reader.escape(at: position)
            } else if bytes[position] == UInt8(ascii: "%"), decoding.contains(.percent) {
                read = reader.percent(at: position)
            }
            let (scalar, end) = read ?? reader.utf8(at: position)
            units.append(
                Unit(
                    scalar: scalar ?? "\u{FFFD}", kind: scalar.map(Kind.init) ?? .punctuation,
                    bytes: position..<end))
            position = end
        }
    }

    /// The characters as they are meant.
    var string: String { String(String.UnicodeScalarView(units.map(\.scalar))) }
}

extension ScannedText.Kind {
    init(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "0"..."9": self = .digit(UInt8(scalar.value - 0x30))
        case "a"..."z", "A"..."Z": self = .letter
        case " ", "-", ".", "\t", "\u{2212}": self = .separator
        case "\n", "\r", "\u{2028}", "\u{2029}", "_", "/", ",", ":", ";", "|", "+", "'", "\"", "=", "(", ")",
            "[", "]", "{", "}", "<", ">", "~", "\\", "#", "&", "`":
            self = .punctuation
        default: self = scalar.value < 0x20 ? .separator : Self.rare(scalar)
        }
    }

    private static func rare(_ scalar: Unicode.Scalar) -> Self {
        let properties = scalar.properties
        guard scalar.value >= 0x7F else { return .barrier }
        if properties.numericType == .decimal || properties.numericType == .digit,
            let value = properties.numericValue, (0...9).contains(value)
        {
            return .digit(UInt8(value))
        }
        switch properties.generalCategory {
        case .spaceSeparator, .dashPunctuation, .format, .control, .nonspacingMark, .enclosingMark:
            return .separator
        case .otherPunctuation, .connectorPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation:
            return .punctuation
        default: return properties.isAlphabetic ? .letter : .barrier
        }
    }
}

/// Reads single characters out of bytes; nothing it meets is an error.
private struct ScalarReader {
    let bytes: [UInt8]

    /// The character here, or nil and one byte where there is none.
    func utf8(at start: Int) -> (scalar: Unicode.Scalar?, end: Int) {
        let lead = bytes[start]
        guard lead >= 0x80 else { return (Unicode.Scalar(lead), start + 1) }
        let end = start + Self.length(lead)
        guard end <= bytes.count, let scalar = Self.scalar(bytes[start..<end]) else {
            return (nil, start + 1)
        }
        return (scalar, end)
    }

    /// The character that an escape of JSON means; nil where this is none.
    func escape(at start: Int) -> (scalar: Unicode.Scalar?, end: Int)? {
        guard start + 1 < bytes.count else { return nil }
        switch bytes[start + 1] {
        case UInt8(ascii: "n"), UInt8(ascii: "r"): return ("\n", start + 2)
        case UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"): return ("\t", start + 2)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return (Unicode.Scalar(bytes[start + 1]), start + 2)
        case UInt8(ascii: "u"):
            guard let unit = hexadecimal(at: start + 2, count: 4) else { return nil }
            if let scalar = Unicode.Scalar(unit) { return (scalar, start + 6) }
            guard start + 7 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\"),
                bytes[start + 7] == UInt8(ascii: "u"), (0xD800...0xDBFF).contains(unit),
                let trail = hexadecimal(at: start + 8, count: 4), (0xDC00...0xDFFF).contains(trail)
            else { return (nil, start + 6) }
            return (Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (trail - 0xDC00)), start + 12)
        default: return nil
        }
    }

    /// The character that one or more `%XX` mean; nil where they mean none.
    func percent(at start: Int) -> (scalar: Unicode.Scalar?, end: Int)? {
        guard let lead = octet(at: start) else { return nil }
        var sequence = [lead]
        while sequence.count < Self.length(lead) {
            guard let next = octet(at: start + 3 * sequence.count) else { return nil }
            sequence.append(next)
        }
        return Self.scalar(sequence[...]).map { ($0, start + 3 * sequence.count) }
    }

    private func octet(at start: Int) -> UInt8? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "%") else { return nil }
        return hexadecimal(at: start + 1, count: 2).map { UInt8($0) }
    }

    private func hexadecimal(at start: Int, count: Int) -> UInt32? {
        guard start + count <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[start..<start + count] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private static func length(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    private static func scalar(_ sequence: ArraySlice<UInt8>) -> Unicode.Scalar? {
        var iterator = sequence.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        guard case .valid(let encoded) = parser.parseScalar(from: &iterator), encoded.count == sequence.count
        else { return nil }
        return Unicode.UTF8.decode(encoded)
    }
}
