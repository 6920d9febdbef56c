extension JSONParser {
    /// A string, from its opening quote to behind its closing one.
    mutating func text() throws(JSONError) -> String {
        position += 1
        let start = position
        try skipPlain()
        if bytes[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return try utf8(bytes[start..<position], at: start)
        }
        return try escapedText(from: start)
    }

    /// The slow path: a string that has at least one escape.
    private mutating func escapedText(from start: Int) throws(JSONError) -> String {
        var content = Array(bytes[start..<position])
        _ = try utf8(bytes[start..<position], at: start)
        while bytes[position] != UInt8(ascii: "\"") {
            try escape(into: &content)
            let run = position
            try skipPlain()
            // Each run is checked alone: an escape is no part of a UTF-8 sequence that began before it.
            _ = try utf8(bytes[run..<position], at: run)
            content += bytes[run..<position]
        }
        position += 1
        return String(decoding: content, as: UTF8.self)
    }

    /// Stops at the next quote or backslash.
    private mutating func skipPlain() throws(JSONError) {
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: position) }
            position += 1
        }
        throw JSONError(.unexpectedEnd, at: bytes.count)
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
        let start = position
        position += 1
        let letter = try peek()
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): content += String(Character(try scalar(from: start))).utf8
        default: throw JSONError(.invalidEscape, at: start)
        }
    }

    private mutating func scalar(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let unit = try hexadecimal(from: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), position + 1 < bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { throw JSONError(.loneSurrogate, at: start) }
        position += 2
        let trail = try hexadecimal(from: start)
        guard UTF16.isTrailSurrogate(trail) else { throw JSONError(.loneSurrogate, at: start) }
        let code = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00)
        guard let scalar = Unicode.Scalar(code) else { throw JSONError(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func hexadecimal(from start: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Self.hexadecimalDigit(try peek()) else {
                throw JSONError(.invalidEscape, at: start)
            }
            unit = unit << 4 | digit
            position += 1
        }
        return unit
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private func utf8(_ slice: ArraySlice<UInt8>, at start: Int) throws(JSONError) -> String {
        if let text = String(validating: slice, as: UTF8.self) { return text }
        throw JSONError(.invalidUTF8, at: start + Self.validPrefix(slice))
    }

    /// How many bytes at the start are valid UTF-8.
    private static func validPrefix(_ slice: ArraySlice<UInt8>) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var bytes = slice.makeIterator()
        var count = 0
        while case .valid(let scalar) = parser.parseScalar(from: &bytes) { count += scalar.count }
        return count
    }
}
