import ExactJSON
import TestSupport
import Testing

@Suite("Writing") struct JSONWritingTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("what was written comes back, whatever it was")
    func roundTrip() throws {
        var random = SeededGenerator(8_259, for: "round trip")
        for _ in 0..<2_000 {
            let value = RandomJSON.value(&random, depth: 4)
            let parsed = try JSON(parsing: value.serialized())
            #expect(parsed == value)
            #expect(parsed.hashValue == value.hashValue)
            #expect(parsed.serialized() == value.serialized())
            #expect(try JSON(parsing: value.pretty()) == value)
        }
    }

    @Test(
        "literals are kept as they were written",
        arguments: ["1e2", "100.50", "-0", "0.10E+05", "123456789012345678901234567890"]
    )
    func literals(_ literal: String) throws {
        #expect(text(try JSON(parsing: "[\(literal)]").serialized()) == "[\(literal)]")
    }

    @Test("only what has to be escaped is")
    func escapes() {
        let value = JSON.string("\u{0}\u{1f}\u{8}\t\n\u{c}\r\"\\/é\u{7f}\u{2028}😀")
        #expect(text(value.serialized()) == #""\u0000\u001f\b\t\n\f\r\"\\/é\#u{7f}\#u{2028}😀""#)
    }

    @Test("the pretty form indents by two spaces")
    func pretty() {
        let value: JSON = ["a": [1, ["b": nil]], "c": [:], "d": []]
        #expect(
            value.pretty() == """
                {
                  "a": [
                    1,
                    {
                      "b": null
                    }
                  ],
                  "c": {},
                  "d": []
                }
                """
        )
    }

    @Test(
        "numbers of one value have one canonical literal",
        arguments: [
            ("0", ["0", "-0", "0.00", "0e5", "-0e-999"]),
            ("100", ["100", "1e2", "100.00", "10000e-2", "0.1E+3"]),
            ("-1.5", ["-1.5", "-1.50", "-15e-1"]), ("0.000001", ["0.000001", "1e-6", "10e-7"]),
            ("1e-7", ["0.0000001", "1e-7"]), ("1.25e-9", ["0.00000000125"]),
            ("100000000000000000000", ["1e20", "100000000000000000000"]),
            ("1e+21", ["1e21", "1000000000000000000000"]), ("1.2345e+30", ["12345e26"]),
            ("123456789012345678901.5", ["123456789012345678901.50"]),
            ("1.2345678901234567890123e+22", ["12345678901234567890123"]),
        ]
    )
    func canonicalNumbers(_ canonical: String, _ literals: [String]) throws {
        for literal in literals { #expect(text(try JSON(parsing: literal).canonical()) == canonical) }
    }

    @Test("members are sorted by the bytes of their names, at every level")
    func canonicalOrder() throws {
        let value = try JSON(parsing: #"{"b":[{"z":1,"y":2}],"a":1.0,"😀":0,"\uFFFF":0,"é":0,"B":0,"":0}"#)
        #expect(
            text(value.canonical())
                == "{\"\":0,\"B\":0,\"a\":1,\"b\":[{\"y\":2,\"z\":1}],\"é\":0,\"\u{FFFF}\":0,\"😀\":0}"
        )
    }

    @Test("a canonical text is its own canonical text, and the order of members doesn't show in it")
    func canonicalProperty() throws {
        var random = SeededGenerator(8_785, for: "canonical")
        for _ in 0..<1_000 {
            let value = RandomJSON.value(&random, depth: 4)
            let canonical = value.canonical()
            #expect(try JSON(parsing: canonical).canonical() == canonical)
            #expect(Self.shuffled(value, &random).canonical() == canonical)
        }
    }

    private static func shuffled(_ value: JSON, _ random: inout SeededGenerator) -> JSON {
        switch value {
        case .array(let elements): return .array(elements.map { shuffled($0, &random) })
        case .object(let object):
            let members = object.members.map {
                JSONObject.Member(name: $0.name, value: shuffled($0.value, &random))
            }
            return JSONObject(members: members.shuffled(using: &random)).map(JSON.object) ?? .null
        case .null, .bool, .number, .string: return value
        }
    }
}
