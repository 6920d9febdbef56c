import ExactJSON
import TestSupport
import Testing

@testable import PaymentJobs

@Suite("The guard, whatever the message") struct GuardPropertyTests {
    /// A number as a producer might write it, and as it must stand there afterwards.
    private func spelling(_ number: String, _ cards: inout RandomCards) -> (written: String, masked: String) {
        let separators = ["", " ", "-", ".", "\u{A0}", " - ", "\u{200B}", "\\t", "\\u00a0", "–"]
        let separator = cards.pick(separators)
        let sizes = cards.flip() ? [4, 4, 4, 4, 4] : [cards.pick([1, 2, 6]), 5, 3, 7, 9]
        var (written, masked, used) = ("", "", 0)
        for (group, size) in sizes.enumerated() where used < number.count {
            if group > 0 {
                written += separator
                masked += separator
            }
            for digit in number.dropFirst(used).prefix(size) {
                let value = UInt32(digit.wholeNumberValue ?? 0)
                let wide = String(Unicode.Scalar(0xFF10 + value).map(Character.init) ?? digit)
                let text = cards.pick([String(digit), String(digit), "\\u003\(digit)", wide])
                written += text
                masked += used < number.count - 4 ? "*" : text
                used += 1
            }
        }
        return (written, masked)
    }

    /// A document with a hole in a string, a name, or the text around it.
    private func template(_ cards: inout RandomCards, depth: Int = 0) -> String {
        let filler = cards.text(Int.random(in: 0...12, using: &cards.random), of: "ab ñé中💳,.-_/:;()éZ")
        let other = cards.pick(["1", "null", "\"x\"", "true", "[1,2]", "{}", "-0.5e3", "\"\(filler)\""])
        switch depth < 4 ? cards.pick(Array(0...3)) : 0 {
        case 1: return "{ \"a\" : \(other) , \"b\":\(template(&cards, depth: depth + 1)),\"c\":\(other)}"
        case 2: return "[\(other), \(template(&cards, depth: depth + 1)) ,\(other)]"
        case 3: return "{\"\(filler)‹hole›\":\(other),\"z\":\(other)}"
        default: return "\"\(filler)‹hole›\(cards.text(5, of: " ,;()é"))\""
        }
    }

    @Test("every issuer's numbers are masked wherever they stand, and nothing else changes")
    func masked() throws {
        var cards = RandomCards(random: SeededGenerator(0x9A4D, for: "masked"))
        for range in IssuerRange.all {
            for _ in 0..<12 {
                let number = cards.number(of: range)
                let (written, masked) = spelling(number, &cards)
                let template = template(&cards)
                let text = template.replacing("‹hole›", with: written)
                #expect(throws: Never.self) { try JSON(parsing: text) }
                #expect(CardSample.findings(text).map(\.kind) == [.cardNumber], "\(range.brand): \(text)")
                #expect(CardSample.stripped(text) == template.replacing("‹hole›", with: masked), "\(text)")
                #expect(CardSample.stripped("no JSON " + text)?.contains(number) != true)
            }
        }
    }

    @Test("stripping twice is stripping once, and what is left is clean and keeps its shape")
    func idempotent() throws {
        var cards = RandomCards(random: SeededGenerator(0x1DE3, for: "idempotent"))
        for _ in 0..<1_500 {
            var pieces: [String] = []
            for _ in 0..<Int.random(in: 1...12, using: &cards.random) {
                let number = cards.number(of: cards.pick(IssuerRange.all))
                pieces.append(
                    cards.pick([number, CardSample.grouped(number), cards.digits(4), cards.digits(12), "a1"]))
                pieces.append(
                    cards.pick([" ", "-", "", ",", "x", "\\u0034", "%20", "%34", " cvv=123 ", "*"]))
            }
            let text = "{\"\(pieces.joined())\":[\"\(pieces.reversed().joined())\"],\"cvv\":123}"
            let stripped = try #require(CardSample.stripped(text))
            #expect(CardSample.findings(stripped) == [], "\(text)")
            #expect(CardSample.stripped(stripped) == nil)
            #expect(shape(try JSON(parsing: stripped)) == shape(try JSON(parsing: text)))
        }
    }

    /// The document's kinds of values, a number and a string being the same.
    private func shape(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number, .string: "text"
        case .array(let elements): "[\(elements.map(shape).joined(separator: ","))]"
        case .object(let object): "{\(object.members.map { shape($0.value) }.joined(separator: ","))}"
        }
    }

    @Test("any bytes at all are taken, as text and as what claims to be JSON")
    func fuzz() {
        var cards = RandomCards(random: SeededGenerator(0xF022, for: "fuzz"))
        let alphabet = Array("{}[]\":,\\u0034509953566233704 -.%2E\u{0}\u{A0}cvv=é٤".utf8)
        for round in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...120, using: &cards.random)).map { _ in
                round.isMultiple(of: 2)
                    ? UInt8.random(in: 0...255, using: &cards.random) : cards.pick(alphabet)
            }
            _ = CardDataGuard.findings(inValue: bytes, isJSON: true)
            _ = CardDataGuard.strippedValue(bytes, isJSON: true)
            if let stripped = CardDataGuard.strippedText(bytes) {
                #expect(!CardDataGuard.findings(inText: bytes).isEmpty)
                #expect(CardDataGuard.findings(inText: stripped) == [])
            } else {
                #expect(CardDataGuard.findings(inText: bytes) == [])
            }
        }
    }

    @Test("what the first look spares is clean by the thorough one too")
    func firstLook() {
        var cards = RandomCards(random: SeededGenerator(0x100C, for: "first look"))
        var (spared, found) = (0, 0)
        for _ in 0..<6_000 {
            let pieces = (0..<Int.random(in: 1...8, using: &cards.random)).map { _ in
                let number = cards.number(of: cards.pick(IssuerRange.all))
                let sizes = cards.pick([[4, 4, 4, 4], [4, 6, 5], [1, 5, 6, 4], [3, 3, 3, 7], [13, 3]])
                var (text, used) = ("", 0)
                let separator = cards.pick([" ", "-", ",", ":", " :", "", "é"])
                for size in sizes {
                    text += number.dropFirst(used).prefix(size) + separator
                    used += size
                }
                return cards.pick([
                    text, cards.digits(4), cards.digits(2), "12:30:00", "cvv", "CÓDIGO seguranca", "c.v.c",
                    "cartao", "12e10",
                    "\u{661}\u{662}", " 123", ":", " ", "a", "=", "*", "ç",
                ])
            }
            let text = Array(pieces.joined().utf8)
            let isSpared = !QuickLook(text[...]).isSuspicious
            let isClean = TextGuard().thoroughMarks(in: text).isEmpty
            #expect(isClean || !isSpared, "\(pieces.joined())")
            spared += isSpared ? 1 : 0
            found += isClean ? 0 : 1
        }
        #expect(spared > 500 && found > 300, "\(spared) spared, \(found) found")
    }

    @Test("nesting without end is taken too", arguments: ["[", "{\"a\":", "{\"value\":", "[[[\"4509\","])
    func deep(piece: String) {
        let text = String(repeating: piece, count: 20_000) + "\"4509953566233704\""
        for isJSON in [true, nil] {
            let bytes = Array(text.utf8)
            #expect(CardDataGuard.findings(inValue: bytes, isJSON: isJSON).map(\.kind) == [.cardNumber])
        }
    }

    @Test("thousands of equal masked names are told apart, and few are reported")
    func manyNames() throws {
        let members = (0..<3_000).map {
            "\"\(String(repeating: "x", count: $0 % 7))\($0)x4509953566233704\":\($0)"
        }
        let twins = (0..<3_000).map { "\"\(CardSample.visa)\(String(repeating: " ", count: $0))\":1" }.prefix(
            40)
        let text = "{\((members + twins).joined(separator: ","))}"
        #expect(CardSample.findings(text).count == CardDataGuard.findingsMax)
        let stripped = try #require(CardSample.stripped(text))
        #expect(try JSON(parsing: stripped).object?.count == 3_040)
    }
}
