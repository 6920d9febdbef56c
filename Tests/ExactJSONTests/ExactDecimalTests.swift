import ExactJSON
import TestSupport
import Testing

@Suite("Exact decimals") struct ExactDecimalTests {
    private static func rows(_ table: String) -> [[String]] {
        table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }

    @Test("texts are read as Python's decimal reads them", arguments: rows(DecimalOracle.texts))
    func oracle(_ row: [String]) {
        let decimal = ExactDecimal(row[0])
        guard row[1] != "-" else {
            #expect(decimal == nil)
            return
        }
        #expect(decimal.map { "\($0.coefficient)" } == row[1])
        #expect(decimal.map { "\($0.scale)" } == row[2])
        #expect(decimal?.description == row[3])
        #expect(decimal.map { "\($0.fractionDigits)" } == row[4])
        #expect(decimal?.isNegative == row[3].contains("-"))
    }

    @Test("comparison and sums are those of Python's decimal", arguments: rows(DecimalOracle.pairs))
    func arithmetic(_ row: [String]) throws {
        let left = try #require(ExactDecimal(row[0]))
        let right = try #require(ExactDecimal(row[1]))
        #expect((left < right) == (row[2] == "<"))
        #expect((left > right) == (row[2] == ">"))
        #expect((left == right) == (row[2] == "="))
        if row[2] == "=" { #expect(left.hashValue == right.hashValue) }
        #expect((left.adding(right)?.normalized.description ?? "-") == row[3])
        #expect((right.adding(left)?.normalized.description ?? "-") == row[3])
        #expect((left.subtracting(right)?.normalized.description ?? "-") == row[4])
    }

    @Test("random decimals come back from their text with value and scale")
    func roundTrip() throws {
        var random = SeededGenerator(754, for: "decimal round trip")
        for _ in 0..<5_000 {
            let decimal = RandomJSON.decimal(&random)
            let again = try #require(ExactDecimal(decimal.description))
            #expect(again.coefficient == decimal.coefficient && again.scale == decimal.scale)
            let json = try JSON(parsing: decimal.asJSON.serialized())
            #expect(json.decimal == decimal && json.number?.literal == decimal.description)
        }
    }

    @Test("order, equality and hash agree with each other")
    func laws() throws {
        var random = SeededGenerator(1_985, for: "decimal laws")
        for _ in 0..<5_000 {
            let left = RandomJSON.decimal(&random)
            let right = Bool.random(using: &random) ? left.normalized : RandomJSON.decimal(&random)
            #expect([left < right, left == right, right < left].count { $0 } == 1)
            if left == right { #expect(Set([left, right]).count == 1) }
            #expect(left.negated.negated == left && (left.negated < left) == (ExactDecimal.zero < left))
        }
    }

    @Test("rescaling keeps the value or refuses")
    func rescaling() throws {
        let price = try #require(ExactDecimal("100.50"))
        #expect(price.rescaled(to: 1)?.description == "100.5")
        #expect(price.rescaled(to: 4)?.description == "100.5000")
        #expect(price.rescaled(to: 0) == nil)
        #expect(price.rescaled(to: 16) == nil)
        #expect(price.rescaled(to: -1) == nil && price.rescaled(to: 19) == nil)
        #expect(ExactDecimal("100.00")?.rescaled(to: 0)?.description == "100")
        #expect(ExactDecimal("0")?.rescaled(to: 18)?.description == "0.000000000000000000")
    }

    @Test("parts out of range are refused")
    func parts() {
        #expect(ExactDecimal(coefficient: 1_000_000_000_000_000_000, scale: 0) == nil)
        #expect(ExactDecimal(coefficient: .min, scale: 0) == nil)
        #expect(ExactDecimal(coefficient: 1, scale: 19) == nil)
        #expect(ExactDecimal(coefficient: 1, scale: -1) == nil)
        #expect(ExactDecimal(Int64.max) == nil)
        #expect(ExactDecimal(Int64(-5))?.description == "-5")
        #expect(ExactDecimal(coefficient: -5, scale: 3)?.description == "-0.005")
    }

    @Test("a sum keeps the larger scale while it fits")
    func scales() throws {
        let large = try #require(ExactDecimal("999999999999999999"))
        #expect(ExactDecimal("1.5").flatMap { $0.adding(ExactDecimal.zero) }?.description == "1.5")
        #expect(ExactDecimal("1").flatMap { ExactDecimal("0.00")?.adding($0) }?.description == "1.00")
        #expect(large.adding(try #require(ExactDecimal("0.00")))?.description == "999999999999999999")
    }
}
