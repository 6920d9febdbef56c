import ExactJSON
import TestSupport
import Testing

@Suite("Hostile documents") struct JSONHostileTests {
    static let sample = """
        {"id":17014025134,"ok":[true,false,null,-1.50e+2],"name":"Av. das Na\\u00e7\\u00f5es 😀","o":{"é":{}}}
        """

    @Test("every truncation of a document is refused, at an offset inside of it")
    func truncations() {
        let bytes = Array(Self.sample.utf8)
        for count in 0..<bytes.count {
            let error = #expect(throws: JSONError.self) { try JSON(parsing: bytes[..<count]) }
            #expect((0...count).contains(error?.offset ?? -1))
        }
    }

    @Test("one changed byte is refused or parses to something that serialises and parses again")
    func mutations() throws {
        let bytes = Array(Self.sample.utf8)
        var accepted = 0
        for index in bytes.indices {
            for byte in [UInt8(0), 0x20, 0x22, 0x2C, 0x30, 0x5B, 0x5C, 0x7D, 0x80, 0xFF] {
                var changed = bytes
                changed[index] = byte
                guard let value = try? JSON(parsing: changed) else { continue }
                accepted += 1
                #expect(try JSON(parsing: value.serialized()) == value)
            }
        }
        #expect(accepted > 50)
    }

    @Test("random bytes never crash the parser")
    func randomBytes() {
        var random = SeededGenerator(20_261, for: "random bytes")
        let alphabet =
            Array("{}[]\",:\\u0123456789abcdefDEn-+.etrualsn \n".utf8) + [0x00, 0x80, 0xC3, 0xE2, 0xF0, 0xFF]
        var refused = 0
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            if (try? JSON(parsing: bytes)) == nil { refused += 1 }
        }
        #expect(refused > 10_000 && refused < 20_000)
    }

    @Test("a million open brackets stop at the limit", arguments: ["[", "{\"a\":", "[{\"a\":"])
    func deep(_ opening: String) {
        let text = String(repeating: opening, count: 1_000_000)
        let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
        #expect(error?.reason == .tooDeep)
    }

    @Test("the deepest document that limits can allow is parsed, compared, written and freed")
    func deepest() throws {
        let text = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        let value = try JSON(parsing: text, limits: JSONLimits(depthMax: 512, bytesMax: 2_000))
        #expect(value == (try JSON(parsing: text, limits: JSONLimits(depthMax: 512, bytesMax: 2_000))))
        #expect(String(decoding: value.serialized(), as: UTF8.self) == text)
        #expect(value.canonical() == value.serialized())
    }

    @Test("a hundred thousand members cost no square of their number", .timeLimit(.minutes(1)))
    func manyMembers() throws {
        let members = (0..<100_000).map { "\"member\($0)\":\($0)" }
        let value = try JSON(parsing: "{" + members.joined(separator: ",") + "}")
        #expect(value.object?.count == 100_000)
        #expect(value["member99999"]?.int64 == 99_999)
        let again = members + ["\"member7\":0"]
        let error = #expect(throws: JSONError.self) {
            try JSON(parsing: "{" + again.joined(separator: ",") + "}")
        }
        #expect(error?.reason == .duplicateName)
    }

    @Test("a duplicate is found wherever it stands", arguments: [2, 16, 17, 18, 19, 40])
    func duplicates(_ count: Int) throws {
        let names = (0..<count).map { "n\($0)" }
        for repeated in names {
            let text = (names + [repeated]).map { "\"\($0)\":1" }.joined(separator: ",")
            let error = #expect(throws: JSONError.self) { try JSON(parsing: "{\(text)}") }
            #expect(error?.reason == .duplicateName)
        }
        #expect(
            try JSON(parsing: "{\(names.map { "\"\($0)\":1" }.joined(separator: ","))}").object?.count
                == count
        )
    }

    @Test("an exponent of any length costs nothing")
    func hugeExponents() throws {
        let number = try JSON(parsing: "1e" + String(repeating: "9", count: 100_000))
        #expect(number.int64 == nil)
        #expect(number.decimal == nil)
        #expect(number.canonical() == number.serialized())
        #expect(try JSON(parsing: "0e999999999").int64 == 0)
        #expect(try JSON(parsing: "1e999999999").int64 == nil)
        #expect(try JSON(parsing: "1e-999999999").decimal == nil)
    }
}
