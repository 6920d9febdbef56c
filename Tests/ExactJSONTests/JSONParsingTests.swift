import ExactJSON
import Testing

@Suite("Parsing, as RFC 8259 says") struct JSONParsingTests {
    @Test(
        "takes what the grammar allows",
        arguments: [
            ("null", JSON.null), ("true", true), ("false", false), ("0", 0),
            ("-0", .number(JSONNumber("-0") ?? 1)),
            (" \t\r\n[ ] \n", []), ("{ }", [:]), ("\"\"", ""), ("[1,[2,{\"a\":[]}]]", [1, [2, ["a": []]]]),
            ("{\"\":1,\"a\" : 2 }", ["": 1, "a": 2]),
            ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{c}\n\r\t"),
            ("\"\\u00e9\\u00E9\\u20ac\\uD83D\\uDE00\\u0000\"", "éé€😀\u{0}"),
            ("\"\u{7f}\u{2028}\u{FFFF}\"", "\u{7f}\u{2028}\u{FFFF}"),
            ("[\"x\\n\", \"é\\né\"]", ["x\n", "é\né"]),
        ] as [(String, JSON)]
    )
    func takes(_ text: String, _ value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
    }

    @Test(
        "says what was wrong and where",
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("nul", .unexpectedEnd, 3),
            ("nulL", .unexpectedByte, 3),
            ("True", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0),
            ("\u{FEFF}1", .unexpectedByte, 0), ("1 2", .trailingContent, 2), ("{}}", .trailingContent, 2),
            ("1\u{0}", .trailingContent, 1), ("\u{c}1", .unexpectedByte, 0), ("[1,]", .unexpectedByte, 3),
            ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("[1", .unexpectedEnd, 2),
            ("]", .unexpectedByte, 0),
            ("[1}", .unexpectedByte, 2), ("{\"a\"}", .unexpectedByte, 4), ("{\"a\":}", .unexpectedByte, 5),
            ("{\"a\":1,}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1),
            ("{'a':1}", .unexpectedByte, 1),
            ("{\"a\" 1}", .unexpectedByte, 5), ("{1:1}", .unexpectedByte, 1), ("// c\n1", .unexpectedByte, 0),
            ("{\"a\":1,\"a\":2}", .duplicateName, 7), ("{\"a\":1,\"\\u0061\":2}", .duplicateName, 7),
            ("-", .invalidNumber, 0), ("01", .invalidNumber, 0), ("-01", .invalidNumber, 0),
            ("1.", .invalidNumber, 0),
            ("[1.e1]", .invalidNumber, 1), ("1e", .invalidNumber, 0), ("1e+", .invalidNumber, 0),
            ("+1", .unexpectedByte, 0),
            (".5", .unexpectedByte, 0), ("0x1", .trailingContent, 1), ("1e1.5", .trailingContent, 3),
            ("\"a", .unexpectedEnd, 2), ("\"a\\", .unexpectedEnd, 3), ("\"\\u12", .unexpectedEnd, 5),
            ("\"\\x\"", .invalidEscape, 1), ("\"\\u12G4\"", .invalidEscape, 1),
            ("\"\\U0041\"", .invalidEscape, 1),
            ("\"a\n\"", .controlCharacter, 2), ("\"\u{0}\"", .controlCharacter, 1),
            ("\"\\n\u{1f}\"", .controlCharacter, 3),
            ("\"\\uD800\"", .loneSurrogate, 1), ("\"\\uDC00\"", .loneSurrogate, 1),
            ("\"\\uD83Dx\"", .loneSurrogate, 1),
            ("\"\\uD83D\\n\"", .loneSurrogate, 1), ("\"\\uD83D\\uD83D\"", .loneSurrogate, 1),
        ] as [(String, JSONError.Reason, Int)]
    )
    func refuses(_ text: String, _ reason: JSONError.Reason, _ offset: Int) {
        #expect(throws: JSONError(reason, at: offset)) { try JSON(parsing: text) }
    }

    @Test(
        "refuses bytes that aren't UTF-8, at the byte",
        arguments: [
            ([0x80], 0), ([0x61, 0xFF], 1), ([0xC0, 0xAF], 0), ([0xE2, 0x82], 0), ([0xED, 0xA0, 0x80], 0),
            ([0xC3, 0xA9, 0xF4, 0x90, 0x80, 0x80], 2), ([0x5C, 0x6E, 0x61, 0xC3], 3),
            ([0xC3, 0x5C, 0x6E], 0),
        ] as [([UInt8], Int)]
    )
    func refusesBadUTF8(_ content: [UInt8], _ offset: Int) {
        let document = [UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")]
        #expect(throws: JSONError(.invalidUTF8, at: offset + 1)) { try JSON(parsing: document) }
    }

    @Test("names are compared byte for byte, not as Swift compares strings")
    func names() throws {
        let object = try JSON(parsing: "{\"é\":1,\"e\u{301}\":2}")
        #expect(object["é"]?.int64 == 1)
        #expect(object["e\u{301}"]?.int64 == 2)
        #expect(JSON.string("é") != JSON.string("e\u{301}"))
        #expect(Set<JSON>(["é", "e\u{301}"]).count == 2)
    }

    @Test("an error never quotes the document")
    func errorsAreSilent() {
        let error = #expect(throws: JSONError.self) {
            try JSON(parsing: "{\"card_number\":5031755734530604x}")
        }
        #expect(
            error.map(String.init(describing:))
                == "not valid JSON: something that can't stand there, at byte 31")
    }

    @Test("the depth limit counts containers")
    func depth() throws {
        let limits = JSONLimits(depthMax: 3, bytesMax: 100)
        _ = try JSON(parsing: "[[[1]]]", limits: limits)
        _ = try JSON(parsing: "[[[]],[[]]]", limits: limits)
        #expect(throws: JSONError(.tooDeep, at: 3)) { try JSON(parsing: "[[[[1]]]]", limits: limits) }
        #expect(throws: JSONError(.tooDeep, at: 11)) {
            try JSON(parsing: "{\"a\":[[1,2,{}]]}", limits: limits)
        }
    }

    @Test("the size limit is exact")
    func size() throws {
        let limits = JSONLimits(depthMax: 3, bytesMax: 4)
        _ = try JSON(parsing: "true", limits: limits)
        #expect(throws: JSONError(.tooLarge, at: 4)) { try JSON(parsing: "true ", limits: limits) }
    }
}
